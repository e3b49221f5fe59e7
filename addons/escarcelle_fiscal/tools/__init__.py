from . import instance_files, mention, order_ticket, schema

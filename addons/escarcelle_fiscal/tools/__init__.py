from . import instance_files, order_ticket, schema

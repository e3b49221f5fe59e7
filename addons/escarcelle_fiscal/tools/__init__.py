from . import archive_files, instance_files, mention, order_ticket, schema, standing, wire

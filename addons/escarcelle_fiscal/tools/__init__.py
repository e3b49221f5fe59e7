from . import archive_files, frozen, instance_files, mention, order_ticket, schema, standing, wire

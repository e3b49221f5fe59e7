"""Pure functions of the social grocery: no Odoo, no clock, no file."""

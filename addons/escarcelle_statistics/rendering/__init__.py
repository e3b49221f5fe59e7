"""Tables written down: a page, a workbook, a file of text. Pure Python, no Odoo."""

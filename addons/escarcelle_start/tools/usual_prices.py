"""Usual shelf prices of the goods of the catalogue: orders of magnitude for a shop to start from.

Euros, VAT included, for the unit of the good (piece, kilogram, litre); estimated for this project, no shop's list.
"""

import csv
from functools import cache

from odoo.tools import file_open

FILE = "escarcelle_start/catalogue/usual_prices.csv"


@cache
def table():
    """Code of the good → price in euros."""
    with file_open(FILE) as stream:
        return {row["code"]: float(row["prix"]) for row in csv.DictReader(stream, delimiter=";")}

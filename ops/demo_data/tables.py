"""Reading the CSV files of this folder."""

import csv
from pathlib import Path


def rows(path: Path) -> list[dict[str, str]]:
    """Every row as a dict of stripped strings."""
    with path.open(encoding="utf-8", newline="") as file:
        return [{key: value.strip() for key, value in row.items()} for row in csv.DictReader(file)]

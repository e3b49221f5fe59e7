"""Which figures of a table a chart shows: one kind only, whole lines before their details."""

from dataclasses import dataclass

from ..table import ADDITIVE, Masked, Table

#: A line tells a year of weeks; bars beyond these cannot be told apart. A pie is a whole: it leaves nothing out.
MOST_ROWS = {"bar": 24, "line": 60, "pie": 1000}
MOST_SERIES = 6


@dataclass(frozen=True)
class Plot:
    """Lines and columns (by their place in the table) that are drawn."""

    rows: tuple[int, ...]
    columns: tuple[int, ...]


def plot(table: Table) -> Plot | None:
    """What to draw of ``table``, nothing when there is nothing to compare."""
    if table.chart not in MOST_ROWS or not table.columns:
        return None
    kind = table.columns[0].kind
    alike = [i for i, column in enumerate(table.columns) if column.kind == kind]
    columns = alike[: 1 if table.chart == "pie" else MOST_SERIES]
    rows = [i for i, row in enumerate(table.rows) if row.level == 0]
    if table.chart == "pie":
        rows = [i for i in rows if amount(table, i, columns[0]) > 0]
    rows = rows[: MOST_ROWS[table.chart]]
    if len(rows) < 2 or not any(amount(table, i, j) for i in rows for j in columns):
        return None
    return Plot(tuple(rows), tuple(columns))


def amount(table: Table, row: int, column: int) -> float:
    """The figure as it is drawn: what is masked or unknown has no height."""
    value = table.rows[row].values[column]
    return float(value) if is_told(table, row, column) else 0.0


def rest(table: Table, drawn: Plot) -> float:
    """What a pie does not draw of the whole: lines that are masked. Nothing where the whole is not known, or where
    the lines overlap (a household that changed its type is on two)."""
    (column,) = drawn.columns
    if table.columns[column].kind not in ADDITIVE or table.total is None:
        return 0.0
    whole = table.total.values[column]
    if whole is None or isinstance(whole, Masked):
        return 0.0
    return max(float(whole) - sum(amount(table, i, column) for i in drawn.rows), 0.0)


def is_told(table: Table, row: int, column: int) -> bool:
    """Whether there is a figure to draw."""
    value = table.rows[row].values[column]
    return value is not None and not isinstance(value, Masked)

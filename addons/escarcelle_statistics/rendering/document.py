"""What a report says, before it is written down in one form or another."""

from dataclasses import dataclass, field

from ..table import Table


@dataclass(frozen=True)
class Words:
    """The words around the figures, in the language of whoever reads."""

    shop: str = "Shop"
    period: str = "Period"
    made: str = "Made on"
    contents: str = "Contents"
    total: str = "Total"
    masked: str = "masked"
    page: str = "Page"
    empty: str = "Nothing for this period."


@dataclass(frozen=True)
class Section:
    """A table, or a free text (``html`` as edited, ``text`` without its marks), below a title."""

    title: str
    table: Table | None = None
    html: str = ""
    text: str = ""

    @property
    def empty(self) -> bool:
        """Whether a table has no figure to show."""
        return self.table is not None and is_empty(self.table)


@dataclass(frozen=True)
class Document:
    """A report of a shop for a period. ``notice`` says what is masked; empty inside the shop."""

    title: str
    shop: str
    period: str
    made: str
    html: str = ""
    text: str = ""
    notice: str = ""
    sections: tuple[Section, ...] = ()
    words: Words = field(default_factory=Words)

    @property
    def empty(self) -> bool:
        """Whether no table of it has a figure (a report of texts alone is not empty)."""
        tables = [section for section in self.sections if section.table is not None]
        return bool(tables) and all(section.empty for section in tables)


def is_empty(table: Table) -> bool:
    """Whether nothing happened: no line, or lines of nothing but zeros."""
    return not any(value not in (None, 0) for row in table.rows for value in row.values)

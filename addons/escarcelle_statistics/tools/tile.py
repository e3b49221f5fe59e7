"""A figure of the dashboard, and the list behind it. No Odoo here."""

from dataclasses import KW_ONLY, dataclass, field

#: What a figure that is not zero means: nothing special, look at it, do it today.
TONES = ("", "warning", "danger")


@dataclass(frozen=True)
class Tile:
    """``code`` is « section.figure ». ``domain`` makes the list that ``action`` (xml id) opens.

    Without ``text`` the figure is the number of records of that list: ``model`` is counted.
    ``before`` says the figure of another period, ``change`` how far this one is from it, in percent.
    """

    code: str
    label: str
    action: str
    model: str = ""
    domain: list = field(default_factory=list)
    tone: str = ""
    _: KW_ONLY
    text: str = ""
    hint: str = ""
    before: str = ""
    change: int | None = None
    context: dict = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.tone not in TONES:
            raise ValueError(f"unknown tone: {self.tone!r}")


@dataclass(frozen=True)
class Line:
    """A curve of the chart: a figure a day of the month, ``None`` for the days to come."""

    label: str
    values: tuple[float | None, ...]


@dataclass(frozen=True)
class Step:
    """What a new shop does first: ``tile`` opens the screen it is done on."""

    tile: Tile
    done: bool

"""Commands and a paper width → rows of exactly placed characters.

The one place where alignment, tabs and line breaks are decided, so that the printer, the screen
and the e-mail show the same lines (DESIGN §7, invariant 7).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from .characters import CODE_PAGES, DEFAULT_CODE_PAGE, printable
from .commands import (
    CENTRE,
    PRINTER,
    RIGHT,
    Align,
    Barcode,
    Beep,
    CodePage,
    Command,
    Cut,
    Image,
    Inverse,
    Logo,
    NewLine,
    OpenDrawer,
    QrCode,
    Rule,
    Select,
    Size,
    Style,
    Tab,
    Tabs,
    TabStop,
    Text,
)


@dataclass(frozen=True, slots=True)
class Format:
    """How characters look; ``width`` and ``height`` magnify."""

    bold: bool = False
    underline: bool = False
    inverse: bool = False
    width: int = 1
    height: int = 1


PLAIN = Format()


@dataclass(frozen=True, slots=True)
class Run:
    """Consecutive characters of one format."""

    text: str
    format: Format = PLAIN


@dataclass(frozen=True, slots=True)
class Row:
    """One line of paper: runs that together fit the width."""

    runs: tuple[Run, ...] = ()
    code_page: int = DEFAULT_CODE_PAGE


@dataclass(frozen=True, slots=True)
class Placed:
    """A barcode, image, cut… between two rows, with the alignment in force."""

    command: Barcode | QrCode | Logo | Image | Cut | OpenDrawer | Beep
    align: str


_Cell = tuple[str, Format]


@dataclass(slots=True)
class _State:
    width: int
    format: Format = PLAIN
    align: str = "left"
    stops: tuple[TabStop, ...] = ()
    code_page: int = DEFAULT_CODE_PAGE
    device: str = PRINTER
    segments: list[list[_Cell]] = field(default_factory=lambda: [[]])

    def empty(self) -> bool:
        return len(self.segments) == 1 and not self.segments[0]

    def flush(self) -> list[Row]:
        """The rows of the pending line; at least one, maybe empty."""
        segments, self.segments = self.segments, [[]]
        if len(segments) > 1:
            lines = _tabulated(segments, self.stops, self.width)
        else:
            lines = [_aligned(c, self.align, self.width) for c in _wrapped(segments[0], self.width)]
        return [Row(_runs(cells), self.code_page) for cells in lines]


def lay_out(commands: Iterable[Command], width: int) -> Iterator[Row | Placed]:
    """Place everything meant for the printer on paper of ``width`` columns.

    Text for the customer display is left out. A pending line is ended before a barcode, a cut…
    and at the end.
    """
    state = _State(width)
    for command in commands:
        if isinstance(command, Select):
            state.device = command.device
        elif state.device != PRINTER:
            continue
        else:
            yield from _apply(command, state)
    if not state.empty():
        yield from state.flush()


def _apply(command: Command, state: _State) -> Iterator[Row | Placed]:
    match command:
        case Text(value):
            state.segments[-1] += ((c, state.format) for c in printable(value, state.code_page))
        case NewLine(count):
            yield from state.flush()
            yield from [Row((), state.code_page)] * (count - 1)
        case Tab():
            state.segments.append([])
        case Rule(character):
            if not state.empty():
                yield from state.flush()
            drawn = (printable(character, state.code_page) or "-")[0]
            yield Row((Run(drawn * state.width),), state.code_page)
        case Align(to):
            state.align = to
        case Style(bold, underline):
            state.format = replace(state.format, bold=bold, underline=underline)
        case Size(width, height):
            state.format = replace(state.format, width=width, height=height)
        case Inverse(on):
            state.format = replace(state.format, inverse=on)
        case Tabs(stops):
            state.stops = stops
        case CodePage(number):
            state.code_page = number if number in CODE_PAGES else DEFAULT_CODE_PAGE
        case OpenDrawer() | Beep():
            yield Placed(command, state.align)
        case _:
            if not state.empty():
                yield from state.flush()
            yield Placed(command, state.align)


def _cost(cells: list[_Cell]) -> int:
    return sum(format_.width for _, format_ in cells)


def _padding(columns: int) -> list[_Cell]:
    return [(" ", PLAIN)] * columns


def _wrapped(cells: list[_Cell], width: int) -> list[list[_Cell]]:
    """Break at spaces so that every line fits; a longer word is cut. Never returns nothing.

    ``width`` holds at least one character of every size met.
    """
    lines: list[list[_Cell]] = []
    rest = cells
    while _cost(rest) > width:
        used = end = 0
        while used + rest[end][1].width <= width:
            used += rest[end][1].width
            end += 1
        spaces = [i for i in range(1, end + 1) if rest[i][0] == " " and rest[i - 1][0] != " "]
        if spaces and any(c != " " for c, _ in rest[: spaces[-1]]):
            lines.append(rest[: spaces[-1]])
            rest = rest[spaces[-1] :]
            while rest and rest[0][0] == " ":
                rest = rest[1:]
        else:
            lines.append(rest[:end])
            rest = rest[end:]
    if rest or not lines:
        lines.append(rest)
    return lines


def _aligned(cells: list[_Cell], align: str, width: int) -> list[_Cell]:
    free = max(0, width - _cost(cells))
    if align == CENTRE:
        return _padding(free // 2) + cells
    if align == RIGHT:
        return _padding(free) + cells
    return cells


def _tabulated(
    segments: list[list[_Cell]], stops: tuple[TabStop, ...], width: int
) -> list[list[_Cell]]:
    """Put each segment at its stop; one that would touch the text before it goes a line down."""
    lines = _wrapped(segments[0], width)
    for index, segment in enumerate(segments[1:]):
        row = lines[-1]
        stop = stops[index] if index < len(stops) else TabStop(min(_cost(row) + 1, width))
        if not segment:
            continue
        column = stop.column(width)
        start = max(0, column - _cost(segment)) if stop.right else column
        start = min(start, width - max(format_.width for _, format_ in segment))
        if row and start < _cost(row) + 1:
            row = []
            lines.append(row)
        parts = _wrapped(segment, width - start)
        lines[-1] = row + _padding(start - _cost(row)) + parts[0]
        lines += [_padding(start) + part for part in parts[1:]]
    return lines


def _runs(cells: list[_Cell]) -> tuple[Run, ...]:
    """Group cells of one format; trailing spaces that show nothing are dropped."""
    while cells and cells[-1] == (" ", PLAIN):
        cells = cells[:-1]
    runs: list[Run] = []
    for character, format_ in cells:
        if runs and runs[-1].format == format_:
            runs[-1] = Run(runs[-1].text + character, format_)
        else:
            runs.append(Run(character, format_))
    return tuple(runs)

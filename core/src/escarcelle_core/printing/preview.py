"""What a ticket looks like without a printer: plain text and HTML.

The text is the printed text: same rows, same spaces (DESIGN §7, invariant 7). A magnified
character fills the columns it fills on paper.
"""

from collections.abc import Iterable
from html import escape

from .commands import CENTRE, RIGHT, Barcode, Beep, Command, Cut, Image, Logo, OpenDrawer, QrCode
from .layout import Format, Placed, Row, lay_out


def text(commands: Iterable[Command], width: int = 42) -> str:
    """The printed lines, each ended by a newline, without trailing spaces.

    What the printer draws stands as a mark in brackets; cuts and drawer pulses do not show.
    """
    lines = []
    for item in lay_out(commands, width):
        if isinstance(item, Row):
            lines.append("".join(_spread(run.text, run.format.width) for run in item.runs))
        elif mark := _mark(item):
            lines.append(_placed(f"[{mark}]", item.align, width))
    return "".join(f"{line.rstrip()}\n" for line in lines)


def html(commands: Iterable[Command], width: int = 42) -> str:
    """A ``<pre>`` with inline styles, for the status page and e-mail. Everything is escaped."""
    parts = []
    for item in lay_out(commands, width):
        if isinstance(item, Row):
            parts += [_span(run.text, run.format) for run in item.runs]
            parts.append("\n")
        elif isinstance(item.command, Cut):
            parts.append('<span style="display:block;border-top:1px dashed #999"></span>')
        elif mark := _mark(item):
            parts.append(escape(_placed(f"[{mark}]", item.align, width)) + "\n")
    body = "".join(parts)
    return (
        f'<pre class="ticket" style="font-family:monospace;width:{width}ch;margin:0;'
        f'white-space:pre;line-height:1.25">{body}</pre>'
    )


def _spread(value: str, magnification: int) -> str:
    if magnification == 1:
        return value
    return "".join(character + " " * (magnification - 1) for character in value)


def _mark(item: Placed) -> str:
    match item.command:
        case Barcode(data, symbology):
            return f"{symbology} {data}"
        case QrCode(data):
            return f"QR {data}"
        case Logo(number):
            return f"logo {number}"
        case Image(width, height):
            return f"image {(width + 7) // 8 * 8}x{height}"
        case Cut() | OpenDrawer() | Beep():
            return ""
    raise TypeError(item.command)


def _placed(mark: str, align: str, width: int) -> str:
    free = max(0, width - len(mark))
    return " " * {CENTRE: free // 2, RIGHT: free}.get(align, 0) + mark


def _span(value: str, format_: Format) -> str:
    styles = []
    if format_.bold:
        styles.append("font-weight:bold")
    if format_.underline:
        styles.append("text-decoration:underline")
    if format_.inverse:
        styles.append("background:#000;color:#fff")
    if format_.width > 1:
        styles.append(f"letter-spacing:{format_.width - 1}ch")
    if format_.height > 1:
        styles.append(
            "font-size:1.15em;line-height:1.9" if format_.width > 1 else "line-height:1.9"
        )
    shown = escape(value)
    return f'<span style="{";".join(styles)}">{shown}</span>' if styles else shown

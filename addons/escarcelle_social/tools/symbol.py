"""EAN-13 symbols as SVG: as sharp as the printer can."""

from itertools import groupby

from markupsafe import Markup

from escarcelle_core import ean13

#: Modules left white before and after the bars (GS1: 11 and 7), and height of the symbol in modules.
QUIET_LEFT, QUIET_RIGHT, HEIGHT = 11, 7, 36


def drawing(number: str, width: str = "50mm", height: str = "17mm") -> Markup:
    """``number``, an EAN-13, as bars with its digits below. Raises BarcodeError when it is none."""
    bars, x = [], QUIET_LEFT
    for black, run in groupby(ean13.modules(number)):
        length = len(list(run))
        if black == "1":
            bars.append(f'<rect x="{x}" y="0" width="{length}" height="{HEIGHT - 8}"/>')
        x += length
    wide = QUIET_LEFT + 95 + QUIET_RIGHT
    return Markup(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {HEIGHT}" width="{width}" height="{height}"'
        f' preserveAspectRatio="none" fill="#000">{"".join(bars)}'
        f'<text x="{wide / 2}" y="{HEIGHT - 0.5}" font-family="monospace" font-size="8" text-anchor="middle">'
        f"{number}</text></svg>"
    )

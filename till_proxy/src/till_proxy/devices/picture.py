"""A receipt that comes as a picture (JPEG, PNG) → print commands."""

import io

from PIL import Image as Pillow
from PIL import UnidentifiedImageError

from escarcelle_core.printing.commands import Align, Command, Cut, Image

#: Half a metre of paper by the width of a page: more is not a receipt.
MAX_WIDTH, MAX_HEIGHT = 3000, 20_000


class PictureError(Exception):
    """Not a picture of a receipt; the message is French."""


def commands(picture: bytes, dots: int) -> list[Command]:
    """Shrink to ``dots`` across when wider, turn to black and white, print centred, cut."""
    try:
        with Pillow.open(io.BytesIO(picture), formats=("JPEG", "PNG")) as opened:
            if opened.width > MAX_WIDTH or opened.height > MAX_HEIGHT:
                raise PictureError("Image de ticket trop grande.")
            grey = opened.convert("L")
    except (UnidentifiedImageError, OSError, ValueError, Pillow.DecompressionBombError) as error:
        raise PictureError("Image de ticket illisible.") from error
    if grey.width > dots:
        grey = grey.resize((dots, max(1, round(grey.height * dots / grey.width))))
    # Whole bytes across, white on the right: a printer draws bytes.
    page = Pillow.new("L", ((grey.width + 7) // 8 * 8, grey.height), 255)
    page.paste(grey, (0, 0))
    rows = bytes(255 - byte for byte in page.convert("1").tobytes())
    return [Align("centre"), Image(page.width, page.height, rows), Cut()]

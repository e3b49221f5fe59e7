"""Pictures of screens for the user manual: taken where nothing went wrong, small enough to be kept in git."""

import io
import shutil
from pathlib import Path

from PIL import Image, ImageChops
from playwright.async_api import Locator, Page

from ops.manual import LARGEST

#: What Odoo shows when something broke.
ERRORS = ".o_error_dialog, .o_notification_bar.bg-danger"
#: Pixels left below the last thing there is to see.
MARGIN = 24
#: Shades tried, the richest first, until the picture is small enough.
COLOURS = (160, 96, 64, 40)


class Album:
    """What was taken, in ``folder``; a name serves once."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.taken: set[str] = set()
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)

    async def take(self, name: str, subject: Page | Locator, clip: dict | None = None) -> None:
        """A picture of a page, of ``clip`` in it (x, y, width, height) or of one element."""
        assert name not in self.taken, f"two pictures are called {name}"
        page = subject.page if isinstance(subject, Locator) else subject
        assert await page.locator(ERRORS).count() == 0, f"{name}: an error is on the screen"
        await settle(page)
        options = {"animations": "disabled", "caret": "hide", "scale": "css"}
        if clip:
            options["clip"] = clip
        self._keep(name, await subject.screenshot(**options))

    def _keep(self, name: str, png: bytes) -> None:
        picture = _without_bottom(Image.open(io.BytesIO(png)).convert("RGB"))
        for colours in COLOURS:
            small = io.BytesIO()
            picture.quantize(colours, dither=Image.Dither.NONE).save(small, "PNG", optimize=True)
            if small.tell() <= LARGEST:
                break
        (self.folder / f"{name}.png").write_bytes(small.getvalue())
        self.taken.add(name)


def _without_bottom(picture: Image.Image) -> Image.Image:
    """The picture without the empty rows at its bottom."""
    left = picture.crop((0, 0, 1, picture.height)).resize(picture.size)
    seen = ImageChops.difference(picture, left).getbbox()
    bottom = min(picture.height, (seen[3] if seen else 0) + MARGIN)
    return picture.crop((0, 0, picture.width, bottom))


async def settle(page: Page) -> None:
    """Wait until fonts and pictures are there and nothing is being loaded."""
    quiet = """() => document.fonts.status === "loaded"
        && [...document.images].every((image) => image.complete)
        && !document.querySelector(".o_loading_indicator, .o_blockUI")"""
    await page.wait_for_function(quiet)
    if await page.locator(".o_web_client").count():
        # Odoo says that it loads a quarter of a second after it began.
        await page.wait_for_timeout(300)
        await page.wait_for_function(quiet)

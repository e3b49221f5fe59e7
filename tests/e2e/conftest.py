"""A running shop and a browser. A test that fails leaves a picture of each open screen in ``var/log``."""

from collections.abc import AsyncIterator, Iterator

import pytest
from playwright.async_api import Playwright, async_playwright

from ops import shop, world
from ops.browsers import CHROMIUM, fresh_profile
from ops.day.screen import Screen
from ops.paths import HOUSE
from stage import Stage, read_cast


@pytest.fixture(scope="session")
def cast(house) -> dict:
    """Who and what there is: the same in every copy of the shop, read once."""
    return read_cast(world.other_world(house.template))


@pytest.fixture(scope="module")
def stage(cluster, make_world, cast) -> Iterator[Stage]:
    """A server and a till with its snapshot, for the tests of one file."""
    # Nobody waits a minute for what was changed on purpose.
    with shop.opened(cluster, make_world(), (1,), port_name="odoo-e2e", snapshot_seconds=3) as house:
        found = Stage(house, cast)
        found.until(lambda: found.status()["snapshot"]["ready"], 120, "the first snapshot")
        yield found
        found.scripts.close()


@pytest.fixture
async def driver() -> AsyncIterator[Playwright]:
    """Playwright; whatever browser a test started ends with it."""
    async with async_playwright() as found:
        yield found


@pytest.fixture
async def make_screen(stage, driver, request) -> AsyncIterator:
    """``await make_screen(online=, folder=, browser=)``: a screen in a fresh profile.

    At the end: the page must not have broken, nor talked to anyone but the till.
    """
    made: list[Screen] = []

    async def make(*, online: bool = True, folder=None, browser: str = CHROMIUM) -> Screen:
        context = await fresh_profile(driver, browser, online=online, folder=folder)
        page = context.pages[0] if context.pages else await context.new_page()
        screen = Screen(page, stage.url, stage.cast, stage.config)
        made.append(screen)
        return screen

    yield make
    for number, screen in enumerate(made):
        if not screen.page.is_closed():
            name = f"e2e-{request.node.name}-{number}".replace("/", "_").replace("[", "-")
            await screen.page.screenshot(path=HOUSE.log / f"{name.rstrip(']')}.png")
        assert screen.strangers == []
        assert screen.errors == []
        await screen.page.context.close()

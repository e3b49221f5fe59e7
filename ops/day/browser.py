"""Sales made on a till's screen during the played days: a fresh profile, a cashier, a scanner."""

import asyncio
from collections.abc import Iterable

from playwright.async_api import async_playwright

from ops.browsers import fresh_profile
from ops.day.screen import Screen
from ops.day.seller import Ledger
from ops.paths import HOUSE

#: One sale: the good to scan, and the household whose card is scanned first, if any.
Sale = tuple[dict, dict | None]


def sell_on_screen(
    url: str, cast: dict, number: int, ledger: Ledger, sales: Iterable[Sale], *, online: bool = True
) -> set[str]:
    """Make ``sales`` on till ``number``; the uuids it promised, which are also noted in ``ledger``.

    ``online`` is what the browser believes (``navigator.onLine``).
    """
    return asyncio.run(_sell(url, cast, number, ledger, sales, online))


async def _sell(
    url: str, cast: dict, number: int, ledger: Ledger, sales: Iterable[Sale], online: bool
) -> set[str]:
    config = next(till["config_id"] for till in cast["tills"] if till["number"] == number)
    promised = set()
    async with async_playwright() as driver:
        context = await fresh_profile(driver, online=online)
        screen = Screen(await context.new_page(), url, cast, config)
        try:
            await screen.start()
            for product, household in sales:
                promised.add(await _one(screen, number, ledger, product, household))
            if screen.strangers or screen.errors:
                raise AssertionError(f"L'écran a fauté : {screen.strangers} {screen.errors}")
        except BaseException:
            await screen.page.screenshot(path=HOUSE.log / "day-screen.png")
            raise
        finally:
            await context.browser.close()
    return promised


async def _one(
    screen: Screen, number: int, ledger: Ledger, product: dict, household: dict | None
) -> str:
    async with screen.page.expect_response(
        lambda answer: answer.url.endswith("/till/v1/tickets") and answer.request.method == "POST",
        timeout=60_000,
    ) as waited:
        await screen.sell(product, household)
    answer = await waited.value
    if answer.status != 200:
        raise AssertionError(f"La caisse refuse la vente à l'écran : {await answer.text()}")
    order = answer.request.post_data_json
    ledger.note(order["uuid"], number, order["total"])
    await screen.next_sale()
    return order["uuid"]

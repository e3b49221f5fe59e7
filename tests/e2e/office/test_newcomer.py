"""A newcomer, from an empty database to a first sale and its figures: what DESIGN promises a shop, in both browsers."""

import re
import time

import openpyxl
import pytest

import newcomer
import shopkeeping
from ops import browsers, up
from ops.browsers import fresh_profile
from ops.day.screen import Screen
from ops.paths import HOUSE
from ops.server import OdooServer
from ops.tills import Printer, Till

CASHIER = {"name": "Zoé Caisse", "pin": "1357"}
SHELF, GOOD = "Pâtes, riz", "Riz long 1 kg"


@pytest.fixture(params=browsers.NAMES)
def browser(request) -> str:
    return request.param


@pytest.fixture
def shop(cluster, make_world):
    """A house that was just opened, nobody in it but the administrator: its server, and the password."""
    world = make_world("empty")
    password = up.name_first_user(world)
    server = OdooServer(cluster, world, "odoo-newcomer")
    try:
        server.start()
        yield server, password
    finally:
        server.stop()


@pytest.fixture
def till(shop):
    """The first till's program, not paired yet."""
    server, _password = shop
    printer = Printer(server.world, 1)
    made = Till(server.world, 1, server.url, printer.port, snapshot_seconds=2)
    try:
        printer.start()
        yield made
    finally:
        made.stop()
        printer.stop()


@pytest.fixture
async def page(driver, browser, request):
    context = await fresh_profile(driver, browser)
    made = await context.new_page()
    made.set_default_timeout(30_000)
    errors: list[str] = []
    made.on("pageerror", lambda error: errors.append(str(error)))
    yield made
    await made.screenshot(path=HOUSE.log / f"newcomer-{browser}.png")
    assert errors == []
    await context.close()


async def test_from_nothing_to_the_figures(shop, till, page, tmp_path):
    server, password = shop
    start = time.monotonic()
    await newcomer.sign_in(page, server.url, "admin", password)
    code = await newcomer.first_steps(page, [CASHIER])
    till.enroll(code)
    till.start()
    await newcomer.the_till_is_alive(page)
    await newcomer.next_step(page, "till")

    await shopkeeping.order(page, server.url, "Grossiste du Verger", [(GOOD, "20", "0.90")])
    await shopkeeping.take_the_delivery(page)
    card = await shopkeeping.register(
        page, server.url, ("Amina", "Benali"), "1988", [("Yanis", "2016")], "Tarif B"
    )
    household = page.url
    budget = euros(await shopkeeping.budget_left(page))
    assert budget > 0, "the month is open for a household entitled today"

    paid = await sell(page, till, card)
    print(f"first sale {time.monotonic() - start:.0f} s after the first page")

    await shopkeeping.sales(page, household, "1")
    assert euros(await shopkeeping.budget_left(page)) == round(budget - paid, 2)
    path = await shopkeeping.workbook_of(page, server.url, "", tmp_path)
    shown = await page.locator(".o_form_view").inner_text()
    assert f"{paid:.2f}".replace(".", ",") in shown
    sheets = openpyxl.load_workbook(path, data_only=True)
    cells = [cell for sheet in sheets for row in sheet.iter_rows(values_only=True) for cell in row]
    # The screen is the shop's own; what leaves it says nothing of a household that is alone.
    assert "masqué" in cells and paid not in cells


def euros(text: str) -> float:
    """12,34 € as it is written on a French screen."""
    return float(re.sub(r"[^0-9,-]", "", text).replace(",", "."))


async def sell(page, till, card: str) -> float:
    """Two of the good on the card, in cash, at the till's own screen; euros."""
    screen = Screen(page, till.url, {}, 1)
    await screen.open()
    await page.locator("[data-code]", has_text=CASHIER["name"]).click()
    for digit in CASHIER["pin"]:
        await page.locator(f".escarcelle-keypad [data-key='{digit}']").click()
    await page.locator("button[name=login]").click()
    await page.locator(".escarcelle-login").wait_for(state="detached")
    await screen.scan_card({"cards": [card]})
    await page.locator(".category-button", has_text=SHELF).first.click()
    for count in ("1", "2"):
        await page.locator("article.product", has_text=GOOD).first.click()
        await screen.line({"name": GOOD}, count)
    total = euros(await page.locator(".order-summary .total").first.inner_text())
    await screen.pay()
    assert (await screen.validate()).startswith("Ticket (VTE) 1-")
    return total

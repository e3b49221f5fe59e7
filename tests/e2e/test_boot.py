"""Gate 1: the till boots from its own vault, the Odoo server killed, whatever the browser believes."""

import pytest

from ops import browsers


@pytest.fixture
def dead(stage):
    """The stage with its server killed."""
    stage.kill_server()
    return stage


@pytest.fixture
def alive(stage):
    """The stage with its server running and heard by the till."""
    stage.start_server()
    return stage


def goods(stage, rank=0):
    """A good of the cast."""
    return stage.cast["products"][rank]


def a_household(stage, rank=0):
    """An entitled household with a card and money left."""
    return [
        one for one in stage.cast["households"]
        if one["entitled"] and one["cards"] and one["balance"] > 2000
    ][rank]  # fmt: skip


@pytest.mark.parametrize("browser", browsers.NAMES)
async def test_fresh_profile_with_the_server_killed(dead, make_screen, browser):
    screen = await make_screen(browser=browser)
    seconds = await screen.open()
    print(f"POS ready in {seconds:.2f} s (fresh profile, server killed)")
    assert seconds < 20
    side = "getComputedStyle(document.querySelector('.escarcelle-login-side')).backgroundImage"
    assert "gradient" in await screen.page.evaluate(side)
    assert "Bonjour" in await screen.page.locator(".escarcelle-login").inner_text()
    await screen.log_in()
    number = await screen.sell(goods(dead))
    assert number.startswith("Ticket (VTE) 1-")


async def test_fresh_profile_that_believes_it_is_offline(dead, make_screen):
    screen = await make_screen(online=False)
    await screen.start()
    assert await screen.page.evaluate("navigator.onLine") is False
    assert (await screen.sell(goods(dead))).startswith("Ticket (VTE) 1-")
    await screen.next_sale()
    await screen.reload()
    await screen.log_in()
    assert (await screen.sell(goods(dead))).startswith("Ticket (VTE) 1-")
    assert screen.dialogs == []


async def test_after_a_warm_day(alive, make_screen, tmp_path):
    """Reloads with and without ``from_backend``, a price and a product changed meanwhile."""
    stage, product = alive, goods(alive, 1)
    screen = await make_screen(folder=tmp_path / "profile")
    await screen.start()
    await screen.sell(product)
    await screen.next_sale()
    await screen.reload()
    await screen.open("?from_backend=True")
    changed = stage.odoo(f"""
product = env["product.product"].browse({product["id"]})
product.lst_price = product.lst_price + 1.11
added = product.copy({{"name": "Miel de printemps 250 g", "barcode": "3760001230012",
                       "default_code": "NEUF1", "list_price": 4.2, "available_in_pos": True}})
answer = {{"price": product.lst_price, "added": added.barcode}}
""")
    stage.told()
    await screen.reload()
    stage.kill_server()
    for path in ("", "?from_backend=True"):
        await screen.start(path)
        await screen.scan_goods(product)
        total = f"{changed['price']:.2f}".replace(".", ",")
        await screen.page.locator(".order-summary .total, .order-display-total, .total").filter(
            has_text=total
        ).first.wait_for()
        await screen.scan_goods({"barcode": changed["added"], "name": "Miel de printemps"})
        await screen.pay()
        assert (await screen.validate()).startswith("Ticket (VTE) 1-")
        await screen.next_sale()
    assert screen.dialogs == []


async def test_after_the_servers_session_changed(alive, make_screen):
    """Sessions are made by the server from the records; the page's own never moves."""
    stage = alive
    screen = await make_screen()
    await screen.start()
    session = await screen.page.evaluate("odoo.pos_session_id")
    await screen.sell(goods(stage))
    stage.until(lambda: stage.status()["queue"]["pending"] == 0, what="everything is sent")
    find = f'answer = env["pos.session"].search([("config_id", "=", {stage.config})]).ids'
    sessions = stage.odoo(find)
    assert sessions
    stage.kill_server()
    await screen.next_sale()
    await screen.reload()
    await screen.log_in()
    assert await screen.page.evaluate("odoo.pos_session_id") == session
    state = "posmodel.session.state"
    assert await screen.page.evaluate(state) == "opened"
    assert (await screen.sell(goods(stage))).startswith("Ticket (VTE) 1-")


PARKED = "posmodel.data.escarcelleParked.has(posmodel.getOrder().uuid)"
UUID = "0b9f2a44-2f0e-4c53-9a51-6f5f0c2d7a10"


@pytest.mark.parametrize(
    "path",
    [
        f"/receipt/{UUID}", f"/product/{UUID}", f"/payment/{UUID}", "/tickets", "/day", "/login",
        f"/receipt/{UUID}?from_backend=True", "/nothing/like/this",
    ],
)  # fmt: skip
async def test_from_a_deep_address(dead, make_screen, path):
    screen = await make_screen(online=False)
    await screen.start(path)
    if path in ("/tickets", "/day"):
        await screen.page.locator("button[name=back]").click()
    await screen.page.locator(".product-screen").wait_for()
    await screen.scan_goods(goods(dead, 2))
    assert screen.dialogs == []


async def test_a_card_and_goods_are_scanned(dead, make_screen):
    screen = await make_screen(online=False)
    household = a_household(dead)
    await screen.start()
    await screen.scan_card(household)
    banner = screen.page.locator(".escarcelle-household")
    assert "€" in await banner.locator("[name=budget]").inner_text()
    await screen.scan_goods(goods(dead, 3), 3)
    await screen.scan_goods(goods(dead, 4))
    await screen.line(goods(dead, 3), "3")
    await screen.scan("2009999999997")
    assert "Carte inconnue" in await screen.message()
    await screen.scan("9990000000005")
    unknown = screen.page.locator(".escarcelle-attach", has_text="9990000000005")
    await unknown.wait_for()
    await unknown.locator(".modal-footer .btn-secondary").click()
    await unknown.wait_for(state="detached")
    await screen.pay()
    await screen.validate()
    left = await screen.page.locator(".escarcelle-facts").inner_text()
    assert "Budget restant" in left


async def test_the_till_checks_the_pin(dead, make_screen):
    screen = await make_screen()
    await screen.open("/day")
    first, second = screen.cashier(), screen.cashier(rank=1)
    await screen.type_pin(first["code"], "0000")
    error = screen.page.locator(".escarcelle-login-error:not(.invisible)")
    await error.wait_for()
    assert "incorrect" in await error.inner_text()
    assert await screen.page.locator(".product-screen, .escarcelle-day").count() == 0
    await screen.log_in(first)
    await screen.page.locator(".escarcelle-day").wait_for()
    await screen.page.locator(".escarcelle-cashier").click()
    await screen.page.locator(".escarcelle-login").wait_for()
    await screen.log_in(second)
    name = await screen.page.locator(".escarcelle-cashier").inner_text()
    assert second["name"].split()[0] in name
    assert second["code"] in dead.status()["cashiers"]


async def test_nobody_sells_without_a_cashier(dead, make_screen):
    """Hiding the log-in screen changes nothing: the till asks who it is."""
    screen = await make_screen()
    await screen.open()
    refused = await screen.page.evaluate(
        """async () => {
            const answer = await fetch("/till/v1/tickets", {method: "POST", body: "{}"});
            return [answer.status, (await answer.json()).error.code];
        }"""
    )
    assert refused[0] in (400, 401)
    table = await screen.page.evaluate("fetch('/till/v1/closings').then((r) => r.status)")
    assert table == 401


async def test_the_browser_keeps_nothing_of_anyone(dead, make_screen):
    screen = await make_screen()
    household = a_household(dead, 1)
    await screen.start()
    await screen.sell(goods(dead), household)
    kept = await screen.page.evaluate(
        """async () => {
            const bases = await indexedDB.databases();
            const read = (store) => JSON.stringify(Object.entries({...store}));
            return {
                bases: bases.map((base) => base.name),
                text: read(localStorage) + read(sessionStorage) + document.cookie,
                caches: await caches.keys(),
            };
        }"""
    )
    assert [name for name in kept["bases"] if name.startswith("point-of-sale")] == []
    assert kept["caches"] == []
    display = await screen.page.evaluate("posmodel.getOrder().partner_id.name")
    for word in (display, household["code"], *household["cards"], screen.cashier()["name"]):
        assert word not in kept["text"]


async def test_a_till_restarted_under_the_page_goes_on(dead, make_screen):
    """The order in progress is on the screen and, parked, in the till."""
    screen = await make_screen()
    product = goods(dead, 5)
    await screen.start()
    await screen.scan_goods(product, 2)
    await screen.page.wait_for_function(PARKED)
    dead.kill_till()
    await screen.page.locator(".escarcelle-pill-danger").wait_for()
    dead.start_till()
    await screen.pay()
    await screen.page.locator(".payment-screen .validation-button.next:visible").click()
    await screen.log_in()
    number = await screen.validate()
    assert number.startswith("Ticket (VTE) 1-")
    # The till's events reach the page again.
    await screen.page.evaluate("posmodel.escarcelle.status = null")
    await screen.page.wait_for_function(
        "posmodel.escarcelle.status && posmodel.escarcelle.status.queue.pending > 0", timeout=40_000
    )


async def test_a_parked_order_is_found_in_another_profile(dead, make_screen):
    first = await make_screen()
    product = goods(dead, 6)
    await first.start()
    await first.scan_goods(product, 2)
    await first.page.wait_for_function(PARKED)
    uuid = await first.page.evaluate("posmodel.getOrder().uuid")
    await first.page.close()
    second = await make_screen(online=False)
    await second.start(f"/product/{uuid}")
    await second.line(product, "2")
    await second.pay()
    assert (await second.validate()).startswith("Ticket (VTE) 1-")


async def test_new_prices_come_by_themselves_when_nobody_sells(alive, make_screen):
    """A page left on the log-in screen shows today's prices; one in use says that there are new ones."""
    stage, product = alive, goods(alive, 7)
    used, idle = await make_screen(), await make_screen()
    await used.start()
    await used.scan_goods(product)
    await idle.open()
    stage.odoo(f'env["product.product"].browse({product["id"]}).lst_price += 0.55')
    stage.told()
    await used.page.locator(".escarcelle-stale").wait_for(timeout=130_000)
    assert await used.page.locator(".order-container .orderline").count() == 1
    await idle.page.reload()
    await idle.log_in()
    price = stage.odoo(f'answer = env["product.product"].browse({product["id"]}).lst_price')
    await idle.scan_goods(product)
    total = await idle.page.evaluate("posmodel.getOrder().priceIncl")
    assert total == pytest.approx(price)


async def test_a_forgotten_card(dead, make_screen):
    """Nobody is listed before something is typed; a passer-by again when the name is taken off."""
    screen = await make_screen()
    household = a_household(dead, 2)
    await screen.start()
    button = screen.page.locator(".control-buttons .set-partner, .set-partner").first
    await button.click()
    popup = screen.page.locator(".escarcelle-households")
    await popup.wait_for()
    assert await popup.locator("[name=household]").count() == 0
    await popup.locator("[name=query]").fill(household["code"][-4:])
    await popup.locator("[name=household]").first.click()
    banner = screen.page.locator(".escarcelle-household [name=household]")
    await banner.wait_for()
    assert await screen.page.evaluate("posmodel.getOrder().partner_id.raw.escarcelle_code") == (
        household["code"]
    )
    await button.click()
    await popup.locator("[name=none]").click()
    await banner.wait_for(state="detached")
    await screen.scan_goods(goods(dead))
    await screen.pay()
    await screen.validate()

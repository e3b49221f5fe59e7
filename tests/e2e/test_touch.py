"""A till without a keyboard: managers, settlements and exchanges by touch alone, and by badge."""

import pytest

BADGE = "2990000000017"
NO_KEYBOARD = """
for (const kind of ["keydown", "keypress", "keyup"]) {
    window.addEventListener(kind, (event) => { window.escarcelleTyped = event.key; }, true);
}
"""
LAST_PAPER = "posmodel.escarcelle.client.get('/till/v1/papers').then(({papers}) => papers[0])"


@pytest.fixture
def dead(stage):
    """The stage with its server killed: none of this needs it."""
    stage.kill_server()
    return stage


@pytest.fixture
async def touched(make_screen):
    """A screen whose keyboard nobody touched."""
    screen = await make_screen()
    await screen.page.context.add_init_script(NO_KEYBOARD)
    await screen.start()
    yield screen
    assert await screen.page.evaluate("window.escarcelleTyped || ''") == ""


async def sell(screen, stage, count: int = 1) -> None:
    """Touch a good ``count`` times and pay in cash."""
    product = stage.cast["products"][0]
    for number in range(1, count + 1):
        await screen.page.locator("article.product", has_text=product["name"]).first.click()
        await screen.line(product, str(number))
    await screen.pay()
    await screen.validate()
    await screen.next_sale()


async def press(screen, where: str, keys: str) -> None:
    for key in keys:
        await screen.page.locator(f"{where} .escarcelle-keypad [data-key='{key}']").click()


async def ask_for_training(screen) -> None:
    await screen.page.locator(".pos-rightheader .fa-bars").click()
    await screen.page.locator(".escarcelle-menu .o-dropdown-item, .escarcelle-menu .dropdown-item").filter(
        has=screen.page.locator(".fa-graduation-cap")
    ).click()
    await screen.page.locator(".escarcelle-override .escarcelle-people").wait_for()


async def test_a_manager_is_chosen_by_touch(dead, touched):
    await ask_for_training(touched)
    popup = touched.page.locator(".escarcelle-override")
    listed = await popup.locator("[data-code]").evaluate_all("rows => rows.map((r) => r.dataset.code)")
    managers = {one["code"] for one in dead.cast["cashiers"] if one["role"] == "manager"}
    assert set(listed) == managers and managers
    manager = touched.cashier("manager")
    await popup.locator(f"[data-code='{manager['code']}']").click()
    wrong = "".join(str((int(digit) + 1) % 10) for digit in manager["pin"])
    await press(touched, ".escarcelle-override", wrong)
    await popup.locator("[name=accord]").click()
    await popup.locator(".escarcelle-login-error:not(.invisible)").wait_for()
    assert dead.status()["training"] is False
    await press(touched, ".escarcelle-override", manager["pin"])
    await popup.locator("[name=accord]").click()
    await touched.page.locator(".escarcelle-training-frame").wait_for()
    await touched.page.evaluate("posmodel.escarcelle.train(false)")


async def settle(screen, code: str) -> None:
    """The settlement screen of an account. Its search is the one thing that needs letters."""
    await screen.page.evaluate("void posmodel.escarcelleSettle()")
    await screen.page.locator(".escarcelle-settle [name=query]").fill(code)
    await screen.page.locator(".escarcelle-settle [name=customer]").first.click()


async def test_change_is_said_and_the_last_settlement_given_back(dead, touched):
    household = dead.cast["households"][0]
    page = touched.page
    await settle(touched, household["code"])
    assert await page.locator("[name=cancel-last]").count() == 0
    await page.locator(".escarcelle-settle [data-key='Clear']").click()
    await press(touched, ".escarcelle-settle", "1250")
    await page.locator(".escarcelle-settle [name=given]").click()
    await press(touched, ".escarcelle-settle", "1000")
    await page.locator(".escarcelle-settle [name=change]", has_text="2,50").wait_for()
    assert await page.locator(".escarcelle-settle [name=confirm]").is_disabled()
    await page.locator(".escarcelle-settle [data-key='Clear']").click()
    await press(touched, ".escarcelle-settle", "2000")
    await page.locator(".escarcelle-settle [name=change]", has_text="7,50").wait_for()
    await page.locator(".escarcelle-settle [name=confirm]").click()
    await page.locator(".escarcelle-settle").wait_for(state="detached")
    assert "7,50" in await touched.message()
    paid = await page.evaluate(LAST_PAPER)
    assert (paid["kind"], paid["total"], paid["customer"]) == ("REG", 1250, household["code"])
    await settle(touched, household["code"])
    cancel = page.locator("[name=cancel-last]")
    assert "12,50" in await cancel.inner_text() and paid["number"] in await cancel.inner_text()
    await cancel.click()
    sure = page.locator(".modal-content").nth(1)
    assert "12,50" in await sure.inner_text()
    await sure.locator(".modal-footer .btn-primary").click()
    await page.locator(".escarcelle-settle").wait_for(state="detached")
    assert "12,50" in await touched.message()
    back = await page.evaluate(LAST_PAPER)
    assert (back["kind"], back["total"], back["customer"]) == ("REG", -1250, household["code"])
    recall = f"posmodel.escarcelle.client.get('/till/v1/papers?uuid={paid['uuid']}')"
    assert (await page.evaluate(recall))["papers"][0]["cancelled"] is True
    await settle(touched, household["code"])
    await page.locator(".escarcelle-settle [name=who]").wait_for()
    assert await page.locator("[name=cancel-last]").count() == 0


async def test_no_more_comes_back_than_was_sold(dead, touched):
    await sell(touched, dead, 3)
    page = touched.page
    ticket = await page.evaluate("posmodel.escarcelle.tickets({limit: 1}).then((found) => found[0])")
    await page.evaluate("posmodel.navigate('EscarcelleTicketScreen')")
    await page.locator(".escarcelle-ticket-row", has_text=ticket["number"]).first.click()
    await page.locator("[name=all]").click()
    await page.locator("[name=exchange]").click()
    await page.locator(".product-screen .orderline").first.click()
    quantities = "posmodel.getOrder().lines.map((line) => line.qty)"
    keys = page.locator(".product-screen .numpad button")
    await keys.get_by_text("2", exact=True).click()
    await page.wait_for_function(f"{quantities}[0] === -2")
    await keys.get_by_text("4", exact=True).click()  # 24 of 3
    assert "3" in await touched.message()
    assert await page.evaluate(quantities) == [-2]
    await keys.get_by_text("3", exact=True).click()
    await page.wait_for_function(f"{quantities}[0] === -3")
    before = await page.evaluate("posmodel.getOrder().lines[0].price_unit")
    await keys.nth(11).click()  # the price
    await keys.get_by_text("9", exact=True).click()
    await touched.message()
    assert await page.evaluate("posmodel.getOrder().lines[0].price_unit") == before


async def test_a_manager_scans_a_badge(stage, make_screen):
    stage.start_server()
    screen = await make_screen()
    manager = screen.cashier("manager")
    stage.odoo(
        f'one = env["escarcelle.cashier"].search([("code", "=", {manager["code"]!r})], limit=1)\n'
        f'one._escarcelle_set_secrets(badge={BADGE!r})\nanswer = {{"code": one.code}}'
    )
    stage.told()
    await screen.start()
    await ask_for_training(screen)
    await screen.scan(BADGE)
    await screen.page.locator(".escarcelle-training-frame").wait_for()
    await screen.page.evaluate("posmodel.escarcelle.train(false)")
    await screen.page.locator(".escarcelle-training-frame").wait_for(state="detached")
    await screen.page.locator(".product-screen").wait_for()
    await screen.drawn()
    # A card that needs an agreement opened the popup: its own scan is not over yet.
    household = next(one for one in stage.cast["households"] if not one["entitled"] and one["cards"])
    await screen.scan(household["cards"][0])
    await screen.page.locator(".escarcelle-override .escarcelle-people").wait_for()
    await screen.scan(BADGE)
    await screen.page.locator(".escarcelle-household [name=household]").wait_for()
    # The scanner is the till's again: the next scan is a good.
    await screen.scan_goods(stage.cast["products"][0])

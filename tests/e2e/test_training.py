"""The training mode seen from the screen: a manager begins it, nobody can miss it, nothing counts."""

import pytest

SIGN = ".escarcelle-training-frame"
MENU = ".pos-rightheader .fa-bars"
TEXT = "ÉCOLE – SIMULATION"


@pytest.fixture
def dead(stage):
    """The stage with its server killed: none of this needs it."""
    stage.kill_server()
    return stage


async def touch_training(screen) -> None:
    """The menu's line."""
    await screen.page.locator(MENU).click()
    await screen.page.locator(".escarcelle-menu .o-dropdown-item, .escarcelle-menu .dropdown-item").filter(
        has=screen.page.locator(".fa-graduation-cap")
    ).click()


async def manager_agrees(screen, pin: str = "") -> None:
    """A manager touches their name and a PIN in the popup: nothing is typed on a keyboard."""
    manager = screen.cashier("manager")
    popup = screen.page.locator(".escarcelle-override")
    await popup.wait_for()
    await popup.locator(f"[data-code='{manager['code']}']").click()
    for digit in pin or manager["pin"]:
        await popup.locator(f".escarcelle-keypad [data-key='{digit}']").click()
    await popup.locator("button[name=accord]").click()


async def begin(screen) -> None:
    await touch_training(screen)
    await manager_agrees(screen)
    await screen.page.locator(SIGN).wait_for()


async def end(screen) -> None:
    await touch_training(screen)
    await screen.page.locator(SIGN).wait_for(state="detached")


async def test_school_is_signed_apart_and_seen_everywhere(dead, make_screen):
    screen = await make_screen()
    await screen.start()
    goods = dead.cast["products"][0]
    before = dead.status()["day"]
    await begin(screen)
    assert dead.status()["training"] is True
    assert TEXT in await screen.page.locator(SIGN).inner_text()
    assert TEXT in await screen.page.locator(".escarcelle-training").inner_text()
    await screen.scan_goods(goods)
    uuid = await screen.page.evaluate("posmodel.getOrder().uuid")
    await screen.pay()
    assert await screen.page.locator(SIGN).is_visible()
    # What school signs is sent to nobody.
    assert await screen.page.locator("[data-paper=email]").count() == 0
    await screen.page.locator("[data-paper=paper]").click()
    await screen.validate()
    assert await screen.page.locator(SIGN).is_visible()
    ticket = await screen.page.evaluate(
        "(uuid) => posmodel.escarcelle.tickets({uuid}).then((found) => found[0])", uuid
    )
    assert ticket["training"] is True
    assert dead.status()["day"] == before
    await screen.next_sale()
    # The day is not closed, nothing is counted, in school.
    refused = await screen.page.evaluate(
        "posmodel.escarcelle.closeDay().then(() => '', (error) => error.code)"
    )
    assert refused == "training"
    await end(screen)
    assert dead.status()["training"] is False
    await screen.sell(goods)
    assert dead.status()["day"]["tickets"] == before["tickets"] + 1


async def test_school_outlives_the_page_and_the_log_in(dead, make_screen):
    screen = await make_screen()
    await screen.start()
    await begin(screen)
    await screen.reload()
    await screen.page.locator(SIGN).wait_for()  # on the log-in screen too
    await screen.log_in()
    await end(screen)


async def test_a_cashier_alone_does_not_begin_it(dead, make_screen):
    screen = await make_screen()
    await screen.start()
    cashier = screen.cashier()
    refused = await screen.page.evaluate(
        """([code, pin]) => posmodel.escarcelle.override({code, pin}, "training", "x")
            .then(() => "", (error) => error.code)""",
        [cashier["code"], cashier["pin"]],
    )
    assert refused == "manager_required"
    refused = await screen.page.evaluate(
        "posmodel.escarcelle.train(true, 'x').then(() => '', (error) => error.code)"
    )
    assert refused == "override_invalid"
    await touch_training(screen)
    await screen.page.locator(".escarcelle-override .modal-footer .btn-secondary").click()
    assert dead.status()["training"] is False
    assert await screen.page.locator(SIGN).count() == 0

"""Corrections seen from the screen: one touch cancels a ticket, goods are exchanged, a price is put right."""

import pytest


@pytest.fixture
def dead(stage):
    """The stage with its server killed: none of this needs it."""
    stage.kill_server()
    return stage


async def sold(screen, stage, rank: int = 0) -> dict:
    """A sale, and its ticket as the till recalls it."""
    await screen.scan_goods(stage.cast["products"][rank])
    uuid = await screen.page.evaluate("posmodel.getOrder().uuid")
    await screen.pay()
    await screen.validate()
    await screen.next_sale()
    return await recalled(screen, uuid=uuid)


async def recalled(screen, **query) -> dict:
    return await screen.page.evaluate(
        "(query) => posmodel.escarcelle.tickets(query).then((found) => found[0])", query
    )


async def show(screen, ticket: dict) -> None:
    """The ticket on the screen of past tickets."""
    await screen.page.evaluate("posmodel.navigate('EscarcelleTicketScreen')")
    await screen.page.locator("[name=number]").fill(ticket["number"])
    await screen.page.locator("[name=search]").click()
    await screen.page.locator("[name=cancel]").wait_for()


def _price(good: dict) -> float:
    """What a passer-by pays."""
    return max(map(float, good["prices"].values()))


async def last(screen) -> dict:
    """The latest ticket of the day."""
    return await recalled(screen, limit=1)


async def test_one_action_cancels_a_ticket(dead, make_screen):
    screen = await make_screen()
    await screen.start()
    ticket = await sold(screen, dead)
    total = dead.status()["day"]["total"]
    await show(screen, ticket)
    await screen.page.locator("[name=cancel]").click()
    await screen.page.locator(".selection-item, .modal-body .btn, .modal-body button").first.click()
    told = await screen.message()
    assert ticket["number"] in told
    cancelling = await last(screen)
    assert cancelling["total"] == -ticket["total"]
    assert dead.status()["day"]["total"] == total - ticket["total"]
    again = await recalled(screen, uuid=ticket["uuid"])
    assert again["cancelled"] is True and again["corrected_by"] == [cancelling["number"]]
    await show(screen, ticket)
    assert cancelling["number"] in await screen.page.locator("[name=corrected]").inner_text()
    assert await screen.page.locator("[name=cancel]").is_disabled()


async def test_an_exchange_is_paid_by_its_difference(dead, make_screen):
    screen = await make_screen()
    await screen.start()
    ticket = await sold(screen, dead)
    other = max(dead.cast["products"][1:10], key=_price)
    await show(screen, ticket)
    await screen.page.locator("[name=all]").click()
    await screen.page.locator("[name=exchange]").click()
    await screen.page.locator(".product-screen").wait_for()
    await screen.scan_goods(other)
    await screen.pay()
    await screen.validate()
    exchange = await last(screen)
    assert [float(line["quantity"]) for line in exchange["lines"]] == [-1.0, 1.0]
    assert exchange["lines"][0]["refunded_line_uuid"] == ticket["lines"][0]["uuid"]
    assert exchange["total"] == exchange["lines"][1]["amount"] - ticket["total"]


async def test_an_exchange_for_something_cheaper_gives_money_back(dead, make_screen):
    screen = await make_screen()
    await screen.start()
    prices = [_price(one) for one in dead.cast["products"][:10]]
    dear, cheap = prices.index(max(prices)), prices.index(min(prices))
    ticket = await sold(screen, dead, dear)
    await show(screen, ticket)
    await screen.page.locator("[name=all]").click()
    await screen.page.locator("[name=exchange]").click()
    await screen.page.locator(".product-screen").wait_for()
    await screen.scan_goods(dead.cast["products"][cheap])
    await screen.pay()
    number = await screen.validate()
    exchange = await last(screen)
    assert exchange["total"] < 0 and "(ANN)" in number
    assert sum(one["amount"] for one in exchange["order"]["payments"]) == exchange["total"]


async def test_a_wrong_price_is_given_back_and_sold_again(dead, make_screen):
    screen = await make_screen()
    await screen.start()
    ticket = await sold(screen, dead)
    await show(screen, ticket)
    await screen.page.locator("[name=all]").click()
    await screen.page.locator("[name=price]").click()
    await screen.page.locator(".product-screen").wait_for()
    lines = await screen.page.evaluate(
        "posmodel.getOrder().lines.map((line) => [line.qty, line.price_unit])"
    )
    assert [quantity for quantity, _price in lines] == [-1, 1]
    assert lines[0][1] == lines[1][1]


async def test_the_x_report_closes_nothing(dead, make_screen):
    screen = await make_screen()
    await screen.start()
    await sold(screen, dead)
    before = dead.status()
    await screen.page.evaluate("posmodel.navigate('EscarcelleDayScreen')")
    await screen.page.locator("[name=print-x]").click()
    await screen.page.locator("[name=done]").wait_for()
    assert dead.status()["day"] == before["day"]
    assert dead.status()["queue"]["last"] == before["queue"]["last"]

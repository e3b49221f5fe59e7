"""Gate 2 seen from the screen: whatever happens to a sale, the cashier knows what to do and nothing doubles."""

import pytest

VALIDATE = ".payment-screen .validation-button.next:visible"


@pytest.fixture
def dead(stage):
    """The stage with its server killed: none of this needs it."""
    stage.kill_server()
    return stage


def goods(stage, rank=0):
    """A good of the cast."""
    return stage.cast["products"][rank]


def tickets(stage) -> int:
    """How many tickets the till has signed today."""
    return stage.status()["day"]["tickets"]


async def number_of(screen) -> str:
    """The number on the receipt screen."""
    return await screen.page.locator(".escarcelle-receipt-card [name=number]").inner_text()


async def ticket_of(screen, uuid: str) -> dict:
    """The till's ticket of an order."""
    answer = await screen.page.evaluate(
        "(uuid) => posmodel.escarcelle.tickets({uuid}).then((found) => found[0])", uuid
    )
    assert answer["uuid"] == uuid
    return answer


async def order_uuid(screen) -> str:
    """The order on the screen."""
    return await screen.page.evaluate("posmodel.getOrder().uuid")


async def lose_answers(screen) -> None:
    """The till receives what the page sends, its answers are lost."""

    async def lose(route):
        if route.request.method == "POST":
            await route.fetch()
            await route.abort()
        else:
            await route.continue_()

    await screen.page.route("**/till/v1/tickets", lose)


async def test_no_paper_is_the_default_and_costs_no_touch(dead, make_screen):
    screen = await make_screen()
    await screen.start()
    assert (await screen.sell(goods(dead))).endswith(".0")
    assert "Pas de papier" in await screen.page.locator(".escarcelle-facts").inner_text()


async def test_paper_when_asked(dead, make_screen):
    screen = await make_screen()
    await screen.start()
    await screen.scan_goods(goods(dead))
    await screen.pay()
    await screen.page.locator("[data-paper=paper]").click()
    assert (await screen.validate()).endswith(".1")
    await screen.page.locator("[name=duplicate]").click()
    await screen.page.locator(".o_notification", has_text="Duplicata").wait_for()


async def test_change_is_shown_and_taken_off_the_cash(dead, make_screen):
    screen = await make_screen()
    await screen.start()
    await screen.scan_goods(goods(dead))
    await screen.pay()
    uuid = await order_uuid(screen)
    await screen.page.locator(".numpad button, .payment-screen .numpad button").filter(
        has_text="+50"
    ).first.click()
    await screen.validate()
    ticket = await ticket_of(screen, uuid)
    (cash,) = ticket["order"]["payments"]
    assert cash["amount"] == ticket["total"] and cash["change"] == 5000
    shown = await screen.page.locator("[name=change]").inner_text()
    assert "50,00" in shown


async def test_an_answer_lost_after_signing(dead, make_screen):
    screen = await make_screen()
    await screen.start()
    await screen.scan_goods(goods(dead))
    await screen.pay()
    before, uuid = tickets(dead), await order_uuid(screen)
    await lose_answers(screen)
    await screen.page.locator(VALIDATE).click()
    told = await screen.message()
    assert "n'a pas répondu" in told and "rien n'est compté deux fois" in told
    assert tickets(dead) == before + 1
    assert await screen.page.locator(".payment-screen").count() == 1
    assert await screen.page.evaluate("posmodel.getOrder().state") == "draft"
    await screen.page.unroute("**/till/v1/tickets")
    number = await screen.validate()
    assert number.startswith("Ticket (VTE) 1-") and tickets(dead) == before + 1
    assert "déjà enregistrée" in await screen.page.locator(".escarcelle-receipt-card").inner_text()
    assert (await ticket_of(screen, uuid))["number"] in number


async def test_an_answer_lost_then_the_ticket_changed(dead, make_screen):
    """What was signed stands; the screen shows it instead of selling something else."""
    screen = await make_screen()
    await screen.start()
    await screen.scan_goods(goods(dead))
    await screen.pay()
    before, uuid = tickets(dead), await order_uuid(screen)
    await lose_answers(screen)
    await screen.page.locator(VALIDATE).click()
    await screen.message()
    await screen.page.unroute("**/till/v1/tickets")
    await screen.page.locator(".payment-screen .back-button").click()
    await screen.scan_goods(goods(dead, 1))
    await screen.page.locator(".pay-order-button").first.click()
    await screen.page.locator(".paymentmethods .paymentmethod").nth(1).click()
    await screen.validate()
    assert tickets(dead) == before + 1
    ticket = await ticket_of(screen, uuid)
    assert len(ticket["order"]["lines"]) == 1


async def test_a_till_that_cannot_be_reached(dead, make_screen):
    screen = await make_screen()
    await screen.start()
    await screen.scan_goods(goods(dead))
    await screen.pay()
    before = tickets(dead)
    await screen.page.route("**/till/v1/tickets**", lambda route: route.abort())
    await screen.page.locator(VALIDATE).click()
    assert "ne répond pas" in await screen.message()
    await screen.page.unroute("**/till/v1/tickets**")
    await screen.validate()
    assert tickets(dead) == before + 1


async def over_budget(screen, stage, method=0) -> None:
    """A basket above the household's budget, paid and validated."""
    household = min(
        (h for h in stage.cast["households"] if h["entitled"] and h["cards"] and h["balance"]),
        key=lambda h: h["balance"],
    )
    dear = max(stage.cast["products"], key=lambda p: float(p["prices"][str(household["pricelist_id"])]))
    await screen.scan_card(household)
    await screen.scan_goods(dear)
    needed = household["balance"] // int(float(dear["prices"][str(household["pricelist_id"])]) * 100)
    await screen.page.evaluate(f"posmodel.getOrder().lines[0].setQuantity({max(needed, 0) + 2})")
    await screen.pay(method)
    await screen.page.locator(VALIDATE).click()
    await screen.page.locator(".escarcelle-override").wait_for()


async def test_over_budget_a_manager_agrees(dead, make_screen):
    screen = await make_screen()
    await screen.start()
    before = tickets(dead)
    await over_budget(screen, dead)
    popup = screen.page.locator(".escarcelle-override")
    assert "budget de ce foyer est dépassé" in await popup.inner_text()
    manager = screen.cashier("manager")
    await popup.locator(f"[data-code='{manager['code']}']").click()
    for digit in manager["pin"]:
        await popup.locator(f"[data-key='{digit}']").click()
    uuid = await order_uuid(screen)
    await popup.locator("[name=accord]").click()
    await screen.page.locator(".escarcelle-receipt-card").wait_for()
    assert tickets(dead) == before + 1
    ticket = await ticket_of(screen, uuid)
    assert ticket["order"]["overrides"][0]["manager"] == manager["code"]


async def test_refused_after_a_card_was_charged(dead, make_screen):
    """The order, its payment and what to do about the card stay on the screen."""
    screen = await make_screen()
    await screen.start()
    before = tickets(dead)
    await over_budget(screen, dead, method=1)
    told = await screen.page.locator(".escarcelle-override").inner_text()
    assert "carte a déjà été débitée" in told and "deuxième fois" in told
    await screen.page.locator(".escarcelle-override .btn-secondary").last.click()
    await screen.page.locator(".escarcelle-override").wait_for(state="detached")
    assert tickets(dead) == before
    state = await screen.page.evaluate(
        "[posmodel.getOrder().state, posmodel.getOrder().payment_ids.length]"
    )
    assert state == ["draft", 1]
    assert await screen.page.locator(".payment-screen").count() == 1


async def test_a_card_amount_above_the_total_is_refused(dead, make_screen):
    screen = await make_screen()
    await screen.start()
    await screen.scan_goods(goods(dead))
    await screen.pay(1)
    await screen.page.locator(".numpad button").filter(has_text="+10").first.click()
    await screen.page.locator(VALIDATE).click()
    assert "monnaie que sur des espèces" in await screen.message()


async def test_refund_of_a_sale_not_yet_sent(dead, make_screen):
    screen = await make_screen()
    await screen.start()
    await screen.scan_goods(goods(dead, 2), 2)
    await screen.pay()
    sold = await screen.validate()
    await screen.next_sale()
    await screen.page.locator(".orders-button").click()
    await screen.page.locator("[name=ticket]").first.click()
    assert sold.split()[-1].rsplit(".", 1)[0] in await screen.page.locator(
        ".escarcelle-tickets .fs-2"
    ).inner_text()
    await screen.page.locator("[name=more]").first.click()
    await screen.page.locator("[name=refund]").click()
    await screen.page.locator(".payment-screen").wait_for()
    await screen.page.locator(".paymentmethods .paymentmethod").first.click()
    uuid = await order_uuid(screen)
    await screen.validate()
    assert "Remboursement" in await screen.page.locator(".escarcelle-receipt-head").inner_text()
    ticket = await ticket_of(screen, uuid)
    (line,) = ticket["order"]["lines"]
    assert line["quantity"] == "-1.000" and line["refunded_line_uuid"]
    await screen.next_sale()
    await screen.page.locator(".orders-button").click()
    await screen.page.locator("[name=ticket]").nth(1).click()
    assert "reste à rendre" in await screen.page.locator(".escarcelle-line").first.inner_text()


async def test_what_is_scanned_is_not_typed(dead, make_screen):
    """A button touched right after a scan: core took the barcode for a quantity."""
    screen = await make_screen()
    await screen.start()
    await screen.scan_goods(goods(dead))
    for _time in range(3):
        await screen.scan(goods(dead)["barcode"])
        await screen.page.evaluate("posmodel.numberBuffer.capture()")
    await screen.line(goods(dead), "4")


async def test_fast_payment_goes_the_same_way(stage, make_screen):
    stage.start_server()
    stage.odoo(f"""
config = env["pos.config"].browse({stage.config})
cash = config.payment_method_ids.filtered("is_cash_count")
config.write({{"use_fast_payment": True, "fast_payment_method_ids": [(6, 0, cash.ids)]}})
""")
    stage.told()
    stage.kill_server()
    screen = await make_screen()
    await screen.start()
    signed, uuid = tickets(stage), await order_uuid(screen)
    await screen.scan_goods(goods(stage))
    await screen.page.locator(".fast-pay-button").first.click()
    await screen.page.locator(".escarcelle-receipt-card").wait_for()
    assert tickets(stage) == signed + 1
    assert (await ticket_of(screen, uuid))["order"]["payments"][0]["amount"] > 0
    await screen.next_sale()
    await screen.scan_goods(goods(stage))
    await screen.page.route("**/till/v1/tickets", lambda route: route.abort())
    await screen.page.locator(".fast-pay-button").first.click()
    assert "ne répond pas" in await screen.message()
    await screen.page.locator(".payment-screen").wait_for()
    await screen.page.unroute("**/till/v1/tickets")
    await screen.validate()
    assert tickets(stage) == signed + 2


async def test_the_day_is_opened_counted_and_closed(dead, make_screen):
    screen = await make_screen()
    await screen.start("/day", screen.cashier("manager"))
    page = screen.page

    async def type_amount(digits: str) -> None:
        for digit in digits:
            await page.locator(f".escarcelle-cash [data-key='{digit}']").click()

    await page.locator(".escarcelle-day [name=opening]").click()
    await type_amount("10000")
    await page.locator(".escarcelle-cash [name=confirm]").click()
    await page.locator("[name=done]", has_text="Comptage enregistré").wait_for()
    await page.locator("[name=cash-expected]", has_text="100,00").wait_for()
    await page.locator(".escarcelle-day [name=move]").click()
    await type_amount("2500")
    await page.locator(".escarcelle-cash [name=reason]").fill("Dépôt en banque")
    await page.locator(".escarcelle-cash [name=confirm]").click()
    await page.locator("[name=done]", has_text="Mouvement enregistré").wait_for()
    await page.locator("[name=cash-expected]", has_text="75,00").wait_for()
    await page.locator("[name=back]").click()
    await screen.sell(goods(dead))
    await screen.next_sale()
    await page.locator(".pos-rightheader .fa-bars").click()
    await page.locator(".escarcelle-menu").get_by_text("Caisse du jour").click()
    await page.locator(".escarcelle-day [name=closing]").click()
    await type_amount("7000")
    await page.locator(".escarcelle-cash [name=confirm]").click()
    await page.locator("[name=done]", has_text="Écart").wait_for()
    await page.locator("[name=close-day]").click()
    await page.locator(".modal-footer .btn-primary").click()
    await page.locator("[name=done]", has_text="clôturée").wait_for()
    assert dead.status()["day"]["closed"] is True
    day = "/".join(reversed(dead.status()["day"]["business_day"].split("-")))
    await page.locator(".escarcelle-card").last.locator("dt", has_text=f"Jour {day}").first.wait_for()


async def test_the_screen_and_the_core_agree_to_the_cent(dead, make_screen):
    """Random prices, quantities, discounts: the page's cents are the core's, line by line."""
    import random
    from decimal import Decimal

    from escarcelle_core.money import line_amount

    screen = await make_screen()
    await screen.start()
    draw = random.Random(20261121)
    cases = [
        [
            f"{draw.randint(1, 99999) / 10000:.4f}",
            f"{draw.choice([draw.randint(1, 30), draw.randint(1, 9999) / 1000]):.3f}",
            draw.choice(["0.00", "0.00", "10.00", "33.33", "50.00"]),
        ]
        for _case in range(400)
    ]
    amounts = await screen.page.evaluate(
        """(cases) => {
            const {cents, fixed} = odoo.loader.modules.get("@escarcelle_pos/app/utils/money");
            const {ticketBody} = odoo.loader.modules.get("@escarcelle_pos/app/utils/ticket_body");
            const product = posmodel.models["product.product"].getFirst();
            return cases.map(([price, quantity, discount]) => {
                const order = posmodel.createNewOrder();
                posmodel.models["pos.order.line"].create({
                    order_id: order, product_id: product, qty: Number(quantity),
                    price_unit: Number(price), discount: Number(discount), price_type: "manual",
                    tax_ids: product.product_tmpl_id.taxes_id.map((tax) => ["link", tax]),
                });
                const body = ticketBody(order, {now: "2026-11-21T10:00:00Z"});
                const [line] = body.lines;
                order.delete();
                return [body.total, line.unit_price, line.quantity, line.discount];
            });
        }""",
        cases,
    )
    wrong = [
        (case, amount[0])
        for case, amount in zip(cases, amounts, strict=True)
        if amount[0] != line_amount(Decimal(case[1]), Decimal(case[0]), Decimal(case[2]))
        or amount[1:] != case
    ]
    assert wrong == []


async def test_rounding_is_half_away_from_zero(dead, make_screen):
    cases = [
        (1.005, 2, "1.01"), (-1.005, 2, "-1.01"), (0.1 + 0.2, 2, "0.30"), (2.675, 2, "2.68"),
        (1e-7, 2, "0.00"), (-0.001, 2, "0.00"), (1234567.895, 2, "1234567.90"), (0.5, 0, "1"),
        (-0.5, 0, "-1"), (0.00005, 4, "0.0001"), (3, 3, "3.000"), (1.0049999, 2, "1.00"),
    ]  # fmt: skip
    screen = await make_screen()
    await screen.open()
    found = await screen.page.evaluate(
        """(cases) => {
            const {fixed} = odoo.loader.modules.get("@escarcelle_pos/app/utils/money");
            return cases.map(([number, digits]) => fixed(number, digits));
        }""",
        [[number, digits] for number, digits, _text in cases],
    )
    assert found == [text for _number, _digits, text in cases]

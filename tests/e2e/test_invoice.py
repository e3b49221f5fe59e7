"""An invoice asked for on the screen: its number there, on the signed record and in Odoo."""

import pytest

BUYER = {"name": "Mairie d'Illkirch", "street": "181 route de Lyon", "zip": "67400", "city": "Illkirch"}
INVOICE = """
move = env["account.move"].search([("name", "=", {name!r}), ("state", "=", "posted")])
order = env["pos.order"].search([("uuid", "=", {uuid!r})])
answer = {{
    "moves": len(move), "name": move.name, "partner": move.partner_id.name, "vat": move.partner_id.vat or "",
    "total": round(move.amount_total * 100), "order": round(order.amount_total * 100),
    "linked": order.account_move == move, "paid": move.payment_state,
}}
"""


@pytest.fixture
def alive(stage):
    """The stage with its server: the invoice goes all the way."""
    stage.start_server()
    return stage


async def fill(screen, **values) -> None:
    """Type the customer of the invoice."""
    for name, value in values.items():
        await screen.page.locator(f".escarcelle-invoice [name={name}]").fill(value)


async def invoiced(screen) -> str:
    """Make the invoice; the number on the receipt."""
    await screen.page.locator(".escarcelle-invoice [name=confirm]").click()
    number = screen.page.locator(".escarcelle-receipt-card [name=invoice-number]")
    await number.wait_for()
    return (await number.inner_text()).removeprefix("n° ")


async def test_an_invoice_from_the_receipt_to_odoo(alive, make_screen):
    screen = await make_screen()
    await screen.start()
    await screen.scan_goods(alive.cast["products"][0])
    uuid = await screen.page.evaluate("posmodel.getOrder().uuid")
    await screen.pay()
    await screen.validate()
    await screen.page.locator("[name=invoice]").click()
    confirm = screen.page.locator(".escarcelle-invoice [name=confirm]")
    assert await confirm.is_disabled()
    await fill(screen, **BUYER, vat="FR44732829321")
    await confirm.click()
    error = screen.page.locator(".escarcelle-invoice [name=error]")
    await error.wait_for()
    assert "numéro de TVA" in await error.inner_text()
    await fill(screen, vat="fr 44 732 829 320")
    number = await invoiced(screen)
    assert number.startswith("FCT 1-")
    # What has an invoice has one: the button is spent, and so is the request.
    assert await screen.page.locator("[name=invoice]").is_disabled()
    alive.until(lambda: not alive.status()["queue"]["pending"], what="the till has sent its invoice")
    found = alive.odoo(INVOICE.format(name=number, uuid=uuid))
    assert found == {
        "moves": 1, "name": number, "partner": BUYER["name"], "vat": "FR44732829320",
        "total": found["order"], "order": found["order"], "linked": True, "paid": "paid",
    }  # fmt: skip
    assert found["total"] > 0


async def test_a_past_ticket_is_invoiced_by_keyboard(alive, make_screen):
    screen = await make_screen()
    await screen.start()
    shown = await screen.sell(alive.cast["products"][1])
    number = shown.split()[-1].split(".")[0]
    await screen.next_sale()
    await screen.page.evaluate("posmodel.navigate('EscarcelleTicketScreen')")
    await screen.page.locator("[name=number]").fill(number)
    await screen.page.locator("[name=search]").click()
    await screen.page.locator("button[name=invoice]").click()
    await fill(screen, **BUYER)
    await screen.page.locator(".escarcelle-invoice [name=city]").press("Enter")
    made = screen.page.locator("[name=invoice-number]")
    await made.wait_for()
    assert (await made.inner_text()).startswith("FCT 1-")
    # The copy of the invoice, and the proof that the ticket was paid.
    await screen.page.locator("[name=invoice-duplicate]").click()
    await screen.page.locator(".o_notification.border-success, .o_notification_bar.bg-success").first.wait_for()
    await screen.page.locator("button[name=proof]").click()
    kinds = "posmodel.escarcelle.client.get('/till/v1/papers').then(({papers}) => papers.map((one) => one.kind))"
    await screen.page.wait_for_function(f"{kinds}.then((found) => found[0] === 'JSP')")


async def test_a_note_is_given_before_the_payment(alive, make_screen):
    screen = await make_screen()
    await screen.start()
    before = alive.status()["day"]
    await screen.scan_goods(alive.cast["products"][0], 2)
    await screen.page.evaluate("posmodel.escarcelleNote()")
    paper = "posmodel.escarcelle.client.get('/till/v1/papers').then(({papers}) => papers[0])"
    note = await screen.page.evaluate(paper)
    assert note["kind"] == "NTE" and note["total"] > 0
    day = alive.status()["day"]
    assert (day["tickets"], day["total"]) == (before["tickets"], before["total"])


async def test_an_account_is_settled(alive, make_screen):
    screen = await make_screen()
    await screen.start()
    household = alive.cast["households"][0]
    await screen.page.evaluate("void posmodel.escarcelleSettle()")
    await screen.page.locator(".escarcelle-settle [name=query]").fill(household["code"])
    await screen.page.locator(".escarcelle-settle [name=customer]").first.click()
    for key in "Clear", "1", "2", "5", "0":
        await screen.page.locator(f".escarcelle-keypad [data-key='{key}']").click()
    await screen.page.locator(".escarcelle-settle [name=confirm]").click()
    await screen.page.locator(".escarcelle-settle").wait_for(state="detached")
    paper = "posmodel.escarcelle.client.get('/till/v1/papers').then(({papers}) => papers[0])"
    settled = await screen.page.evaluate(paper)
    assert (settled["kind"], settled["total"], settled["customer"]) == ("REG", 1250, household["code"])
    alive.until(lambda: not alive.status()["queue"]["pending"], what="the till has sent the settlement")
    booked = alive.odoo(
        f'entry = env["escarcelle.till.entry"].search([("uuid", "=", {settled["uuid"]!r})])\n'
        'answer = {"build": entry.build, "error": entry.error or "", "amount": round(entry.amount * 100),'
        ' "state": entry.move_id.state}'
    )
    assert booked == {"build": "built", "error": "", "amount": 1250, "state": "posted"}

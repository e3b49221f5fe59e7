"""At the screen, without a server: an unknown barcode in two taps, a quota seen coming and lifted by a manager."""

NEW, PACK = "3017620422003", "4006381333931"
VALIDATE = ".payment-screen .validation-button.next:visible"


def goods(stage, rank=0):
    """A good of the cast."""
    return stage.cast["products"][rank]


async def attach(screen, product, count=1) -> None:
    """Touch the good, touch « yes »."""
    popup = screen.page.locator(".escarcelle-attach")
    await popup.wait_for()
    await popup.locator("[name=query]").fill(product["name"])
    await popup.locator(f"[data-product='{product['id']}']").click()
    for _more in range(count - 1):
        await popup.locator("[name=more]").click()
    await popup.locator("[name=attach]").click()
    await popup.wait_for(state="detached")


async def test_an_unknown_barcode_in_two_taps(stage, make_screen):
    stage.kill_server()
    screen = await make_screen()
    await screen.start()
    await screen.scan(NEW)
    await attach(screen, goods(stage))
    await screen.line(goods(stage), "1")
    await screen.scan(NEW)
    await screen.line(goods(stage), "2")
    await screen.scan(PACK)
    await attach(screen, goods(stage, 1), 6)
    await screen.line(goods(stage, 1), "6")
    await screen.pay()
    await screen.validate()
    # Another page, another start of the till: the code is known.
    stage.kill_till()
    stage.start_till()
    other = await make_screen()
    await other.start()
    await other.scan(PACK)
    await other.line(goods(stage, 1), "6")
    await other.scan(NEW)
    await other.line(goods(stage), "1")
    assert await other.page.locator(".escarcelle-attach").count() == 0
    # What a scanner half-read is refused with its reason, and nothing is sold.
    await other.scan("3017620422004")
    popup = other.page.locator(".escarcelle-attach")
    await popup.locator("[name=good]").first.click()
    await popup.locator("[name=attach]").click()
    assert "clé de contrôle" in await popup.locator("[role=alert]").inner_text()
    await popup.locator(".modal-footer .btn-secondary").click()
    stage.start_server()
    stage.until(lambda: stage.status()["queue"]["pending"] == 0, 60, "the till has sent its entries")
    found = stage.odoo("""
lines = env["product.uom"].search([("escarcelle_source", "=", "till")])
answer = {line.barcode: [line.product_id.id, line.escarcelle_count] for line in lines}
""")
    assert found == {NEW: [goods(stage)["id"], 1], PACK: [goods(stage, 1)["id"], 6]}
    # Once the server has said it, a page that is loaded then knows the pack by itself.
    stage.told()
    late = await make_screen()
    await late.start()
    await late.scan(PACK)
    await late.line(goods(stage, 1), "6")
    await late.scan(PACK)
    await late.line(goods(stage, 1), "12")


async def test_a_quota_is_seen_coming_and_a_manager_lifts_it(stage, make_screen):
    stage.start_server()
    product = goods(stage, 2)
    household = max(
        (h for h in stage.cast["households"] if h["entitled"] and h["cards"] and h["balance"]),
        key=lambda h: h["balance"],
    )
    quota = stage.odoo(f"""
answer = env["escarcelle.quota"].create({{
    "name": "Essai", "limit": 2, "product_ids": [(6, 0, [{product['id']}])],
    "company_id": {stage.cast['company_id']},
}}).id
""")
    stage.told()
    stage.kill_server()
    screen = await make_screen()
    await screen.start()
    await screen.scan_card(household)
    left = screen.page.locator(f".product-screen [data-quota='{quota}'] strong")
    assert await left.inner_text() == "2"
    await screen.scan_goods(product, 3)
    assert await left.inner_text() == "-1"
    await screen.pay()
    await screen.page.locator(VALIDATE).click()
    popup = screen.page.locator(".escarcelle-override")
    await popup.wait_for()
    assert "Quota « Essai »" in await popup.inner_text()
    manager = screen.cashier("manager")
    await popup.locator(f"[data-code='{manager['code']}']").click()
    for digit in manager["pin"]:
        await popup.locator(f"[data-key='{digit}']").click()
    await popup.locator("[name=accord]").click()
    await screen.page.locator(".escarcelle-receipt-card").wait_for()
    await screen.next_sale()
    await screen.scan_card(household)
    assert await left.inner_text() == "-1"
    stage.start_server()
    stage.until(lambda: stage.status()["queue"]["pending"] == 0, 60, "the till has sent its entries")
    found = stage.odoo(f"""
rows = env["escarcelle.quota.override"].search([("quota_id", "=", {quota})])
usage = env["escarcelle.quota.usage"].search([("quota_id", "=", {quota})])
answer = [[r.over for r in rows], rows.mapped("manager"), [[u.used, u.over] for u in usage]]
""")
    assert found == [[1.0], [manager["code"]], [[3.0, 1.0]]]


async def test_a_voucher_pays_what_it_is_worth_once(stage, make_screen):
    stage.start_server()
    stage.odoo(f"""
company = env["res.company"].browse({stage.cast['company_id']})
issuer = env["res.partner"].create({{"name": "CCAS d'essai", "is_company": True}})
kind = env["escarcelle.voucher.kind"].with_company(company).create({{
    "name": "Bon d'essai", "issuer_id": issuer.id, "value": 1.0, "company_id": company.id,
}})
kind.action_make_method()
""")
    stage.told()
    stage.kill_server()
    screen = await make_screen()
    await screen.start()
    await screen.scan_goods(goods(stage), 3)
    await screen.page.locator(".pay-order-button").first.click()
    voucher = screen.page.locator(".paymentmethods .paymentmethod", has_text="Bon d'essai")

    async def take(number) -> None:
        await voucher.click()
        popup = screen.page.locator(".escarcelle-voucher")
        await popup.locator("[name=number]").fill(number)
        await popup.locator("[name=take]").click()
        await popup.wait_for(state="detached")

    await take("cap 17")
    await screen.page.locator(".paymentmethods .paymentmethod").first.click()
    uuid = await screen.page.evaluate("posmodel.getOrder().uuid")
    await screen.validate()
    ticket = await screen.page.evaluate(
        "(uuid) => posmodel.escarcelle.tickets({uuid}).then((found) => found[0])", uuid
    )
    paid, rest = ticket["order"]["payments"]
    assert paid["amount"] == 100 and paid["voucher"]["number"] == "cap 17"
    assert rest["amount"] == ticket["total"] - 100
    await screen.next_sale()
    await screen.scan_goods(goods(stage), 3)
    await screen.page.locator(".pay-order-button").first.click()
    await take("CAP17")
    await screen.page.locator(".paymentmethods .paymentmethod").first.click()
    await screen.page.locator(VALIDATE).click()
    assert "déjà servi" in await screen.message()

"""The user manual's pictures: each is taken on the demonstration shop, none is missing, none is left over.

They are left in ``var/manuel``; ``./escarcelle manual`` puts them in the manual.
"""

import pytest

from album import Album
from office import Office
from ops import manual
from ops.browsers import OFFLINE

FILL = "from tests.support.album_shop import fill\nanswer = fill(env)"
REMIT = "from tests.support.album_shop import remit\nanswer = remit(env)"
PHONE = {"width": 390, "height": 844}
MENU = ".pos-topheader .fa-bars, .pos-rightheader button:has(.fa-bars)"
SOCIAL, SUPPLY = "escarcelle_social", "escarcelle_supply"
GIFTS, GOODS = "escarcelle_donation", "escarcelle_catalogue"


@pytest.fixture(scope="module")
def album():
    """What this run takes."""
    return Album(manual.TAKEN)


@pytest.fixture(scope="module")
def made(stage) -> dict:
    """Addresses of what the manual shows and the demonstration does not have."""
    found = stage.odoo(FILL)
    stage.told()
    return found


@pytest.fixture
async def sign_in(stage, driver):
    """``await sign_in(login)``: the back office of somebody. At the end: no page has broken."""
    opened: list[Office] = []

    async def opens(login: str, size: dict | None = None) -> Office:
        opened.append(await Office.sign_in(driver, stage.house.server.url, login, size))
        return opened[-1]

    yield opens
    for office in opened:
        assert office.errors == []
        await office.page.context.close()


async def test_households_and_budgets(album, made, sign_in):
    office = await sign_in("responsable")
    page = office.page
    await office.open(f"{SOCIAL}.household_action")
    await album.take("foyers-liste", office.screen)
    await office.open(f"{SOCIAL}.household_action", made["household"])
    await album.take("foyers-fiche", office.screen)
    await page.get_by_role("tab", name="Cartes").click()
    await album.take("foyers-carte", page.locator(".o_notebook"))
    await office.open(f"{SOCIAL}.household_action_renew")
    await album.take("foyers-renouveler", office.screen)
    await office.open(f"{SOCIAL}.appointment_action")
    await album.take("foyers-rendez-vous", office.screen)
    await office.open(f"{SOCIAL}.eligibility_action", made["eligibility"])
    await album.take("foyers-reste-a-vivre", office.screen)
    await office.open(f"{SOCIAL}.household_import_action")
    await office.give_file("foyers.csv", HOUSEHOLDS)
    await page.get_by_role("button", name="Suivant").click()
    await page.get_by_role("button", name="Aperçu").click()
    await page.locator(".modal [name=line_ids] .o_data_row").first.wait_for()
    await album.take("foyers-import", office.dialog)
    await office.open(f"{SOCIAL}.budget_tier_action")
    await album.take("budgets-baremes", office.screen)
    await office.open(f"{SOCIAL}.budget_policy_action")
    await album.take("budgets-regles", office.screen)
    await office.open(f"{SOCIAL}.budget_allocate_action")
    await album.take("budgets-attribuer", office.dialog)
    await office.open(f"{SOCIAL}.budget_ledger_action")
    await album.take("budgets-mouvements", office.screen)


async def test_goods_orders_and_stock(album, made, sign_in):
    office = await sign_in("stock")
    page = office.page
    await office.open(f"{GOODS}.catalogue_good_action")
    await album.take("catalogue-liste", office.screen)
    await office.open(f"{GOODS}.price_action")
    await album.take("catalogue-prix", office.screen)
    await office.open(f"{SUPPLY}.replenishment_propose_action")
    await album.take("appro-a-commander", office.screen)
    await office.open("purchase.purchase_form_action", made["order"])
    await album.take("appro-commande", office.screen)
    await office.open(f"{SUPPLY}.delivery_action", made["delivery"])
    await album.take("appro-livraison", office.screen)
    await page.get_by_role("button", name="Refuser des produits").click()
    await office.dialog.wait_for()
    await album.take("appro-refus", office.dialog)
    await office.open(f"{SUPPLY}.transfer_action", made["transfer"])
    await album.take("appro-transfert", office.screen)
    await office.open(f"{GIFTS}.donation_action_goods", made["gift"])
    await album.take("dons-denrees", office.screen)
    await office.open(f"{SUPPLY}.lot_date_action")
    await album.take("stock-dates", office.screen)
    await office.open(f"{SUPPLY}.count_action", made["count"])
    await album.take("stock-inventaire", office.screen)
    await office.open(f"{SOCIAL}.repacking_action", made["repacking"])
    await album.take("stock-sacs", office.screen)
    await office.open(f"{SUPPLY}.trace_action")
    await album.take("stock-trace", office.screen)
    await office.open(f"{SUPPLY}.recall_action", made["recall"])
    await album.take("stock-rappel", office.screen)


async def test_on_a_phone(album, made, sign_in, stage):
    office = await sign_in("stock", PHONE)
    page = office.page
    await office.open("escarcelle_pos.action_barcode_attach")
    await album.take("catalogue-rattacher", page)
    await office.open(f"{SUPPLY}.temperature_round_action")
    await album.take("stock-temperatures", page)
    await office.open(f"{SUPPLY}.scrap_action", "new")
    await album.take("stock-perte", page)
    await office.open(f"{SUPPLY}.count_action", made["count"])
    await page.get_by_role("button", name="Scanner").click()
    await page.locator(".escarcelle_phone input").fill(made["drink"])
    await page.get_by_role("button", name="Chercher").click()
    await page.locator(".escarcelle_phone .card").wait_for()
    await album.take("stock-compter", page)
    await office.open(f"{GIFTS}.collection_action", made["collection"])
    await album.take("dons-tournee", page)
    await page.goto(stage.house.server.url + made["portal"])
    await album.take("appro-reponse", page.locator("form[action*='/answer']"))


async def test_what_a_referent_sees(album, made, sign_in):
    office = await sign_in("referente")
    await office.open(f"{SOCIAL}.household_action_referent")
    await album.take("foyers-suivis", office.screen)


async def test_the_till(album, made, make_screen, stage):
    screen = await make_screen()
    page = screen.page
    household = next(h for h in stage.cast["households"] if h["code"] == "F00002")
    goods = made["basket"]
    await screen.open()
    await album.take("caisse-bonjour", page)
    await screen.log_in()
    await screen.scan_card(household)
    for good, count in zip(goods, (3, 1, 2), strict=True):
        await screen.scan_goods(good, count)
    await album.take("caisse-vente", page)
    await screen.scan("9521999000015")
    popup = page.locator(".escarcelle-attach")
    await popup.locator("[name=query]").fill(goods[1]["name"])
    await popup.locator(f"[data-product='{goods[1]['id']}']").click()
    await album.take("caisse-code-inconnu", popup)
    await popup.locator(".modal-footer .btn-secondary").click()
    await page.locator(".pay-order-button").first.click()
    await page.locator(".paymentmethods .paymentmethod", has_text=made["voucher"]).click()
    voucher = page.locator(".escarcelle-voucher")
    await voucher.locator("[name=number]").fill("CAP 0417")
    for digit in "100":
        await voucher.locator(f"[data-key='{digit}']").click()
    await album.take("caisse-bon", voucher)
    await voucher.locator("[name=take]").click()
    await voucher.wait_for(state="detached")
    await page.locator(".paymentmethods .paymentmethod").first.click()
    await album.take("caisse-paiement", page)
    await screen.validate()
    await album.take("caisse-ticket", page)
    await screen.next_sale()
    await page.locator(".orders-button").click()
    await page.locator("[name=ticket]").first.click()
    await page.locator("[name=more]").first.click()
    await album.take("caisse-retour", page)
    await page.locator(".escarcelle-tickets [name=back]").click()
    await refused(screen, household, goods[0])
    await album.take("caisse-accord", page.locator(".escarcelle-override"))


async def refused(screen, household, good) -> None:
    """A basket beyond the budget."""
    await screen.scan_card(household)
    await screen.scan_goods(good)
    await screen.page.evaluate("posmodel.getOrder().lines[0].setQuantity(900)")
    await screen.pay()
    await screen.page.locator(".payment-screen .validation-button.next:visible").click()
    await screen.page.locator(".escarcelle-override").wait_for()


async def test_the_day_of_a_till(album, made, make_screen, stage):
    screen = await make_screen()
    page = screen.page
    await screen.start("/day", screen.cashier("manager"))
    await page.locator("[name=day-total]").wait_for()
    await album.take("caisse-jour", page)
    await page.locator("[name=closing]").click()
    await album.take("caisse-compter", page.locator(".escarcelle-cash"))
    await page.locator(".escarcelle-cash .modal-footer .btn-secondary").click()
    await page.locator("[name=close-day]").click()
    await page.locator(".modal-footer .btn-primary").click()
    await page.locator(".escarcelle-day [name=done]").wait_for()
    await album.take("caisse-z", page)
    await page.locator(".escarcelle-day [name=back]").click()
    await page.locator(MENU).first.click()
    menu = page.locator(".o-dropdown--menu").first
    await album.take("caisse-menu", menu)
    await menu.get_by_text("Mode école").click()
    await agree(screen)
    await page.locator(".escarcelle-training").wait_for()
    await album.take("caisse-ecole", page, {"x": 0, "y": 0, "width": 1366, "height": 96})
    await page.locator(MENU).first.click()
    await page.locator(".o-dropdown--menu").get_by_text("Quitter le mode école").click()
    await page.locator(".escarcelle-training").wait_for(state="detached")
    sent(stage)
    await page.goto(stage.url)
    await page.locator("#cards article").first.wait_for()
    await album.take("caisse-etat", page)


def sent(stage) -> None:
    """Wait until the server has what the till did."""
    stage.until(lambda: stage.status()["queue"]["pending"] == 0, 60, "the till has sent all it had")


async def agree(screen) -> None:
    """A manager agrees."""
    popup = screen.page.locator(".escarcelle-override")
    manager = screen.cashier("manager")
    await popup.locator(f"[data-code='{manager['code']}']").click()
    for digit in manager["pin"]:
        await popup.locator(f"[data-key='{digit}']").click()
    await popup.locator("[name=accord]").click()
    await popup.wait_for(state="detached")


async def test_prices_vouchers_and_the_accounts(album, made, sign_in, stage):
    office = await sign_in("responsable")
    await office.open(f"{SOCIAL}.product_pricelist_action", made["tariff"])
    await album.take("prix-tarif", office.screen)
    await office.open(f"{SOCIAL}.price_update_action", made["price_update"])
    await album.take("prix-mise-a-jour", office.screen)
    await office.open(f"{SOCIAL}.label_print_action")
    await album.take("prix-etiquettes", office.dialog)
    await office.open(f"{SOCIAL}.funding_source_action", made["source"])
    await album.take("prix-financement", office.screen)
    await office.open(f"{SOCIAL}.quota_action")
    await album.take("prix-quotas", office.screen)
    await office.open(f"{SOCIAL}.voucher_kind_action", made["voucher_kind"])
    await album.take("bons-type", office.screen)
    # What the till took in the test before this one.
    sent(stage)
    await office.open(f"{SOCIAL}.voucher_remittance_action", stage.odoo(REMIT))
    await album.take("bons-bordereau", office.screen)
    await office.open("escarcelle_pos.action_reconciliation")
    await album.take("journee-rapprochement", office.screen)
    await office.open(f"{GIFTS}.receipt_make_action")
    await album.take("dons-recus", office.dialog)


async def test_figures_and_first_steps(album, made, sign_in, stage):
    office = await sign_in("responsable")
    page = office.page
    sent(stage)
    await office.open("escarcelle_statistics.dashboard_action")
    await album.take("statistiques-tableau", office.screen)
    await office.open("escarcelle_statistics.report_action", made["report"])
    await page.locator("button[name=action_escarcelle_open]").first.click()
    await page.locator("button[name=action_escarcelle_excel]").wait_for()
    await album.take("statistiques-rapport", office.screen)
    await office.open("escarcelle_start.start_open_action")
    await album.take("premiers-pas", office.screen)


async def test_a_till_without_its_server(album, made, make_screen, stage):
    stage.kill_server()
    screen = await make_screen()
    await screen.page.context.add_init_script(OFFLINE)
    await screen.start()
    stage.until(lambda: not stage.status()["server"]["online"], 60, "the till notices")
    await screen.page.locator(".escarcelle-pill", has_text="Hors ligne").wait_for()
    await album.take(
        "caisse-hors-ligne", screen.page, {"x": 683, "y": 0, "width": 683, "height": 64}
    )


def test_the_manual_shows_what_was_taken(album):
    shown = manual.pictures()
    assert sorted(shown) == sorted(f"images/{name}.png" for name in album.taken)


HOUSEHOLDS = """\
Référence;Prénom;Nom;Année de naissance;Lien;Téléphone;Ville
1;Sabine;Arnoncourt;1979;Titulaire;01 99 00 71 10;Rochefleurie
1;Théo;Arnoncourt;2012;Enfant;;Rochefleurie
2;Malik;Berthaudin;1966;Titulaire;01 99 00 71 22;Rochefleurie
3;Rosa;Cassignol;19;Titulaire;;Rochefleurie
"""

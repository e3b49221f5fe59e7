"""A household whose names are unmistakable, put wherever the software lets one be typed, by its own methods.

``plant(env, simulator)`` returns what an erasure needs to be tested; ``NAMES`` is what must be gone.
"""

import base64
from datetime import datetime, timedelta, timezone
from types import SimpleNamespace

FIRST, LAST = "Zephyrine", "Quatrepierre-Vandermolen"
#: In lower case: nothing of it may be left. Each free text bears a word of its own besides names.
NAMES = (
    "zephyrine", "quatrepierre", "vandermolen", "inconnu.test", "0698765432", "698765432", "06 98 76 54 32",
    "coquelicots", "barnabulle", "passemontagne", "ref-9f3c77",
)  # fmt: skip
#: The word of each text that was typed into a file.
WORDS = tuple(f"motsecret{n:02}" for n in range(1, 20))
PAPER = f"Attestation de Mme {FIRST} {LAST}, motsecret17".encode()
INVOICE_PAPER = f"%PDF-1.4 facture de {FIRST} {LAST}".encode()
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def shop(env):
    """A French company with a chart, its day open to everything."""
    company = env["res.company"].create(
        {
            "name": "Épicerie de l'essai", "country_id": env.ref("base.fr").id, "street": "1 rue du Port",
            "zip": "35000", "city": "Rennes", "company_registry": "33417522100012", "vat": "FR23334175221",
            "ape": "4711B",
        }
    )  # fmt: skip
    env.user.company_ids |= company
    env["account.chart.template"].try_loading("fr", company=company, install_demo=False)
    return company


def till(env, simulator, company, at):
    """A till of the shop and the device that signs for it, with one good to sell."""
    cash = env["account.journal"].create({"name": "Espèces", "type": "cash", "code": "ESPX", "company_id": company.id})
    expense = env["account.account"].search(
        [*env["account.account"]._check_company_domain(company), ("account_type", "=", "expense")], limit=1
    )
    cash.write({"profit_account_id": expense.id, "loss_account_id": expense.id})
    method = env["pos.payment.method"].create({"name": "Espèces", "journal_id": cash.id, "company_id": company.id})
    config = env["pos.config"].create({"name": "Caisse", "payment_method_ids": [(6, 0, method.ids)]})
    found = env["escarcelle.till"].create({"name": "Caisse", "config_id": config.id})
    device = simulator.SimulatedTill("77777777", found.number, at)
    found._escarcelle_enroll(device.uid8, device.signer.certificate_pem, "poste", "essai")
    device.cash = (method.id, "ESPECES", method.name)
    tax = env["account.tax"].search(
        [("company_id", "=", company.id), ("type_tax_use", "=", "sale"), ("amount", "=", 5.5),
         ("price_include_override", "=", "tax_included")], limit=1,
    )  # fmt: skip
    if not tax:
        tax = env["account.tax"].create(
            {
                "name": "TVA 5,5 % TTC", "company_id": company.id, "country_id": company.country_id.id,
                "amount": 5.5, "price_include_override": "tax_included", "type_tax_use": "sale",
            }
        )  # fmt: skip
    good = env["product.product"].create(
        {
            "name": "Pâtes", "default_code": "PATES", "available_in_pos": True, "list_price": 2.5,
            "company_id": company.id, "taxes_id": [(6, 0, tax.ids)],
        }
    )  # fmt: skip
    return found, device, {"product": good, "rate": 550, "price": "2.5000"}


def plant(env, simulator):
    """Everything in one shop of its own; the ids of what was made."""
    company = shop(env)
    env = env(context={"allowed_company_ids": company.ids, "lang": "fr_FR"})
    at = datetime.now(timezone.utc).replace(hour=9, minute=0, second=0, microsecond=0) - timedelta(days=1)
    home = _file(env, company)
    _talk(env, home)
    _transients(env, home)
    _sales(env, simulator, company, home, at)
    if "escarcelle.recall.line" in env:
        _recall(env, company, home)
    if "escarcelle.consent" in env:
        _papers(env, home)
    return SimpleNamespace(company=company.id, home=home.id, code=home.code, card=home.card_id.number)


def _file(env, company):
    """Names, address, members, card, entitlement, appointment, visit, eligibility, fee, budget."""
    tariff = env["product.pricelist"].create({"name": "Tarif", "company_id": company.id})
    env["escarcelle.budget.tier"].create({"name": "Tous", "min_size": 1, "max_size": 0, "amount": 40.0})
    home = env["escarcelle.household"].create(
        {
            "first_name": FIRST, "last_name": LAST, "company_id": company.id, "pricelist_id": tariff.id,
            "street": "17 impasse des Coquelicots", "zip": "35000", "city": "Rennes", "phone": "06 98 76 54 32",
            "email": "zephyrine@inconnu.test", "note": "<p>motsecret01, voisine de palier</p>",
            "delegate_name": "Eulogine Passemontagne", "external_ref": "REF-9F3C77",
            "member_ids": [(0, 0, {"name": "Barnabulle", "relation": "child", "birth_year": 2015})],
        }
    )  # fmt: skip
    home.action_issue_card()
    paper = env["ir.attachment"].create({"name": f"attestation {LAST}.txt", "raw": PAPER})
    today = company._escarcelle_today()
    env["escarcelle.entitlement"].create(
        {
            "household_id": home.id, "date_from": today - timedelta(days=30), "date_to": today + timedelta(days=30),
            "decision": "granted", "reason": "motsecret02", "exception_reason": "motsecret03",
            "document_ids": [(6, 0, paper.ids)],
        }
    )  # fmt: skip
    appointment = env["escarcelle.appointment"].create(
        {"household_id": home.id, "start": datetime.now().replace(microsecond=0), "note": "motsecret04"}
    )
    appointment.action_came()
    env["escarcelle.visit"].create({"household_id": home.id, "note": "motsecret05", "kind": "workshop"})
    env["escarcelle.eligibility"].create({"household_id": home.id})
    env["escarcelle.membership"].create({"household_id": home.id, "amount": 5, "reference": "motsecret06"})
    env["escarcelle.budget.adjust"].create(
        {"household_id": home.id, "amount": 10, "reason": "motsecret07 de Zephyrine"}
    ).action_adjust()
    reason = env["escarcelle.household.reason"].search([("kind", "=", "suspension")], limit=1)
    home._escarcelle_suspend(reason, False, "motsecret08 pour Zephyrine")
    env.cr.flush()
    home.action_resume()
    env["res.partner"].create(
        {"name": f"{FIRST} {LAST}", "parent_id": home.partner_id.id, "street": "17 impasse des Coquelicots"}
    )
    home.partner_id.write({"comment": "motsecret09", "image_1920": base64.b64encode(PICTURE)})
    env["res.partner.bank"].create(
        {"partner_id": home.partner_id.id, "acc_number": "FR7630006000011234567890189", "acc_holder_name": LAST}
    )
    return home


def _talk(env, home):
    """Chatter, mails, activities, other people's records, logs, the bus, an alias."""
    home.message_post(
        body="motsecret10 : Zephyrine a appelé", message_type="comment", subtype_xmlid="mail.mt_comment",
        attachments=[("lettre quatrepierre.txt", PAPER + b" lettre")],
        partner_ids=home.partner_id.ids,
    )  # fmt: skip
    home.activity_schedule("mail.mail_activity_data_todo", note="motsecret11", summary=f"Rappeler {LAST}")
    office = env["res.partner"].create({"name": "CCAS de l'essai", "is_company": True})
    office.message_post(body=f"Vu avec Mme {LAST} {FIRST.upper()} ce matin", message_type="comment")
    env["mail.mail"].create(
        {"subject": "Votre rendez-vous", "email_to": f"{FIRST} <zephyrine@inconnu.test>", "body_html": "motsecret12"}
    )
    env["ir.logging"].create(
        {"name": "essai", "type": "server", "path": "x", "line": "1", "func": "f", "level": "INFO",
         "dbname": env.cr.dbname, "message": f"échec pour zephyrine@inconnu.test ({FIRST} {LAST})"}
    )  # fmt: skip
    env.user._bus_send("simple_notification", {"message": f"{FIRST} {LAST} est arrivée"})
    env["mail.alias"].create(
        {"alias_name": "zephyrine.quatrepierre-vandermolen", "alias_model_id": env["ir.model"]._get("res.partner").id,
         "alias_defaults": f"{{'name': '{FIRST} {LAST}'}}"}
    )  # fmt: skip


def _transients(env, home):
    """Screens left open: a list being imported, an export, a letter."""
    rows = f"Nom;Prénom\n{LAST};{FIRST}\nMartin;motsecret13\n".encode()
    wizard = env["escarcelle.household.import"].create({"file": base64.b64encode(rows), "filename": "liste.csv"})
    wizard.action_read() if hasattr(wizard, "action_read") else None
    env["escarcelle.household.export"].create({"file": base64.b64encode(f"{LAST} export".encode())})
    env["mail.compose.message"].create(
        {"model": home._name, "res_ids": str(home.ids), "subject": f"À {FIRST}", "body": "motsecret14"}
    )


def _sales(env, simulator, company, home, at):
    """Tickets, an invoice under the household's number, one under its name alone, an account not settled."""
    from escarcelle_core.documents import Customer

    found, device, good = till(env, simulator, company, at)
    said = {"comment": "motsecret19", "overrides": [{"kind": "budget", "manager": "M1", "reason": f"pour {FIRST}"}]}
    one = device.sell([good], household=home.code, order_changes=said)
    two = device.sell([good], household=home.code)
    address = ("17 impasse des Coquelicots", "35000", "Rennes")
    entries = [
        one, two,
        device.invoice(one, buyer=Customer(f"{FIRST} {LAST}", *address, home.code)),
        device.invoice(two, buyer=Customer(f"Madame {FIRST} {LAST}", *address)),
    ]  # fmt: skip
    answers = found._escarcelle_ingest(entries)["acks"]
    assert {(a["status"], a["order"]) for a in answers} == {("stored", "built")}, answers
    orders = env["pos.order"].search([("uuid", "in", [one["uuid"], two["uuid"]])])
    orders.write(
        {
            "general_customer_note": "motsecret15", "internal_note": "motsecret16", "email": "zephyrine@inconnu.test",
            "floating_order_name": FIRST,
        }
    )  # fmt: skip
    orders.lines.write({"customer_note": f"pour {LAST}"})
    for move in orders.account_move:
        env["ir.attachment"].create(
            {"name": f"facture {LAST}.pdf", "raw": INVOICE_PAPER, "res_model": move._name, "res_id": move.id}
        )
        move.message_post(body=f"Remise en main propre à Mme {LAST}", message_type="comment")
    owed = env["account.move"].create(
        {
            "move_type": "out_invoice", "partner_id": home.partner_id.id, "company_id": company.id,
            "invoice_date": company._escarcelle_today(), "narration": f"Accord de Mme {LAST}",
            "invoice_line_ids": [(0, 0, {"name": f"Colis de {FIRST}", "price_unit": 12, "tax_ids": []})],
        }
    )  # fmt: skip
    owed.action_post()
    # As the entry of a day does for what is put on an account.
    accounts = env["account.account"].search(env["account.account"]._check_company_domain(company), limit=2)
    env["account.move"].create(
        {
            "move_type": "entry", "company_id": company.id, "ref": "Journée",
            "line_ids": [
                (0, 0, {"name": f"Compte - {home.partner_id.name}", "partner_id": home.partner_id.id, "debit": 3,
                        "account_id": accounts[0].id}),
                (0, 0, {"name": "Ventes", "credit": 3, "account_id": accounts[-1].id}),
            ],
        }
    )  # fmt: skip


def _recall(env, company, home):
    good = env["product.product"].create({"name": "Lait", "is_storable": True, "tracking": "lot"})
    lot = env["stock.lot"].create({"name": "L1", "product_id": good.id, "company_id": company.id})
    recall = env["escarcelle.recall"].create({"company_id": company.id, "lot_ids": [(6, 0, lot.ids)]})
    env["escarcelle.recall.line"].create(
        {"recall_id": recall.id, "household_id": home.id, "household_code": home.code, "note": "motsecret18, Zephyrine"}
    )


def _papers(env, home):
    paper = env["ir.attachment"].create({"name": f"consentement {LAST}.txt", "raw": PAPER + b" consentement"})
    env["escarcelle.consent"].create(
        {"household_id": home.id, "purpose": "phone", "document_ids": [(6, 0, paper.ids)]}
    )

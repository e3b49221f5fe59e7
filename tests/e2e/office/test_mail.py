"""What the house writes reaches whom it writes to: a manager presses a button, a mail server gets a letter."""

import asyncio
import io

import openpyxl
import pytest
from lxml import etree

from letterbox import Letterbox, files
from office import Office

SUPPLIER = "commandes@grossiste.example"
FUNDER = "subventions@mairie.example"

SHOP = """
env["ir.mail_server"].search([]).unlink()
env["ir.mail_server"].create({{
    "name": "Épicerie", "smtp_host": "127.0.0.1", "smtp_port": {port}, "smtp_encryption": "none"}})
env["mail.mail"].search([("state", "=", "outgoing")]).cancel()
manager = env["res.users"].search([("login", "=", "responsable")])
shop = manager.company_id
shop.email = "epicerie@example.org"
order = env["purchase.order"].search([("state", "=", "purchase"), ("company_id", "=", shop.id)], limit=1)
order.partner_id.email = {supplier!r}
mailing = env["escarcelle.statistic.mailing"].with_user(manager).create({{
    "report_id": env["escarcelle.statistic.report"].search([], limit=1).id, "addresses": {funder!r},
    "form_pdf": True, "form_xlsx": True}})
answer = {{"order": order.id, "name": order.name, "mailing": mailing.id}}
"""


@pytest.fixture(scope="module")
def post():
    with Letterbox() as box:
        yield box


@pytest.fixture(scope="module")
def papers(stage, post):
    """An order of a supplier with an address, a report for a funder; the shop writes through ``post``."""
    return stage.odoo(SHOP.format(port=post.port, supplier=SUPPLIER, funder=FUNDER))


@pytest.fixture
async def office(stage, driver):
    office = await Office.sign_in(driver, stage.house.server.url, "responsable")
    yield office
    assert office.errors == []


async def empty_the_queue(stage) -> None:
    """What Odoo's own job does each hour."""
    await asyncio.to_thread(stage.odoo, "env['mail.mail'].process_email_queue()")


async def test_an_order_leaves_as_paper_and_as_data(office, papers, post):
    await office.open("purchase.purchase_form_action", papers["order"])
    await office.page.locator("button[name='action_rfq_send']:visible").first.click()
    await office.dialog.locator("button[name='action_send_mail']").click()
    await office.dialog.wait_for(state="detached")
    (letter,) = post.take()
    assert letter["X-Envelope-To"] == SUPPLIER
    assert papers["name"] in letter["Subject"]
    enclosed = files(letter)
    (paper,) = [data for name, data in enclosed.items() if name.endswith(".pdf")]
    (data,) = [data for name, data in enclosed.items() if name.endswith(".xml")]
    assert paper.startswith(b"%PDF-")
    order = etree.fromstring(data if isinstance(data, bytes) else data.encode())
    assert etree.QName(order).localname == "Order"
    assert order.findtext("{*}ID") == papers["name"]


async def test_a_report_that_was_refused_is_sent_again(office, stage, papers, post):
    await office.open("escarcelle_statistics.mailing_action", papers["mailing"])
    post.refusing = True
    await office.page.locator("button[name='action_escarcelle_send_now']:visible").first.click()
    await office.dialog.locator(".btn-primary").click()
    line = office.page.locator("[name='sent_ids'] tr.o_data_row")
    await line.wait_for()
    await empty_the_queue(stage)
    assert post.take() == []
    await office.page.reload()
    await line.locator("td[name='failure']", has_text=FUNDER).wait_for()

    post.refusing = False
    await line.locator("button[name='action_escarcelle_again']").click()
    await line.locator(".badge.text-bg-info").wait_for()
    await empty_the_queue(stage)
    (letter,) = post.take()
    assert letter["X-Envelope-To"] == FUNDER
    enclosed = files(letter)
    assert {name.rsplit(".", 1)[1] for name in enclosed} == {"pdf", "xlsx"}
    for name, data in enclosed.items():
        if name.endswith(".xlsx"):
            assert openpyxl.load_workbook(io.BytesIO(data)).worksheets
        else:
            assert data.startswith(b"%PDF-")
    await office.page.reload()
    await line.locator(".badge.text-bg-success").wait_for()
    await empty_the_queue(stage)
    assert post.take() == [], "sent once"

"""What a shop does once it stands, page by page: order, deliver, register a household, read the figures.

As in ``newcomer``: a signed-in Playwright page, fields and buttons by their technical names.
"""

import re
from pathlib import Path

from playwright.async_api import Locator, Page

from newcomer import field, press, type_in

SAVED = ".o_form_view .o_form_status_indicator_buttons.invisible"


async def choose(scope: Locator | Page, name: str, text: str, *, new: bool = False) -> None:
    """Type in a field of names and touch the first one proposed, or « create »."""
    box = scope.locator(f"[name='{name}'] input").first
    await box.click()
    await box.fill(text)
    page = box.page
    proposed = page.locator(".o-autocomplete--dropdown-item")
    if new:
        await page.locator(".o_m2o_dropdown_option_create").first.click()
    else:
        await proposed.filter(has_text=text).first.click()


async def new_row(page: Page, name: str) -> Locator:
    """« Add a line » of a list of the form; the line."""
    grid = field(page, name)
    rows = grid.locator("tr.o_data_row")
    count = await rows.count()
    await grid.locator(".o_field_x2many_list_row_add a").first.click()
    row = rows.nth(count).and_(page.locator(".o_selected_row"))
    await row.wait_for()
    return row


async def save(page: Page) -> None:
    await page.locator(".o_form_view .o_form_button_save").first.click()
    await page.locator(SAVED).first.wait_for(state="attached")


async def order(page: Page, url: str, supplier: str, goods: list[tuple[str, str, str]]) -> None:
    """Order ``goods`` (name, quantity, price) from a supplier nobody typed yet, and confirm."""
    await page.goto(f"{url}/odoo/action-purchase.purchase_form_action/new")
    await page.locator(".o_form_view").wait_for()
    await choose(page, "partner_id", supplier, new=True)
    for name, quantity, price in goods:
        row = await new_row(page, "order_line")
        await choose(row, "product_id", name)
        await row.locator("[name='product_qty'] input").fill(quantity)
        await row.locator("[name='price_unit'] input").fill(price)
    await press(page, "button_confirm")
    await page.locator("button[name='action_view_picking']:visible").first.wait_for()


async def take_the_delivery(page: Page) -> None:
    """From the order: its delivery, taken as it was ordered."""
    await press(page, "action_view_picking")
    await press(page, "button_validate")
    await page.locator(".o_arrow_button_current[data-value='done']").wait_for()


async def register(
    page: Page,
    url: str,
    names: tuple[str, str],
    year: str,
    children: list[tuple[str, str]],
    tariff: str,
) -> str:
    """Somebody born in ``year`` and children (first name, year), entitled from today, with a card: its number."""
    await page.goto(f"{url}/odoo/households/new")
    await page.locator(".o_form_view").wait_for()
    await type_in(page, "first_name", names[0])
    await type_in(page, "last_name", names[1])
    holder = field(page, "member_ids").locator("tr.o_data_row").first
    await holder.locator("[name='birth_year']").click()
    await holder.locator("[name='birth_year'] input").fill(year)
    for name, born in children:
        row = await new_row(page, "member_ids")
        await row.locator("[name='name'] input").fill(name)
        await row.locator("[name='birth_year'] input").fill(born)
    await choose(page, "pricelist_id", tariff)
    await save(page)
    await press(page, "action_renew")
    dialog = page.locator(".modal-content", has=page.locator("[name='date_to']"))
    await dialog.locator(".modal-footer button[name='action_grant']").click()
    await dialog.wait_for(state="detached")
    await page.locator(".o_arrow_button_current[data-value='entitled']").wait_for()
    await press(page, "action_issue_card")
    card = field(page, "card_id").locator("text=/[0-9]{13}/").first
    await card.wait_for()
    return re.search(r"[0-9]{13}", await card.inner_text())[0]


async def budget_left(page: Page) -> str:
    """What the household's page that is open says of its budget, as it is written."""
    return await page.locator(".oe_stat_button [name='balance']").inner_text()


async def sales(page: Page, address: str, count: str) -> None:
    """Open a household's page until it knows of ``count`` sales: the till sends them by itself."""
    for _attempt in range(30):
        await page.goto(address)
        shown = page.locator(".oe_stat_button [name='order_count']")
        await shown.wait_for()
        if count in await shown.inner_text():
            return
        await page.wait_for_timeout(1000)
    raise AssertionError(f"{address} never showed {count} sales")


async def workbook_of(page: Page, url: str, report: str, folder: Path) -> Path:
    """A report of this month, read on the screen, then taken as a workbook."""
    await page.goto(f"{url}/odoo/action-escarcelle_statistics.report_action")
    card = page.locator(".o_kanban_record, .o_data_row", has_text=report).first
    await card.locator("button[name='action_escarcelle_open']").click()
    await page.locator(".o_form_view [name='period_kind']").first.wait_for()
    await this_month(page)
    async with page.expect_download() as waiting:
        await press(page, "action_escarcelle_excel")
    file = await waiting.value
    path = folder / file.suggested_filename
    await file.save_as(path)
    return path


async def this_month(page: Page) -> None:
    """The period of the report that is read: the month we are in, the first choice in any language."""
    box = field(page, "period_kind")
    await box.locator("input").click()
    choices = page.locator(".o_select_menu_item")
    await choices.first.click()
    await page.locator(".o_form_view table").first.wait_for()

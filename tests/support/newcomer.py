"""What a newcomer does in the back office, page by page: steps that a browser test puts one after the other.

Every function takes a Playwright page (asynchronous) that is signed in. Fields and buttons are found by their
technical names, so that the language of the person does not matter.
"""

from playwright.async_api import Page

#: Of the assistant, in order; the last one sums up.
STEPS = ("shop", "territory", "vat", "opening", "tariffs", "budget", "catalogue", "people", "till", "done")
#: A SIRET with a right key that belongs to nobody.
SHOP = {
    "name": "Épicerie solidaire des Tilleuls",
    "street": "14 rue des Tilleuls",
    "zip": "38999",
    "city": "Rochefleurie",
    "phone": "01 99 00 14 38",
    "email": "bonjour@tilleuls.example",
    "siret": "01726384900014",
}
#: Making hundreds of goods, or a chart of accounts, takes a while on a slow machine.
LONG = 120_000


async def sign_in(page: Page, url: str, login: str, password: str) -> None:
    """Sign in and wait for whatever opens by itself."""
    await page.goto(f"{url}/web/login")
    await page.fill("input[name=login]", login)
    await page.fill("input[name=password]", password)
    await page.click("button[type=submit]")
    await page.locator(".o_main_navbar").wait_for()


def field(page: Page, name: str):
    """The widget of a field of the form; of several, the one that is seen."""
    return page.locator(f".o_form_view [name='{name}'].o_field_widget:visible").first


async def type_in(page: Page, name: str, text: str) -> None:
    """Key by key, and leave: a browser only tells of a change that somebody typed."""
    box = field(page, name).locator("input, textarea").first
    await box.fill("")
    await box.press_sequentially(text)
    await box.press("Tab")


async def press(page: Page, button: str) -> None:
    """Press a button of the form by its method."""
    await page.locator(f"button[name='{button}']:visible").first.click()


async def step(page: Page, name: str) -> None:
    """Wait for a page of the assistant."""
    await page.locator(f".o_escarcelle_start div[name='page_{name}']:visible").wait_for(timeout=LONG)


async def next_step(page: Page, now: str) -> str:
    """« Next » on the page ``now``; the name of the one that follows, once it is there."""
    following = STEPS[STEPS.index(now) + 1]
    await press(page, "action_next")
    await step(page, following)
    return following


async def describe_the_shop(page: Page, values: dict | None = None) -> None:
    """Page « shop »: name, address, SIRET."""
    await step(page, "shop")
    for name, value in {**SHOP, **(values or {})}.items():
        await type_in(page, name, value)


async def choose_regime(page: Page, regime: str) -> None:
    """Page « vat »: EXO_B, TAXABLE…"""
    await step(page, "vat")
    await field(page, "regime").locator(f"input[data-value='{regime}']").check()


async def add_people(page: Page, people: list[dict]) -> None:
    """Page « people »: a row each; keys name, email, pin (role: what the grid proposes, cashier)."""
    await step(page, "people")
    grid = field(page, "person_ids")
    for person in people:
        await grid.locator(".o_field_x2many_list_row_add a").first.click()
        row = grid.locator("tr.o_selected_row")
        for name, value in person.items():
            await row.locator(f"[name='{name}'] input").fill(value)


async def write_down_the_pin(page: Page) -> str:
    """The dialog of the manager's PIN: the PIN, the dialog closed."""
    dialog = page.locator(".modal", has=page.locator("[name='pin']"))
    pin = (await dialog.locator("[name='pin']").inner_text()).strip()
    await dialog.locator(".modal-footer button").first.click()
    await dialog.wait_for(state="detached")
    return pin


async def make_the_till(page: Page) -> str:
    """Page « till »: make it, and show its pairing code; the code, the dialog closed."""
    await step(page, "till")
    await press(page, "action_make_till")
    await page.locator("button[name='action_pair']:visible").wait_for(timeout=LONG)
    await press(page, "action_pair")
    dialog = page.locator(".modal", has=page.locator("[name='code']"))
    code = (await dialog.locator("[name='code']").inner_text()).strip()
    await dialog.locator(".modal-footer button").first.click()
    await dialog.wait_for(state="detached")
    return code


async def the_till_is_alive(page: Page) -> None:
    """Page « till »: it says so by itself a few seconds after the program was paired."""
    await page.locator(".o_escarcelle_start .alert-success:visible").wait_for(timeout=LONG)


async def first_steps(page: Page, people: list[dict], regime: str = "EXO_B") -> str:
    """The whole assistant as far as the till; the pairing code. The page is left on « till »."""
    await describe_the_shop(page)
    await next_step(page, "shop")
    await next_step(page, "territory")
    await choose_regime(page, regime)
    for name in ("vat", "opening", "tariffs", "budget", "catalogue"):
        await next_step(page, name)
    await add_people(page, people)
    await next_step(page, "people")
    return await make_the_till(page)

"""The back office in a browser: somebody signed in, screens by address."""

import asyncio

from playwright.async_api import Locator, Page, Playwright

from ops.browsers import fresh_profile
from ops.demo_data.people import PASSWORD

#: A screen of Odoo that is there with what it shows: a view, a dialog with a form, a page for phones.
SCREEN = (
    ".o_action_manager :is(.o_list_renderer, .o_kanban_renderer, .o_form_renderer, .o_calendar_renderer),"
    ".o_view_nocontent, .modal .o_form_renderer, .escarcelle_phone, .o_escarcelle_tiles"
)


class Office:
    """One page of somebody. ``errors`` is what broke in it."""

    def __init__(self, page: Page, url: str):
        self.page = page
        self.url = url
        self.errors: list[str] = []
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    @classmethod
    async def sign_in(
        cls, driver: Playwright, url: str, login: str, size: dict | None = None
    ) -> "Office":
        context = await fresh_profile(driver)
        page = await context.new_page()
        if size:
            await page.set_viewport_size(size)
        office = cls(page, url)
        await page.goto(f"{url}/web/login")
        await page.fill("input[name=login]", login)
        await page.fill("input[name=password]", PASSWORD)
        await page.click("button[type=submit]")
        await page.locator(".o_main_navbar").wait_for()
        return office

    @property
    def screen(self) -> Locator:
        """What is below the menu."""
        return self.page.locator(".o_action_manager")

    @property
    def dialog(self) -> Locator:
        """The dialog on top."""
        return self.page.locator(".modal-content").last

    async def open(self, action: str, record: int | str | None = None) -> None:
        """A screen by the name of its action, on one record if one is given."""
        record = "" if record is None else f"/{record}"
        await self.page.goto(f"{self.url}/odoo/action-{action}{record}")
        await self.page.locator(SCREEN).first.wait_for()

    async def give_file(self, name: str, content: str) -> None:
        """Choose a file in the form that is open."""
        field = self.page.locator("input[type=file]").first
        await field.set_input_files(
            {"name": name, "mimeType": "text/csv", "buffer": content.encode()}
        )
        await asyncio.sleep(0.2)  # the file is read by the page, which says nothing meanwhile

"""Sells on the screen of a till: a real Chromium, a keyboard scanner, the POS as a volunteer sees it."""

import contextlib

from playwright.sync_api import Error, Page, sync_playwright

from ops.paths import HOUSE

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update"]
READY = 60_000
STEP = 20_000
#: A till that boots without a network must not believe the browser's opinion of it.
OFFLINE = "Object.defineProperty(Navigator.prototype, 'onLine', {get: () => false});"


class TillBrowser:
    """A fresh profile on one till, with a cashier logged in.

    Args:
        url: address of the till program.
        cast: see ``ops.day.cast``.
        number: which till of the cast it is.
        online: what ``navigator.onLine`` says.
    """

    def __init__(self, url: str, cast: dict, number: int, *, online: bool = True):
        self._url = url
        self._cast = cast
        self._config = next(t["config_id"] for t in cast["tills"] if t["number"] == number)
        self._number = number
        self._online = online
        self.page: Page

    def __enter__(self) -> "TillBrowser":
        self._driver = sync_playwright().start()
        try:
            self._browser = self._driver.chromium.launch(
                executable_path=CHROMIUM, headless=True, args=ARGUMENTS
            )
            context = self._browser.new_context(
                viewport={"width": 1366, "height": 768}, locale="fr-FR", timezone_id="Europe/Paris"
            )
            if not self._online:
                context.add_init_script(OFFLINE)
            self.page = context.new_page()
            self.page.set_default_timeout(STEP)
            self.page.goto(f"{self._url}/pos/ui/{self._config}", timeout=READY)
            self._log_in()
        except BaseException:
            self._picture()
            self._driver.stop()
            raise
        return self

    def __exit__(self, kind, *_exc) -> None:
        if kind:
            self._picture()
        self._browser.close()
        self._driver.stop()

    def sell(self, ledger, household: dict | None, product: dict) -> str:
        """Scan a card (when there is a household), scan a good twice, pay, validate.

        Returns the uuid the till was asked to sign; the sale is noted once it answered 200.
        """
        page = self.page
        if household:
            self.scan(household["cards"][0])
            page.locator(".escarcelle-household [name=household]").wait_for()
        for count in (1, 2):
            self.scan(product["barcode"])
            page.locator(
                f".order-container .orderline .qty:text-matches('^\\\\s*{count}')"
            ).wait_for()
        page.locator(".pay-order-button").first.click()
        page.locator(".paymentmethods .paymentmethod").first.click()
        with page.expect_response(
            lambda answer: (
                answer.url.endswith("/till/v1/tickets") and answer.request.method == "POST"
            )
        ) as waited:
            page.locator("button.validation-button.next:visible").click()
        answer = waited.value
        if answer.status != 200:
            raise AssertionError(f"La caisse refuse la vente à l'écran : {answer.text()}")
        order = answer.request.post_data_json
        ledger.note(order["uuid"], self._number, order["total"])
        page.locator(".escarcelle-receipt-card [name=done]").click()
        page.locator(".product-screen").wait_for()
        return order["uuid"]

    def scan(self, code: str) -> None:
        """Type as a keyboard scanner does: fast, with Enter at the end."""
        self.page.keyboard.type(code, delay=2)
        self.page.keyboard.press("Enter")

    def _picture(self) -> None:
        """What the screen showed when something failed."""
        with contextlib.suppress(Error):
            self.page.screenshot(path=HOUSE.log / "day-screen.png")

    def _log_in(self) -> None:
        cashier = next(c for c in self._cast["cashiers"] if c["role"] == "cashier")
        self.page.locator(".escarcelle-login").wait_for(timeout=READY)
        self.page.locator(f"[data-code='{cashier['code']}']").click()
        self.page.locator("[data-name=pin]").wait_for()
        for digit in cashier["pin"]:
            self.page.locator(f".escarcelle-keypad [data-key='{digit}']").click()
        self.page.locator("[name=login]").click()
        self.page.locator(".product-screen").wait_for(timeout=READY)

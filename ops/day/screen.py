"""The till's screen, as a volunteer with a keyboard scanner sees it. Asynchronous."""

import time
from urllib.parse import urlsplit

from playwright.async_api import Page

READY = 60_000
STEP = 20_000


class Screen:
    """One page on one till. ``strangers`` are requests to anyone but the till; ``errors`` what broke."""

    def __init__(self, page: Page, url: str, cast: dict, config: int):
        self.page = page
        self.url = url
        self.cast = cast
        self.config = config
        self.strangers: list[str] = []
        self.errors: list[str] = []
        self.dialogs: list[str] = []
        page.set_default_timeout(STEP)
        page.on("request", self._note_request)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("dialog", self._note_dialog)

    def _note_request(self, request) -> None:
        address = urlsplit(request.url)
        if address.scheme in ("http", "https", "ws", "wss") and (
            address.netloc != urlsplit(self.url).netloc
        ):
            self.strangers.append(request.url)

    async def _note_dialog(self, dialog) -> None:
        self.dialogs.append(dialog.message)
        await dialog.accept()

    async def open(self, path: str = "") -> float:
        """Load an address of the POS; seconds until somebody can identify."""
        start = time.monotonic()
        await self.page.goto(f"{self.url}/pos/ui/{self.config}{path}", timeout=READY)
        await self.page.locator(".escarcelle-login").wait_for(timeout=READY)
        return time.monotonic() - start

    async def reload(self) -> None:
        """F5."""
        await self.page.reload(timeout=READY)
        await self.page.locator(".escarcelle-login").wait_for(timeout=READY)

    def cashier(self, role: str = "cashier", rank: int = 0) -> dict:
        """One of the cast's cashiers."""
        return [one for one in self.cast["cashiers"] if one["role"] == role][rank]

    async def log_in(self, cashier: dict | None = None) -> None:
        """Touch the name, type the PIN; the till opens where it was asked to."""
        cashier = cashier or self.cashier()
        await self.type_pin(cashier["code"], cashier["pin"])
        await self.page.locator(".escarcelle-login").wait_for(state="detached")
        await self.drawn()

    async def drawn(self) -> None:
        """Wait for the screen to be drawn: only then does it listen to the scanner."""
        await self.page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")

    async def type_pin(self, code: str, pin: str) -> None:
        """Touch a name and type a PIN on the keypad."""
        if not await self.page.locator("[data-name=pin]").count():
            await self.page.locator(f"[data-code='{code}']").click()
        for digit in pin:
            await self.page.locator(f".escarcelle-keypad [data-key='{digit}']").click()
        await self.page.locator("button[name=login]").click()

    async def start(self, path: str = "", cashier: dict | None = None) -> float:
        """Open and identify; seconds until somebody could identify."""
        seconds = await self.open(path)
        await self.log_in(cashier)
        return seconds

    async def scan(self, code: str) -> None:
        """A keyboard scanner: its keys come a few milliseconds apart, whatever the machine's load."""
        if self.page.context.browser and self.page.context.browser.browser_type.name != "chromium":
            await self.page.keyboard.type(code)
            await self.page.keyboard.press("Enter")
            return
        session = await self.page.context.new_cdp_session(self.page)
        keys = [(char, char) for char in code] + [("Enter", "\r")]
        sends = []
        for key, text in keys:
            for kind in ("keyDown", "keyUp"):
                event = {"type": kind, "key": key, "text": text if kind == "keyDown" else ""}
                if key == "Enter":
                    event |= {"code": "Enter", "windowsVirtualKeyCode": 13}
                sends.append(session.send("Input.dispatchKeyEvent", event))
        for send in [self.page.context._loop.create_task(one) for one in sends]:  # in order, at once
            await send
        await session.detach()

    async def line(self, product: dict, quantity: str) -> None:
        """Wait for a line of the order."""
        line = self.page.locator(".order-container .orderline", has_text=product["name"])
        await line.locator(".qty", has_text=quantity).wait_for()

    async def scan_goods(self, product: dict, count: int = 1) -> None:
        """Scan a good ``count`` times, as a person who looks at the screen does."""
        for number in range(1, count + 1):
            await self.scan(product["barcode"])
            await self.line(product, str(number))

    async def scan_card(self, household: dict) -> None:
        """Scan a household's card; its banner appears."""
        await self.scan(household["cards"][0])
        await self.page.locator(".escarcelle-household [name=household]").wait_for()

    async def pay(self, method: int = 0) -> None:
        """Go to the payment and touch a means of payment (0: cash)."""
        await self.page.locator(".pay-order-button").first.click()
        await self.page.locator(".paymentmethods .paymentmethod").nth(method).click()

    async def validate(self) -> str:
        """Validate; the number shown on the receipt screen."""
        await self.page.locator(".payment-screen .validation-button.next:visible").click()
        number = self.page.locator(".escarcelle-receipt-card [name=number]")
        await number.wait_for()
        return await number.inner_text()

    async def next_sale(self) -> None:
        """Touch « Nouvelle vente »."""
        await self.page.locator(".escarcelle-receipt-card [name=done]").click()
        await self.page.locator(".product-screen").wait_for()

    async def sell(self, product: dict, household: dict | None = None) -> str:
        """A whole sale in cash; its number."""
        if household:
            await self.scan_card(household)
        await self.scan_goods(product)
        await self.pay()
        return await self.validate()

    async def message(self) -> str:
        """Text of the dialog on top; it is closed."""
        modal = self.page.locator(".modal-content").last
        await modal.wait_for()
        text = await modal.inner_text()
        await modal.locator(".modal-footer .btn-primary").first.click()
        await modal.wait_for(state="detached")
        return text

"""The browsers that are driven: the Chromium and the Firefox of the system, in French, in Paris."""

from playwright.async_api import BrowserContext, Playwright

from ops import system

CHROMIUM = "chromium"
FIREFOX = "firefox"
NAMES = (CHROMIUM, FIREFOX)
OFFLINE = "Object.defineProperty(Navigator.prototype, 'onLine', {get: () => false});"
_PROFILE = {
    "viewport": {"width": 1366, "height": 768},
    "locale": "fr-FR",
    "timezone_id": "Europe/Paris",
}


def _launch(name: str) -> dict:
    """What starts a browser. Playwright drives a Firefox as published through WebDriver BiDi."""
    if name == FIREFOX:
        return {"executable_path": system.firefox(), "headless": True, "channel": "moz-firefox"}
    return {
        "executable_path": system.chromium(),
        "headless": True,
        "args": ["--no-sandbox", "--disable-background-networking", "--disable-component-update"],
    }


async def fresh_profile(
    driver: Playwright, name: str = CHROMIUM, *, online: bool = True, folder=None
) -> BrowserContext:
    """A browser profile nobody has used; ``folder`` makes it last. ``name`` is one of ``NAMES``."""
    kind = getattr(driver, name)
    if folder is None:
        browser = await kind.launch(**_launch(name))
        context = await browser.new_context(**_PROFILE)
    else:
        context = await kind.launch_persistent_context(folder, **_launch(name), **_PROFILE)
    if not online:
        await context.add_init_script(OFFLINE)
    return context

"""The back office in a browser: every screen of the fiscal menu opens, for each who may open it."""

import pytest

from ops.browsers import fresh_profile
from ops.demo_data.people import PASSWORD
from ops.paths import HOUSE

#: Window actions of the menus a user sees under « Journal fiscal », as (menu, action id).
MENUS = """
user = env["res.users"].search([("login", "=", {login!r})])
env = env(user=user.id, context=dict(env.context, lang="fr_FR"))
menus = env["ir.ui.menu"]
seen = menus.browse(menus._visible_menu_ids())
root = env.ref("escarcelle_fiscal.menu_root")
mine = seen.filtered(lambda m: m.action and m.action._name == "ir.actions.act_window"
                     and m.parent_path.startswith(root.parent_path)).sorted("complete_name")
answer = [(menu.complete_name, menu.action.id) for menu in mine]
"""
LEAST = {"responsable": 1, "controle": 8, "admin": 20}


async def office(stage, driver, login):
    """A page of the back office where ``login`` is signed in, and what broke in it."""
    context = await fresh_profile(driver)
    page = await context.new_page()
    page.set_default_timeout(30_000)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    await page.goto(f"{stage.house.server.url}/web/login")
    await page.fill("input[name=login]", login)
    await page.fill("input[name=password]", PASSWORD)
    await page.click("button[type=submit]")
    await page.locator(".o_main_navbar").wait_for()
    return page, errors


@pytest.fixture(scope="module")
def known_admin(stage):
    """The administrator of the demonstration signs in with the password of the others."""
    stage.odoo(f"env.ref('base.user_admin').write({{'password': {PASSWORD!r}}})")


@pytest.mark.parametrize("login", list(LEAST))
async def test_every_screen_of_the_fiscal_menu_opens(stage, driver, known_admin, login):
    page, errors = await office(stage, driver, login)
    screens = stage.odoo(MENUS.format(login=login))
    assert len(screens) >= LEAST[login], screens
    broken = []
    for name, action in screens:
        await page.goto(f"{stage.house.server.url}/odoo/action-{action}")
        await page.locator(
            ".o_action_manager .o_view_controller, .modal .o_form_view, .o_action_manager .o_escarcelle_situation"
        ).first.wait_for()
        if await page.locator(".o_error_dialog, .o_notification_bar.bg-danger").count():
            broken.append(name)
            await page.screenshot(path=HOUSE.log / f"e2e-office-{login}-{action}.png")
    await page.context.close()
    assert broken == []
    assert errors == []


async def test_a_house_that_is_not_saved_says_so_above_every_screen(stage, driver, known_admin):
    stage.odoo("""
from datetime import timedelta
from odoo import fields
env["escarcelle.fiscal.backup"].search([]).unlink()
env["escarcelle.fiscal.backup"].create({
    "at": fields.Datetime.now() - timedelta(hours=60), "kind": "backup", "state": "done"})
""")
    page, errors = await office(stage, driver, "admin")
    await page.goto(f"{stage.house.server.url}/odoo/apps")
    banner = page.locator(".o_escarcelle_backup")
    await banner.wait_for()
    assert "60" in await banner.inner_text()
    assert errors == []
    await page.context.close()


async def test_who_can_do_nothing_about_it_is_not_told(stage, driver):
    page, errors = await office(stage, driver, "stock")
    await page.locator(".o_action_manager .o_view_controller").first.wait_for()
    assert await page.locator(".o_escarcelle_backup").count() == 0
    assert errors == []
    await page.context.close()

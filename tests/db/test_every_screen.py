"""Every screen of the social grocery's menu opens for a manager: on nothing, on something, on a new record with
a new line in each of its lists."""

import pytest

from odoo_registry import opened


@pytest.fixture(scope="module")
def office(make_world):
    """The environment of a French manager over the demonstration; nothing stays."""
    from odoo.api import SUPERUSER_ID, Environment

    with opened(make_world()) as registry, registry.cursor() as cr:
        env = Environment(cr, SUPERUSER_ID, {})
        people = env.ref("escarcelle_social.group_manager").all_user_ids
        manager = people.filtered(lambda user: user.active and not user._is_superuser())[:1]
        assert manager
        shops = {"allowed_company_ids": manager.company_ids.ids}
        yield env(user=manager.id, su=False, context={"lang": "fr_FR", "tz": "Europe/Paris", **shops})
        cr.rollback()


@pytest.fixture(scope="module")
def screens(office):
    """``{menu: (records with the screen's context, kinds of views, view of the form)}``."""
    from odoo.tools.safe_eval import safe_eval

    root = office.ref("escarcelle_social.menu_root")
    menus = office["ir.ui.menu"].search([("id", "child_of", root.id)])._filter_visible_menus()
    found = {}
    for menu in menus.filtered(lambda menu: menu.action and menu.action.type == "ir.actions.act_window"):
        action = menu.action
        facts = {"uid": office.uid, "active_id": False, "allowed_company_ids": office.companies.ids}
        context = {**office.context, **safe_eval(action.context or "{}", facts)}
        kinds = {kind: view for view, kind in action.views}
        found[menu.complete_name] = (office[action.res_model].with_context(context), kinds)
    assert len(found) > 40
    return found


def troubles(office, screens, act) -> list[str]:
    """What ``act(records, kinds)`` breaks, screen by screen, each in a transaction that is forgotten."""
    found = []
    for name, (records, kinds) in screens.items():
        savepoint = office.cr.savepoint()
        try:
            act(records, kinds)
        except Exception as error:
            found.append(f"{name} ({records._name}): {error!r}")
        finally:
            savepoint.rollback()
            savepoint.close(rollback=True)
            office.invalidate_all(flush=False)
    return found


def test_lists_are_read(office, screens):
    def read(records, kinds):
        views = records.get_views([(view, kind) for kind, view in kinds.items()])["views"]
        assert views.keys() == kinds.keys()
        records.web_search_read([], {"display_name": {}}, limit=80)

    found = troubles(office, screens, read)
    assert not found, "\n".join(found)


def test_a_new_record_takes_new_lines(office, screens):
    from odoo.exceptions import UserError
    from odoo.tests import Form

    tried = []

    def make(records, kinds):
        if "form" not in kinds or not records.has_access("create"):
            return
        try:
            form = Form(records, kinds["form"] or None)
        except UserError:
            return  # it says why nothing can be made there
        for name, description in form._view["fields"].items():
            shown = description["type"] == "one2many" and not form._get_modifier(name, "invisible")
            if shown and not form._get_modifier(name, "readonly") and description.get("edition_view"):
                lines = description["edition_view"]["tree"]
                if lines.get("create") not in ("0", "False", "false"):
                    getattr(form, name).new()
                    tried.append((records._name, name))

    found = troubles(office, screens, make)
    assert not found, "\n".join(found)
    assert ("escarcelle.household", "member_ids") in tried and len(tried) > 10


def test_what_is_there_opens(office, screens):
    from odoo.tests import Form

    opened = []

    def see(records, kinds):
        some = records.search([], limit=1) if "form" in kinds and not records._transient else None
        if some:
            Form(some, kinds["form"] or None)
            opened.append(some._name)

    found = troubles(office, screens, see)
    assert not found, "\n".join(found)
    assert len(opened) > 20

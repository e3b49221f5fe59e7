"""``l10n_fr_pos_cert`` beside ours, on every way a module comes in: the scenario, step by step."""

from apps_screen import AppsScreen, Refused

OURS, STOCK, OTHER = "escarcelle_fiscal", "l10n_fr_pos_cert", "pos_discount"
SALE = """
config = env["pos.config"].create({"name": "Avant"})
session = env["pos.session"].create({"config_id": config.id, "user_id": env.uid})
order = env["pos.order"].create({"session_id": session.id, "amount_total": 0, "amount_tax": 0,
                                 "amount_paid": 0, "amount_return": 0})
env.cr.execute("UPDATE pos_order SET l10n_fr_hash = 'f00d' WHERE id = %s", [order.id])
env.cr.commit()
"""


def refused(press) -> str:
    """The message a person reads when ``press`` is refused."""
    try:
        press()
    except Refused as said:
        return str(said)
    raise AssertionError("nothing was refused")


def empty_stock_module_is_replaced(apps: AppsScreen) -> None:
    """Installed and empty: gone when ours comes from the Apps screen, and it does not come back."""
    done = apps.command("--init", STOCK, "--skip-auto-install")
    assert done.returncode == 0, done.stderr[-3000:]
    with apps:
        assert apps.states(OURS, STOCK) == ["uninstalled", "installed"]
        apps.press(OURS)
        assert apps.states(OURS, STOCK) == ["installed", "uninstalled"]
        assert STOCK in refused(lambda: apps.press(STOCK))
        apps.press(OTHER)  # auto-installation runs again with any module
        assert apps.states(OURS, STOCK, OTHER) == ["installed", "uninstalled", "installed"]
        apps.press(OURS, "button_immediate_upgrade")
        assert apps.states(OURS, STOCK) == ["installed", "uninstalled"]
    for arguments in (("--update", OURS), ("--update", "l10n_fr_account"), ("--init", "pos_loyalty")):
        done = apps.command(*arguments)
        assert done.returncode == 0, done.stderr[-3000:]
        with apps:
            assert apps.states(OURS, STOCK) == ["installed", "uninstalled"], arguments


def stock_module_does_not_come_along(apps: AppsScreen) -> None:
    """Never there, auto-installation switched on: ours comes alone, by the command line."""
    done = apps.command("--init", OURS)
    assert done.returncode == 0, done.stderr[-3000:]
    with apps:
        assert apps.states(OURS, STOCK) == ["installed", "uninstalled"]


def stock_module_with_data_is_kept(apps: AppsScreen) -> None:
    """It holds secured sales: ours is refused with the page to read, and nothing has moved."""
    done = apps.command("--init", STOCK, "--skip-auto-install")
    assert done.returncode == 0, done.stderr[-3000:]
    apps.shell(SALE)
    with apps:
        said = refused(lambda: apps.press(OURS))
        assert "l10n_fr_pos_cert" in said and "administrateur.md" in said, said
    with apps:
        assert apps.states(OURS, STOCK) == ["uninstalled", "installed"]
        assert apps.call("pos.order", "search_count", [("l10n_fr_hash", "=", "f00d")]) == 1
    apps.command("--init", OURS, "--skip-auto-install")
    with apps:
        assert apps.states(OURS, STOCK) == ["uninstalled", "installed"]

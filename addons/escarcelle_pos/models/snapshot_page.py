"""Snapshot part ``page``: the HTML that starts the POS in till mode.

Not core's own template: that one carries a CSRF token, the user's name and login, the server's
address and a websocket token. This page carries what the JavaScript cannot start without.
"""

import odoo.service.common
from odoo import models
from odoo.addons.bus.websocket import WebsocketConnectionHandler
from odoo.tools.json import scriptsafe

PAGE = """<!DOCTYPE html>
<html lang="fr">
<head>
<title>{title}</title>
<meta charset="utf-8"/>
<meta name="viewport" content="width=device-width, initial-scale=1, user-scalable=no, \
interactive-widget=resizes-content"/>
<link rel="icon" href="/point_of_sale/static/src/img/favicon.ico" type="image/x-icon"/>
<style>body {{ background: #fff; }}</style>
<script type="text/javascript">
var odoo = {odoo};
odoo.loadMenusPromise = Promise.resolve();
</script>
{assets}
</head>
<body class="pos escarcelle-till"></body>
</html>
"""


class EscarcelleTill(models.Model):
    _inherit = "escarcelle.till"

    def _escarcelle_lang(self):
        """Language of the till's screen."""
        return self.env.context.get("lang") or "fr_FR"

    def _escarcelle_page(self):
        """Return the page as bytes."""
        self.ensure_one()
        config = self.config_id
        links = self._escarcelle_bundle_links()
        tags = [
            f'<link type="text/css" rel="stylesheet" href="{url}"/>'
            if url.endswith(".css")
            else f'<script type="text/javascript" src="{url}"></script>'
            for url in links
        ]
        values = {
            "__session_info__": self._escarcelle_session_info(),
            "escarcelle": self._escarcelle_page_settings(),
            "from_backend": 0,
            "pos_session_id": config.id,
            "pos_config_id": config.id,
            "last_data_change": "2000-01-01 00:00:00",
            "access_token": "escarcelle-till",
            "urls_to_cache": "[]",
            "use_pos_fake_tours": False,
            "use_lna": False,
            "debug": "",
        }
        title = scriptsafe.dumps(self.name)[1:-1]
        html = PAGE.format(title=title, odoo=scriptsafe.dumps(values), assets="\n".join(tags))
        return html.encode()

    def _escarcelle_page_settings(self):
        """What the page's own code finds under ``odoo.escarcelle``."""
        return {
            "mode": "till",
            "till": {"uid8": self.uid8, "number": self.number, "name": self.name},
            "paper": "none",
        }

    def _escarcelle_session_info(self):
        """A session that names nobody and opens nothing on the server."""
        config = self.config_id
        company = config.company_id
        version = odoo.service.common.exp_version()
        lang = self._escarcelle_lang()
        return {
            "uid": self.env.uid,
            "is_system": False,
            "is_admin": False,
            "is_public": False,
            "is_internal_user": True,
            "user_context": {
                "lang": lang,
                "tz": self._escarcelle_timezone(),
                "uid": self.env.uid,
                "allowed_company_ids": company.ids,
            },
            "db": "escarcelle",
            "registry_hash": "escarcelle",
            "user_settings": {"id": 1},
            "server_version": version["server_version"],
            "server_version_info": version["server_version_info"],
            "name": self.name,
            "username": "",
            "quick_login": True,
            "partner_write_date": "2000-01-01 00:00:00",
            "partner_display_name": self.name,
            "partner_id": self.env.user.partner_id.id,
            "active_ids_limit": 20000,
            "max_file_upload_size": 0,
            "home_action_id": False,
            "currencies": self.env["res.currency"].get_all_currencies(),
            "bundle_params": {"lang": lang},
            "test_mode": False,
            "view_info": {},
            "groups": {"base.group_allow_export": False},
            "user_companies": {
                "current_company": company.id,
                "allowed_companies": {
                    company.id: {
                        "id": company.id,
                        "name": company.name,
                        "sequence": company.sequence,
                        "child_ids": [],
                        "parent_id": False,
                        "currency_id": company.currency_id.id,
                    }
                },
                "disallowed_ancestor_companies": {},
            },
            "show_effect": False,
            "websocket_worker_version": WebsocketConnectionHandler._VERSION,
            "max_time_between_keys_in_ms": int(
                self.env["ir.config_parameter"].get_param(
                    "barcode.max_time_between_keys_in_ms", default="150"
                )
            ),
            "nomenclature_id": company.nomenclature_id.id,
            "fallback_nomenclature_id": config.fallback_nomenclature_id.id,
        }

    def _escarcelle_timezone(self):
        """The shop's time zone, also for dates on the screen."""
        return self.config_id.company_id.escarcelle_timezone

"""Snapshot parts ``load_data/<model>`` and ``load_data_params``: what the POS page loads.

Built from core's own loading methods, without any limit, then cut down: no cost price, no
accounting, no customer. The session is synthetic and never changes: real sessions are made by
the server from the till's records, one a business day, and must not disturb an open page.
"""

from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from .snapshot_json import dumps

# Replaced by one row of ours, never read: people are the till's business.
OWN_ROW = frozenset({"res.partner", "res.users"})
# Nothing of these is sent: the till owns its orders, and the page has no use for the rest.
EMPTY_MODELS = frozenset(
    {
        "pos.order", "pos.order.line", "pos.payment", "pos.pack.operation.lot",
        "account.move", "account.account", "res.country.state",
    }
)  # fmt: skip
EPOCH = "2000-01-01 00:00:00"
CONFIG_FORCED = {
    "access_token": False,  # would open the server's websocket
    "module_pos_hr": False,  # cashiers are checked by the till
    "iface_print_auto": False,  # the till program prints
    "iface_print_skip_screen": False,
    "iface_cashdrawer": False,
    "iface_print_via_proxy": False,
    "iface_scan_via_proxy": False,
    "iface_customer_facing_display_via_proxy": False,
    "iface_tipproduct": False,
    "is_posbox": False,
    "other_devices": False,
    "epson_printer_ip": False,
    "proxy_ip": False,
    "ship_later": False,
    "trusted_config_ids": [],
    "printer_ids": [],
    "basic_receipt": False,
    "_base_url": "",
    "_data_server_date": EPOCH,
    "_has_cash_move_perm": False,
    "_has_cash_delete_perm": False,
}
PRICE_HORIZON_DAYS = 60


class EscarcelleTill(models.Model):
    _inherit = "escarcelle.till"

    def _escarcelle_loaded_models(self):
        """Names of the models the POS loads, in core's order (later ones read earlier answers)."""
        return self.env["pos.session"]._load_pos_data_models(self.config_id)

    def _escarcelle_load_data_parts(self):
        """Return ``{"load_data/<model>": bytes, "load_data_params": bytes}``."""
        self.ensure_one()
        config = self.config_id
        response = {"pos.session": [self._escarcelle_synthetic_session()]}
        for model in self._escarcelle_loaded_models():
            response[model] = [] if model in EMPTY_MODELS else self._escarcelle_load(model, response)
        session = self.env["pos.session"].new({"config_id": config.id})
        parts = {f"load_data/{model}": dumps(rows) for model, rows in response.items()}
        parts["load_data_params"] = dumps(session.load_data_params())
        return parts

    def _escarcelle_load(self, model, response):
        """Rows of one model for the page, shaped so that they carry no more than it needs."""
        config = self.config_id
        shape = getattr(self, f"_escarcelle_shape_{model.replace('.', '_')}", None)
        if model in OWN_ROW:
            return shape([])
        target = self.env[model].with_context(
            pos_limited_loading=False, escarcelle_price_horizon=PRICE_HORIZON_DAYS
        )
        wider = self._escarcelle_wider_domain(model)
        if wider is not None:
            rows = target._load_pos_data_read(target.search(wider), config)
        else:
            rows = target._load_pos_data_search_read(response, config)
        return shape(rows) if shape else rows

    def _escarcelle_wider_domain(self, model):
        """Domain replacing core's own, None to keep core's.

        A household may have any tariff and any fiscal position of the company, and it is the
        till that knows households.
        """
        if model not in ("product.pricelist", "account.fiscal.position"):
            return None
        return Domain(self.env[model]._check_company_domain(self.config_id.company_id))

    def _escarcelle_synthetic_session(self):
        config = self.config_id
        return {
            "id": config.id,
            "name": self.name,
            "user_id": self.env.uid,
            "config_id": config.id,
            "start_at": EPOCH,
            "stop_at": False,
            "payment_method_ids": config.payment_method_ids.ids,
            "state": "opened",
            "update_stock_at_closing": False,
            "cash_register_balance_start": 0.0,
            "access_token": False,
        }

    def _escarcelle_shape_pos_config(self, rows):
        forced = {**CONFIG_FORCED, "show_product_images": self._escarcelle_has_product_pictures()}
        return [
            {**row, **{key: value for key, value in forced.items() if key in row}} for row in rows
        ]

    def _escarcelle_has_product_pictures(self):
        """A grid of grey squares helps nobody."""
        return bool(
            self.config_id.show_product_images
            and self.env["ir.attachment"].search_count(
                [("res_model", "=", "product.template"), ("res_field", "=", "image_128")], limit=1
            )
        )

    def _escarcelle_shape_res_partner(self, rows):
        """Only the session's own user; households come from ``households.json``, by the till."""
        names = self.env["res.partner"]._load_pos_data_fields(self.config_id)
        own = {"id": self.env.user.partner_id.id, "name": self.name, "write_date": EPOCH}
        return [{**dict.fromkeys(names, False), **own}]

    def _escarcelle_shape_res_users(self, rows):
        """The session's own user under the till's name; who is at the till, the till knows."""
        own = {"id": self.env.uid, "name": self.name, "role": "cashier"}
        return [{**own, "partner_id": self.env.user.partner_id.id}]

    def _escarcelle_shape_product_template(self, rows):
        """Without what goods cost the shop, unless a tariff is computed from it."""
        rules = self.env["product.pricelist.item"]
        if rules.search_count([("base", "=", "standard_price")], limit=1):
            return rows
        return [{**row, "standard_price": 0.0} for row in rows]

    def _escarcelle_shape_product_product(self, rows):
        return self._escarcelle_shape_product_template(rows)


class ProductPricelistItem(models.Model):
    _inherit = "product.pricelist.item"

    @api.model
    def _load_pos_data_domain(self, data, config):
        # EXTENDS 'point_of_sale': rules of the days ahead, which the till serves on their day
        domain = super()._load_pos_data_domain(data, config)
        days = self.env.context.get("escarcelle_price_horizon")
        if not days:
            return domain
        now = fields.Datetime.now()
        horizon = now + timedelta(days=days)

        def ahead(condition):
            if condition.field_expr == "date_start" and condition.operator == "<=":
                return Domain("date_start", "<=", horizon)
            return condition

        return Domain(domain).map_conditions(ahead)

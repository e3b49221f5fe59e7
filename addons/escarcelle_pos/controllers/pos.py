from odoo import http
from odoo.addons.point_of_sale.controllers.main import PosController
from odoo.http import request

#: Where a till's program serves its page to its own computer.
TILL_ADDRESS = "http://127.0.0.1:8868"


class EscarcellePosController(PosController):
    @http.route()
    def pos_web(self, config_id=False, from_backend=False, subpath=None, **k):
        # EXTENDS 'point_of_sale': a till is used on its own computer, through its own program
        config = str(config_id).isdecimal() and request.env["pos.config"].sudo().browse(int(config_id)).exists()
        if config and config.escarcelle_till_id.state == "live" and request.env.user._is_internal():
            values = {"till": config.escarcelle_till_id, "address": TILL_ADDRESS}
            return request.render("escarcelle_pos.use_the_till", values)
        return super().pos_web(config_id, from_backend, subpath, **k)

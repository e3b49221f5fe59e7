from odoo import models
from odoo.http import request

from escarcelle_core import jet


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _handle_debug(cls):
        # EXTENDS 'web': the developer mode shows what people at work do not need
        before = request.session.debug
        super()._handle_debug()
        if request.session.debug and not before and request.session.uid:
            env = request.env(user=request.session.uid)
            if env.user._is_internal():
                env["escarcelle.fiscal.outbox"]._escarcelle_note(
                    jet.MAINTENANCE, f"Mode développeur activé ({request.session.debug})"
                )

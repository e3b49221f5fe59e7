from odoo import models
from odoo.http import request
from psycopg2.errors import ReadOnlySqlTransaction

from escarcelle_core import jet


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _handle_debug(cls):
        # EXTENDS 'web': the developer mode shows what people at work do not need
        before = request.session.debug
        super()._handle_debug()
        if not request.session.debug or before or not request.session.uid:
            return
        env = request.env(user=request.session.uid)
        if env.user._is_internal():
            try:
                env["escarcelle.fiscal.outbox"]._escarcelle_note(
                    jet.MAINTENANCE, f"Mode développeur activé ({request.session.debug})"
                )
            except ReadOnlySqlTransaction:
                # Odoo asks again on a cursor that writes: the page must then be as it was.
                request.session.debug = before
                raise

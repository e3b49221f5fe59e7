from odoo import http
from odoo.addons.purchase.controllers.portal import CustomerPortal
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.http import request


class SupplierPortal(CustomerPortal):
    """The page of an order, opened by the link in the mail: the supplier answers on it."""

    @http.route(
        ["/my/purchase/<int:order_id>/answer"], type="http", auth="public", website=True, methods=["POST"]
    )
    def escarcelle_supplier_answer(self, order_id, access_token=None, **said):
        """Keep the answer; nothing of the order changes before the shop agrees."""
        if not (access_token or "").isascii():
            return request.redirect("/my")
        try:
            order = self._document_check_access("purchase.order", order_id, access_token=access_token)
        except (AccessError, MissingError):
            return request.redirect("/my")
        try:
            with request.env.cr.savepoint():
                order._escarcelle_take_answer(said)
        except UserError as error:
            values = self._purchase_order_get_page_view_values(order, access_token)
            values["escarcelle_error"] = str(error)
            return request.render("purchase.portal_my_purchase_order", values)
        return request.redirect(order.get_portal_url(query_string="&answered=1"))

"""The closed table: every call the POS page makes of Odoo, and what the till does with it.

A row *serves* an answer from the vault, *keeps* something in the till, or *refuses* with a reason
the cashier can read. What is not in the table is refused. One test a row:
``tests/till_proxy/test_gateway_rpc_table.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from . import answers

#: Served, kept by the till, or refused.
SERVE, KEEP, REFUSE = "serve", "keep", "refuse"


@dataclass(frozen=True)
class Row:
    """One call. ``answer(till, params)`` gives the result; a refusal only has its reason."""

    kind: str
    answer: Callable | None = None
    reason: str = ""


def _serve(answer: Callable) -> Row:
    return Row(SERVE, answer)


def _keep(answer: Callable) -> Row:
    return Row(KEEP, answer)


def _constant(value: object) -> Row:
    return Row(SERVE, lambda till, params: value)


def _refuse(reason: str) -> Row:
    return Row(REFUSE, reason=reason)


_BACK_OFFICE = "Cette action se fait dans la gestion (back office), pas à la caisse."
_TILL_MENU = "Utilisez le menu de la caisse : les mouvements et la clôture y sont enregistrés."

#: ``model/method`` of ``/web/dataset/call_kw``.
CALLS: dict[str, Row] = {
    # Starting
    "pos.session/load_data_params": _serve(answers.load_data_params),
    "pos.session/load_data": _serve(answers.load_data),
    "pos.session/filter_local_data": _constant({}),
    "pos.config/read_config_open_orders": _constant(
        {"dynamic_records": {}, "deleted_record_ids": {}}
    ),
    "pos.config/register_new_device_identifier": _keep(answers.device),
    "pos.config/notify_synchronisation": _constant(True),
    "pos.order/read_pos_orders": _constant({}),
    "barcode.nomenclature/read": _serve(answers.nomenclature),
    "barcode.rule/search_read": _serve(answers.nomenclature_rules),
    "res.users/has_group": _constant(False),
    "product.product/search_read": _constant([]),  # the variants are all loaded already
    # Selling
    "product.template/load_product_from_pos": _serve(answers.no_more_products),
    "pos.session/get_pos_ui_product_pricelist_item_by_product": _serve(answers.price_rules),
    "pos.config/update_customer_display": _constant(True),
    "res.partner/search_read": _constant([]),  # households are all loaded, or asked of the till
    "res.partner/get_new_partner": _serve(answers.no_more_partners),
    "pos.order.line/get_existing_lots": _constant([]),
    "pos.preset/get_available_slots": _constant({"usage_utc": {}}),
    "pos.session/log_partner_message": _constant(True),
    "pos.order/get_preparation_change": _constant({"last_order_preparation_change": "{}"}),
    # Refused, with a reason
    "pos.order/sync_from_ui": _refuse(
        "Cette vente n'est pas passée par la caisse : rechargez l'écran, puis recommencez."
    ),
    "pos.order/action_pos_order_cancel": _refuse(
        "Un ticket signé ne s'annule pas : faites un remboursement."
    ),
    "pos.order/action_send_receipt": _refuse(
        "Choisissez « e-mail » avant d'encaisser : la caisse l'enverra avec le ticket."
    ),
    "pos.order/search_paid_order_ids": _refuse(
        "Les anciens tickets se rappellent par l'écran « Tickets » de la caisse."
    ),
    "pos.order/action_pos_order_invoice": _refuse(
        "La facture se demande à la caisse : bouton « Facture » du ticket."
    ),
    "pos.order/write": _refuse("Un ticket signé ne se modifie pas."),
    "pos.order/create": _refuse("Un ticket ne se crée qu'en encaissant une vente."),
    "pos.order/unlink": _refuse("Un ticket ne s'efface pas."),
    "pos.session/get_closing_control_data": _refuse(_TILL_MENU),
    "pos.session/close_session_from_ui": _refuse(_TILL_MENU),
    "pos.session/post_closing_cash_details": _refuse(_TILL_MENU),
    "pos.session/update_closing_control_state_session": _refuse(_TILL_MENU),
    "pos.session/set_opening_control": _refuse(_TILL_MENU),
    "pos.session/try_cash_in_out": _refuse(_TILL_MENU),
    "pos.session/get_cash_in_out_list": _refuse(_TILL_MENU),
    "pos.session/delete_opening_control_session": _refuse(_TILL_MENU),
    "pos.session/search_count": _constant(1),  # "was the session deleted?": it cannot be
    "pos.config/load_demo_data": _refuse(_BACK_OFFICE),
    "product.template/create": _refuse(_BACK_OFFICE),
    "product.template/write": _refuse(_BACK_OFFICE),
    "product.template/create_product_variant_from_pos": _refuse(_BACK_OFFICE),
    "product.template/get_product_info_pos": _refuse(
        "Les détails d'un article (marges, stocks) se consultent dans la gestion."
    ),
    "res.partner/create": _refuse(_BACK_OFFICE),
    "res.partner/write": _refuse(_BACK_OFFICE),
    "res.partner/read": _refuse(_BACK_OFFICE),
    "pos.payment.method/get_qr_code": _refuse(
        "Le paiement par QR code demande le serveur : choisissez un autre moyen de paiement."
    ),
    "report/sale_details": _refuse(_TILL_MENU),
}

#: Routes other than ``/web/dataset/call_kw`` that answer JSON-RPC.
ROUTES: dict[str, Row] = {
    "/pos/ping": _constant({"response": "pong"}),
    "/bus/has_missed_notifications": _constant(False),
    "/web/dataset/resequence": _refuse(_BACK_OFFICE),
    "/web/action/load": _refuse(_BACK_OFFICE),
    "/web/action/load_breadcrumbs": _refuse(_BACK_OFFICE),
    "/web/session/get_session_info": _refuse(_BACK_OFFICE),
    "/web/session/modules": _constant([]),
}

UNKNOWN = (
    "Cette action n'existe pas à la caisse. Si vous en avez besoin, faites-la dans la gestion "
    "(back office)."
)

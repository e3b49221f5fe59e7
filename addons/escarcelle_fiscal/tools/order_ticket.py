"""A ``pos.order`` as a ticket of the core. Amounts are computed again from the lines; what the browser
computed must be the same to the cent."""

from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

from odoo.exceptions import UserError

from escarcelle_core import money
from escarcelle_core.documents import (
    CANCELLATION,
    SALE,
    Line,
    Payment,
    Reference,
    Regime,
    Ticket,
)
from escarcelle_core.errors import EscarcelleError
from escarcelle_core.xml import ticket_xml


def build(order, **extra):
    """Ticket of ``order`` (a pos.order), ``extra`` completing or replacing its values.

    Raises UserError when the order says another amount than its lines give, or holds what a ticket
    cannot say (a tax that is not one percentage included in the price).
    """
    origin = _origin(order)
    lines = tuple(_line(line, number, origin) for number, line in enumerate(order.lines, 1))
    total = sum(line.amount for line in lines)
    refund = bool(order.lines.refunded_orderline_id)
    values = {
        "uid": order.uuid,
        "company": order.company_id._escarcelle_identity(),
        "lines": lines,
        "payments": _payments(order),
        "cashier": "",
        "regime": _regime(order),
        "operation": CANCELLATION if total < 0 or (refund and not total) else SALE,
        "origin": origin,
    }
    try:
        ticket = Ticket(**{**values, **extra})
        ticket_xml.check(ticket)
    except EscarcelleError as error:
        raise UserError(str(error)) from error
    _same(order.env._("total"), ticket.total, order.amount_total, order)
    _same(order.env._("VAT"), ticket.tax, order.amount_tax, order)
    return ticket


def degraded(ticket):
    """The same ticket, sold while the server could not be reached."""
    return replace(ticket, degraded=True)


def cents(amount):
    """A float of Odoo, euros, as integer cents; half away from zero."""
    return int((Decimal(str(amount)) * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _same(what, computed, stated, order):
    if computed != cents(stated):
        raise UserError(
            order.env._(
                "The %(what)s of the order is %(stated)s, its lines give %(computed)s. The sale is not"
                " recorded: reload the page and enter it again.",
                what=what, stated=money.euros(cents(stated)), computed=money.euros(computed),
            )
        )  # fmt: skip


def _line(line, number, origin):
    env = line.env
    rate = _rate(line)
    try:
        quantity = money.quantity(_text(line.qty, 3))
        price = money.unit_price(_text(line.price_unit, 4))
        discount = money.percentage(_text(line.discount, 2))
    except EscarcelleError as error:
        raise UserError(str(error)) from error
    amount = money.line_amount(quantity, price, discount)
    label = line.full_product_name or line.product_id.display_name
    _same(env._("amount of « %s »", label), amount, line.price_subtotal_incl, line.order_id)
    product = line.product_id
    category = product.pos_categ_ids[:1] or product.categ_id
    kilogram = env.ref("uom.product_uom_kgm", raise_if_not_found=False)
    return Line(
        uid=line.uuid,
        number=number,
        code=product.default_code or str(product.id),
        label=label,
        quantity=quantity,
        unit_price=price,
        rate=rate,
        amount=amount,
        tax=money.line_tax(amount, rate),
        unit="KG" if product.uom_id == kilogram else "U",
        discount=discount,
        barcode=product.barcode or "",
        category_code=str(category.id or ""),
        category=category.name or "",
        origin=line.refunded_orderline_id.uuid or "",
        origin_ticket=f"{origin.till_number}-{origin.seq}" if origin and line.refunded_orderline_id else "",
        comment=line.customer_note or "",
    )


def _text(value, places):
    """A float of Odoo with its binary noise cut, as text; more decimals than ``places`` stay."""
    text = f"{Decimal(str(value)).normalize():f}"
    rounded = f"{value:.{places}f}"
    return rounded if abs(float(rounded) - value) < 1e-7 else text


def _rate(line):
    taxes = line.tax_ids_after_fiscal_position
    if not taxes:
        return 0
    if len(taxes) > 1 or taxes.amount_type != "percent" or not (taxes.price_include or not taxes.amount):
        raise UserError(
            line.env._(
                "« %s » cannot be sold: a till sells with one VAT rate a good, included in the price."
                " Correct the taxes of the product.",
                line.full_product_name or line.product_id.display_name,
            )
        )
    return int((Decimal(str(taxes.amount)) * 100).to_integral_value(rounding=ROUND_HALF_UP))


def _regime(order):
    position = order.fiscal_position_id
    return Regime(position.escarcelle_sector or "TAXABLE", position.escarcelle_mention or "")


def _payments(order):
    """Payments with the change taken off: what stays in the till."""
    change = sum(cents(payment.amount) for payment in order.payment_ids if payment.is_change)
    payments = []
    for payment in order.payment_ids.filtered(lambda p: not p.is_change).sorted("id"):
        amount, given_back = cents(payment.amount), 0
        if change and payment.payment_method_id.is_cash_count and amount > 0:
            given_back = min(amount, -change)
            change += given_back
        payments.append(_payment(payment, amount - given_back, given_back))
    if change:
        # Change in cash on a payment by other means: cash left the till.
        payments.append(_payment(order.payment_ids.filtered("is_change")[:1], change, 0))
    return tuple(payments)


def _payment(payment, amount, change):
    method = payment.payment_method_id
    return Payment(payment.uuid, method._escarcelle_mode(), method.name, amount, change)


def _origin(order):
    """The ticket this one cancels or refunds."""
    origin = order.refunded_order_id
    signed = origin._escarcelle_signed().get(origin.uuid) if origin else None
    if not signed:
        return None
    number, seq, doc_type = signed[:3]
    back = {line.refunded_orderline_id: -line.qty for line in order.lines}
    whole = back == {line: line.qty for line in origin.lines}
    return Reference(doc_type, number, seq, origin.uuid, whole)

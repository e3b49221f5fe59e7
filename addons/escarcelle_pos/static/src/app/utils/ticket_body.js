/**
 * The one body of a sale (docs/formats.md §5), from an order of the point of sale.
 * Pure: reads the order, changes nothing.
 */
import { cents, fixed } from "@escarcelle_pos/app/utils/money";

/** The till's code of the order's household, null for a passer-by. */
export function householdCode(order) {
    return order.partner_id?.raw?.escarcelle_code || null;
}

/** `{paper, email, overrides, startedAt}` kept beside the order while it is being sold. */
export function saleState(order) {
    return order.uiState.escarcelle;
}

function line(orderLine) {
    return {
        uuid: orderLine.uuid,
        product_id: orderLine.product_id.id,
        quantity: fixed(orderLine.qty, 3),
        unit_price: fixed(orderLine.price_unit, 4),
        discount: fixed(orderLine.discount || 0, 2),
        refunded_line_uuid: orderLine.uiState.escarcelleRefundedUuid || null,
        note: orderLine.customer_note || "",
    };
}

/** Payments as what stays in the till: the change is taken off the cash line. */
export function payments(order) {
    const change = Math.abs(cents(order.change || 0));
    let left = change;
    return order.payment_ids
        .filter((payment) => cents(payment.amount) !== 0)
        .map((payment) => {
            const given = cents(payment.amount);
            const back = payment.payment_method_id.is_cash_count && given > 0 ? left : 0;
            left -= back;
            const voucher = saleState(order).vouchers?.[payment.uuid];
            return {
                uuid: payment.uuid,
                payment_method_id: payment.payment_method_id.id,
                amount: given - back,
                change: back,
                ...(voucher ? { voucher } : {}),
            };
        });
}

/** Returns the body; `training` and `now` (ISO instant) are passed in. */
export function ticketBody(order, { training = false, now }) {
    const state = saleState(order);
    return {
        uuid: order.uuid,
        training,
        paper: state.paper,
        email: state.paper === "email" ? state.email : null,
        household: householdCode(order),
        pricelist_id: order.pricelist_id?.id ?? null,
        fiscal_position_id: order.fiscal_position_id?.id ?? null,
        lines: order.lines.map(line),
        payments: payments(order),
        total: cents(order.priceIncl),
        comment: state.comment || null,
        overrides: state.overrides.map(({ kind, token, reason }) => ({ kind, token, reason })),
        started_at: state.startedAt || now,
    };
}

/** The order of a note: the same body before anything is paid. */
export function noteBody(order, { now }) {
    const { payments: _paid, ...body } = ticketBody(order, { now });
    return { ...body, paper: "none", email: null, overrides: [] };
}

import { cents, fixed } from "@escarcelle_pos/app/utils/money";

/**
 * Makes the order that gives back lines of a past ticket: negative quantities, the price paid, each
 * line naming the one it gives back. Same household, tariff and VAT regime as the sale.
 *
 * @param {Object} pos the store
 * @param {Object} ticket an item of `GET /till/v1/tickets`
 * @param {Object[]} lines its lines with `chosen`, the quantity to give back
 * @param {Object} options
 * @param {boolean} [options.exchange] other goods will be sold in the same ticket
 */
export function startRefund(pos, ticket, lines, { exchange = false } = {}) {
    const models = pos.models;
    const source = ticket.order;
    const order = pos.getEmptyOrder();
    const partner = models["res.partner"].find(
        (one) => source.household && one.raw.escarcelle_code === source.household
    );
    if (partner) {
        order.partner_id = partner;
    }
    // Core lets nothing be sold in a refund; an exchange is a sale that also gives back.
    order.is_refund = !exchange;
    order.pricelist_id = models["product.pricelist"].get(source.pricelist_id) || false;
    order.fiscal_position_id =
        models["account.fiscal.position"].get(source.fiscal_position_id) || false;
    for (const line of lines) {
        const product = models["product.product"].get(line.product_id);
        const created = models["pos.order.line"].create({
            order_id: order,
            product_id: product,
            qty: -line.chosen,
            ...refundPrice(line, ticket.refundable_cents?.[line.uuid]),
            tax_ids: product.product_tmpl_id.taxes_id.map((tax) => ["link", tax]),
            price_type: "manual",
        });
        created.uiState.escarcelleRefundedUuid = line.uuid;
        created.uiState.escarcelleRefundable = Number(ticket.refundable?.[line.uuid] ?? line.chosen);
    }
    pos.setOrder(order);
    if (!exchange) {
        order.setScreenData({ name: "PaymentScreen" });
    }
    return order;
}

/**
 * The price to give back at: the price paid, a little less for the last of several whose amounts were
 * rounded up: 3 × 0,335 € was 1,01 €, not 3 × 0,34 €.
 */
export function refundPrice(line, left) {
    const price = Number(line.unit_price);
    const discount = Number(line.discount || 0);
    const wanted = cents((line.chosen * price * (100 - discount)) / 100);
    if (left === undefined || wanted <= left) {
        return { price_unit: price, discount };
    }
    return { price_unit: Number(fixed(left / 100 / line.chosen, 4)), discount: 0 };
}

/** Sells again the goods that come back, at the price of today: what a wrong price was made for. */
export async function sellAgain(pos, lines) {
    for (const line of lines) {
        const product = pos.models["product.product"].get(line.product_id);
        const values = { product_tmpl_id: product.product_tmpl_id, product_id: product, qty: line.chosen };
        await pos.addLineToCurrentOrder(values, { merge: false });
    }
}

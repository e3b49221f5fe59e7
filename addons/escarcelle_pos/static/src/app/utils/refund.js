/**
 * Makes the order that gives back lines of a past ticket: negative quantities, the price paid, each
 * line naming the one it gives back. Same household, tariff and VAT regime as the sale.
 *
 * @param {Object} pos the store
 * @param {Object} ticket an item of `GET /till/v1/tickets`
 * @param {Object[]} lines its lines with `chosen`, the quantity to give back
 */
export function startRefund(pos, ticket, lines) {
    const models = pos.models;
    const source = ticket.order;
    const order = pos.getEmptyOrder();
    const partner = models["res.partner"].find(
        (one) => source.household && one.raw.escarcelle_code === source.household
    );
    if (partner) {
        order.partner_id = partner;
    }
    order.is_refund = true;
    order.pricelist_id = models["product.pricelist"].get(source.pricelist_id) || false;
    order.fiscal_position_id =
        models["account.fiscal.position"].get(source.fiscal_position_id) || false;
    for (const line of lines) {
        const product = models["product.product"].get(line.product_id);
        const created = models["pos.order.line"].create({
            order_id: order,
            product_id: product,
            qty: -line.chosen,
            price_unit: Number(line.unit_price),
            discount: Number(line.discount || 0),
            tax_ids: product.product_tmpl_id.taxes_id.map((tax) => ["link", tax]),
            price_type: "manual",
        });
        created.uiState.escarcelleRefundedUuid = line.uuid;
    }
    pos.setOrder(order);
    order.setScreenData({ name: "PaymentScreen" });
    return order;
}

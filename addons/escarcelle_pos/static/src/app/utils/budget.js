/**
 * What a basket takes off a budget, before the till says it: the same count as `escarcelle_core.budget.counted`.
 * The till decides; this only shows.
 */
import { cents, fixed } from "@escarcelle_pos/app/utils/money";

/** A line of an order as `counted` looks at it; prices in euros. */
export function basketLine(line) {
    const product = line.product_id;
    return {
        product: product.id,
        quantity: line.qty,
        price: line.price_unit,
        paid: line.priceIncl,
        reference: product.lst_price,
        publicPrice: product.product_tmpl_id.getPrice(false, 1, 0, false, product),
    };
}

/**
 * @param {Object} budget of the till's answer about a household
 * @param {{product, quantity, price, paid, reference, publicPrice}[]} lines
 * @returns {number} cents
 */
export function counted(budget, lines) {
    return lines
        .filter((line) => !(budget.free || []).includes(line.product))
        .filter((line) => !budget.public || fixed(line.price, 4) !== fixed(line.publicPrice, 4))
        .reduce(
            (sum, line) => sum + cents(budget.basis === "shelf" ? line.quantity * line.reference : line.paid),
            0
        );
}

/**
 * The price of a good for a household: the same calculation as `escarcelle_core.tariffs`, on numbers.
 *
 * Odoo computes with floats; the last step brings the result back to exact units of 1e-8 euro (a list
 * price has at most four decimals and a rate two), so that halves fall on the same side as in the till.
 * No import of Odoo here: this file is also run by itself, against the Python module.
 */

const UNITS = 1e8;

function roundedUnits(value) {
    return Math.sign(value) * Math.round(Math.abs(value) * UNITS);
}

/** The multiple of `step` nearest to `value`, halves away from zero. */
export function roundToStep(value, step) {
    const units = Math.abs(roundedUnits(value));
    const stepUnits = Math.round(step * UNITS);
    const rest = units % stepUnits;
    const nearest = units - rest + (rest * 2 >= stepUnits ? stepUnits : 0);
    return (Math.sign(value) * nearest) / UNITS;
}

/**
 * Tariff rounding: to the step, at least `minimum`; what is free stays free. A price that no rule made
 * keeps its four decimals, unless the tariff rounds to more than the cent.
 */
export function tariffRound(value, step, minimum, ruled = true) {
    if (roundedUnits(value) === 0) {
        return 0;
    }
    return Math.max(roundToStep(value, !ruled && step === 0.01 ? 0.0001 : step), minimum);
}

/**
 * What the payer of a good allows (`escarcelle_core.funding`): `price` on the nearest multiple of `step`
 * between two parts of the reference price; the highest wins when none lies between.
 *
 * @param {string|false} bounds percents, "10.00;30.00"; false: anything
 */
export function sourceBound(price, reference, bounds, step) {
    if (!bounds) {
        return price;
    }
    // A reference price in 1e-4 euro times a percent in 1e-2 is in units: nothing is lost.
    const ref = Math.round(reference * 1e4);
    const [low, high] = bounds.split(";").map((percent) => ref * Math.round(Number(percent) * 100));
    const stepUnits = Math.round(step * UNITS);
    let units = roundedUnits(price);
    if (units < low) {
        units = low + ((stepUnits - (low % stepUnits)) % stepUnits);
    }
    if (units > high) {
        units = high - (high % stepUnits);
    }
    return units === roundedUnits(price) ? price : units / UNITS;
}

/** May a rule be applied now? Both ends included; a rule without dates always may. */
export function isRuleCurrent(rule, now) {
    return (!rule.date_start || rule.date_start <= now) && (!rule.date_end || now <= rule.date_end);
}

/** Price by a rule, from the price it starts with (reference price, cost, or another tariff's). */
export function applyRule(rule, base) {
    if (rule.compute_price === "fixed") {
        return rule.fixed_price;
    }
    if (rule.compute_price === "percentage") {
        return base - base * (rule.percent_price / 100);
    }
    let price = base - base * (rule.price_discount / 100);
    if (rule.price_round) {
        price = roundToStep(price, rule.price_round);
    }
    price += rule.price_surcharge || 0;
    if (rule.price_min_margin) {
        price = Math.max(price, base + rule.price_min_margin);
    }
    if (rule.price_max_margin) {
        price = Math.min(price, base + rule.price_max_margin);
    }
    return price;
}

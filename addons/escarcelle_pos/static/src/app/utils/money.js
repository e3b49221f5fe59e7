/**
 * Amounts as the till wants them: integer cents, decimals as strings. One rounding, half away from
 * zero, the same as `escarcelle_core.money`. No Odoo import: it is tested alone.
 */

/** Decimal digits of a finite number, without exponent: 1e-7 -> "0.0000001". */
function plain(number) {
    const text = String(number);
    if (!/e/i.test(text)) {
        return text;
    }
    return number.toFixed(20).replace(/\.?0+$/, "");
}

/**
 * `number` with exactly `digits` decimals, half away from zero on its *decimal* writing:
 * fixed(1.005, 2) is "1.01" although the double is a little less.
 */
export function fixed(number, digits) {
    if (!Number.isFinite(number)) {
        throw new RangeError("not a finite amount");
    }
    const negative = number < 0;
    const [whole, fraction = ""] = plain(Math.abs(clean(number))).split(".");
    const kept = BigInt(whole + fraction.slice(0, digits).padEnd(digits, "0"));
    const up = (fraction[digits] || "0") >= "5" ? 1n : 0n;
    const text = String(kept + up).padStart(digits + 1, "0");
    const body = digits ? `${text.slice(0, -digits)}.${text.slice(-digits)}` : text;
    return negative && (kept + up) !== 0n ? `-${body}` : body;
}

/** Removes what binary arithmetic added beyond the 12th significant digit: 0.1+0.2 -> 0.3. */
function clean(number) {
    return Number(number.toPrecision(14));
}

/** Euros (a number) to integer cents. */
export function cents(euros) {
    return Number(fixed(euros, 2).replace(".", ""));
}

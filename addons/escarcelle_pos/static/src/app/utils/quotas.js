/**
 * What a household may still take, as the cashier sees it. The till decides; this only shows.
 */
import { formatFloat } from "@web/core/utils/numbers";

const MILLI = 1000; // quantities have three decimals

/**
 * @param {Object[]} quotas of the till's answer about a household
 * @param {Object[]} lines of the order in progress
 * @returns {{id, name, left, touched, shown}[]} what the basket touches first, then what is used up
 */
export function standing(quotas, lines) {
    return quotas
        .map((quota) => {
            const counted = lines.reduce((sum, line) => {
                const weight = Number(quota.goods[line.product_id?.id] || 0);
                return sum + Math.round(line.qty * weight * MILLI);
            }, 0);
            const left = (Math.round(Number(quota.left) * MILLI) - counted) / MILLI;
            const touched = lines.some((line) => String(line.product_id?.id) in quota.goods);
            return { id: quota.id, name: quota.name, left, touched, shown: number(left, quota.unit) };
        })
        .sort((a, b) => b.touched - a.touched || (b.left <= 0) - (a.left <= 0));
}

function number(value, unit) {
    const text = formatFloat(value, { digits: [16, 3], trailingZeros: false });
    return unit ? `${text} ${unit}` : text;
}

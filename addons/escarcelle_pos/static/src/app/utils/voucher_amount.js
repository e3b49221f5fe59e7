/**
 * How much a voucher pays, in cents. The till refuses more (``till_proxy/voucher_check.py``): what the screen
 * proposes is what it accepts.
 */

/**
 * Cents a voucher of `kind` pays: no more than is due, than its value, than what it may pay for. Negative:
 * given back.
 *
 * @param {{value: number|null, share: string|null, excluded_category_ids: number[]}} kind
 * @param {{value: number|null}} voucher
 * @param {number} due cents
 * @param {{category: number, amount: number}[]} lines of the ticket, cents
 * @param {number} paid cents paid already by vouchers of this kind
 */
export function voucherAmount(kind, voucher, due, lines, paid = 0) {
    if (due < 0) {
        return due;
    }
    const excluded = new Set(kind.excluded_category_ids);
    let room = 0;
    for (const line of lines) {
        room += excluded.has(line.category) ? 0 : line.amount;
    }
    room = Math.max(0, room);
    if (kind.share !== null) {
        room = Math.floor((room * Math.round(kind.share * 100) + 5000) / 10000);
    }
    return Math.max(0, Math.min(due, room - paid, kind.value ?? voucher.value ?? due));
}

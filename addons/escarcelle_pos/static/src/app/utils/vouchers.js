/**
 * Vouchers at the screen: what to ask for, and how much one pays. The till checks again.
 */
import { makeAwaitable } from "@point_of_sale/app/utils/make_awaitable_dialog";
import { VoucherPopup } from "@escarcelle_pos/app/components/popups/voucher_popup/voucher_popup";

/** `{number, value}` of a voucher, null when the cashier gave up; a part of the ticket asks nothing. */
export async function askVoucher(dialog, kind, due) {
    const asksValue = kind.share === null && kind.value === null && due > 0;
    if (!kind.numbered && !asksValue) {
        return { number: null, value: null };
    }
    return (await makeAwaitable(dialog, VoucherPopup, { kind, asksValue })) || null;
}

/** Cents it pays: no more than is due, than its value, than its part of `total`. Negative: given back. */
export function voucherAmount(kind, voucher, due, total) {
    if (due < 0) {
        return due;
    }
    const part = kind.share === null ? due : Math.floor((total * Math.round(kind.share * 100) + 5000) / 10000);
    return Math.min(due, part, kind.value ?? voucher.value ?? due);
}

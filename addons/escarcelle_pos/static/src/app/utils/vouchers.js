/**
 * Vouchers at the screen: what to ask for. The till checks again.
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

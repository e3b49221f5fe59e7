/**
 * What the cashier reads when a sale did not go through.
 */
import { _t } from "@web/core/l10n/translation";

/**
 * What a card terminal has already taken for the order.
 * @returns {{amount: string, sure: boolean}|null} `sure` when a connected terminal confirmed it
 */
export function charged(order, pos) {
    const cards = order.payment_ids.filter(
        (payment) => payment.payment_method_id.type === "bank" && payment.amount > 0
    );
    if (!cards.length) {
        return null;
    }
    const total = cards.reduce((sum, payment) => sum + payment.amount, 0);
    return {
        amount: pos.env.utils.formatCurrency(total),
        sure: cards.some((payment) => payment.getPaymentStatus?.() === "done"),
    };
}

function card(taken) {
    if (!taken) {
        return "";
    }
    if (taken.sure) {
        return (
            "\n\n" +
            _t(
                "The card payment of %s WAS TAKEN. Do not take it again: correct the ticket and validate again, or cancel this payment on the terminal.",
                taken.amount
            )
        );
    }
    return (
        "\n\n" +
        _t(
            "If the card was already debited of %s, do not take it twice: correct the ticket and validate again, or cancel the payment on the terminal.",
            taken.amount
        )
    );
}

/** The till said no, and did nothing. */
export function refusalText(error, taken) {
    return error.message + card(taken);
}

/** Nobody knows yet whether the ticket was signed. */
export function uncertainText(error, taken) {
    const next = _t(
        "The ticket stays on the screen. Press “Validate” again: the till finds the sale if it is already recorded, nothing is counted twice."
    );
    return `${error.message}\n\n${next}${card(taken)}`;
}

import { _t } from "@web/core/l10n/translation";
import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { serializeDateTime } from "@web/core/l10n/dates";
import { patch } from "@web/core/utils/patch";
import { ask } from "@point_of_sale/app/utils/make_awaitable_dialog";
import OrderPaymentValidation from "@point_of_sale/app/utils/order_payment_validation";
import { tillMode } from "@escarcelle_pos/app/utils/till_mode";
import { cents } from "@escarcelle_pos/app/utils/money";
import { ticketBody, saleState } from "@escarcelle_pos/app/utils/ticket_body";
import { charged, refusalText, uncertainText } from "@escarcelle_pos/app/utils/refusals";

const OVERRIDES = 3;

/**
 * Till mode: validating is one call to the till program, which checks, signs, stores, then prints and
 * opens the drawer. Until it answers 200 the order stays where it is; after, nothing undoes it.
 */
if (tillMode) {
    patch(OrderPaymentValidation.prototype, {
        get nextPage() {
            return { page: "ReceiptScreen", params: { orderUuid: this.order.uuid } };
        },

        shouldDownloadInvoice() {
            return false;
        },

        async isOrderValid(isForceValidate) {
            if (!this.order.lines.length) {
                this.pos.dialog.add(AlertDialog, {
                    title: _t("Empty ticket"),
                    body: _t("There is nothing on this ticket: scan something, or take another one."),
                });
                return false;
            }
            if (!(await super.isOrderValid(isForceValidate))) {
                return false;
            }
            const change = cents(this.order.change || 0);
            const inCash = this.order.payment_ids.some(
                (line) => line.payment_method_id.is_cash_count && line.amount !== 0
            );
            if (change !== 0 && !inCash) {
                this.pos.dialog.add(AlertDialog, {
                    title: _t("Amount too high"),
                    body: _t(
                        "The amount is above the total and nothing is paid in cash: change is only given on cash. Correct the amount."
                    ),
                });
                return false;
            }
            return true;
        },

        /** Core shows the next screen whatever happened; here only a signed ticket does. */
        async shouldHideValidationBehindFeedbackScreen() {
            let sold = false;
            this.pos.env.services.ui.block();
            try {
                sold = await this.finalizeValidation();
            } finally {
                this.pos.env.services.ui.unblock();
            }
            if (sold) {
                this.pos.navigate(this.nextPage.page, this.nextPage.params);
            } else if (this.pos.router.state.current === "ProductScreen") {
                // Fast payment: what was refused is looked at on the payment screen.
                this.pos.navigate("PaymentScreen", { orderUuid: this.order.uuid });
            }
        },

        async finalizeValidation() {
            const order = this.order;
            const state = saleState(order);
            const now = new Date().toISOString().slice(0, 19) + "Z";
            state.startedAt ||= now;
            for (let tries = 0; tries <= OVERRIDES; tries++) {
                try {
                    return this.escarcelleDone(await this.escarcelleSign(order, now));
                } catch (error) {
                    if (!(await this.escarcelleMayRetry(error, tries))) {
                        return this.handleValidationError(error);
                    }
                }
            }
            return false;
        },

        /** One attempt. What an earlier attempt may have signed is asked first. */
        async escarcelleSign(order, now) {
            const till = this.pos.escarcelle;
            const state = saleState(order);
            if (state.pending) {
                const signed = await till.ticket(order.uuid);
                if (signed) {
                    return { ...signed, replayed: true };
                }
                state.pending = false;
            }
            const body = ticketBody(order, { training: till.training, now });
            try {
                state.pending = true;
                const answer = await till.sell(body);
                state.pending = false;
                return answer;
            } catch (error) {
                if (error.certain) {
                    state.pending = false;
                }
                throw error;
            }
        },

        /** A manager present can lift the refusal: ask, and try again. */
        async escarcelleMayRetry(error, tries) {
            if (error.certain && error.details?.public?.length) {
                return this.escarcelleAtPublicPrice(error);
            }
            const what = error.details?.override;
            if (!error.certain || !what || tries === OVERRIDES) {
                return false;
            }
            this.pos.env.services.ui.unblock();
            try {
                const told = refusalText(error, charged(this.order, this.pos));
                const proof = await this.pos.escarcelleOverride(what, told);
                if (!proof) {
                    error.told = true;
                    return false;
                }
                const state = saleState(this.order);
                state.overrides = [...state.overrides.filter((o) => o.kind !== what), proof];
                return true;
            } finally {
                this.pos.env.services.ui.block();
            }
        },

        /**
         * The shop sells what is beyond a budget at the public price: the till says which lines. The total
         * changes, so the cashier looks at it and takes the difference; refused, the basket is lightened.
         */
        async escarcelleAtPublicPrice(error) {
            const lines = error.details.public
                .map(({ uuid, price }) => [this.order.lines.find((one) => one.uuid === uuid), price])
                .filter(([line]) => line);
            this.pos.env.services.ui.unblock();
            try {
                const agreed = await ask(this.pos.dialog, {
                    title: _t("Beyond the budget"),
                    body: [error.message, ...lines.map((one) => this.escarcelleDearer(...one))].join("\n\n"),
                    confirmLabel: _t("Public price"),
                    cancelLabel: _t("Back to the ticket"),
                });
                error.told = true;
                for (const [line, price] of agreed ? lines : []) {
                    line.setUnitPrice(Number(price));
                    line.price_type = "manual";
                }
            } finally {
                this.pos.env.services.ui.block();
            }
            return false;
        },

        /** « Couches : 6,40 € → 63,20 € » : what a line costs, and would cost at `price`. */
        escarcelleDearer(line, price) {
            const money = this.pos.env.utils.formatCurrency;
            const after = cents(line.qty * Number(price) * (1 - (line.discount || 0) / 100)) / 100;
            return `${line.getFullProductName()} : ${money(line.priceIncl)} → ${money(after)}`;
        },

        escarcelleDone(answer) {
            const order = this.order;
            const state = saleState(order);
            state.ticket = answer;
            this.pos.escarcelle.sold.add(order.uuid);
            if (state.household && answer.budget_left !== undefined && state.household.budget) {
                state.household.budget = { ...state.household.budget, left: answer.budget_left };
            }
            order.date_order = serializeDateTime(luxon.DateTime.now());
            order.state = "paid";
            order.nb_print = answer.print_rank || 0;
            this.pos.clearPendingOrder();
            return true;
        },

        /** The order stays a draft, its payments stay: the cashier corrects or tries again. */
        handleValidationError(error) {
            if (error.name !== "TillError") {
                throw error;
            }
            if (error.code === "cashier_required") {
                this.pos.escarcelleTell(error, _t("Identification"));
                return false;
            }
            if (!error.told) {
                const text = error.certain ? refusalText : uncertainText;
                this.pos.dialog.add(AlertDialog, {
                    title: error.certain ? _t("Sale refused") : _t("The till did not answer"),
                    body: text(error, charged(this.order, this.pos)),
                });
            }
            return false;
        },
    });
}

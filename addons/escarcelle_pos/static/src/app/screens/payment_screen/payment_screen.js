import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";
import { PaymentScreen } from "@point_of_sale/app/screens/payment_screen/payment_screen";
import { TextInputPopup } from "@point_of_sale/app/components/popups/text_input_popup/text_input_popup";
import { makeAwaitable } from "@point_of_sale/app/utils/make_awaitable_dialog";
import { isValidEmail } from "@point_of_sale/utils";
import { tillMode } from "@escarcelle_pos/app/utils/till_mode";
import { useBarcodeReader } from "@point_of_sale/app/hooks/barcode_reader_hook";
import { cents } from "@escarcelle_pos/app/utils/money";
import { voucherAmount } from "@escarcelle_pos/app/utils/voucher_amount";
import { askVoucher } from "@escarcelle_pos/app/utils/vouchers";
import { HouseholdBanner } from "@escarcelle_pos/app/components/household/household_banner";

// Named in the extended template, whatever the mode.
PaymentScreen.components = { ...PaymentScreen.components, HouseholdBanner };

if (tillMode) {
    patch(PaymentScreen.prototype, {
        setup() {
            super.setup(...arguments);
            useBarcodeReader({ client: this.escarcelleScanCard });
        },

        /** A voucher: its number, its value; never more than what is due, for it gives no change. */
        async addNewPaymentLine(paymentMethod) {
            if (paymentMethod.type === "cash") {
                return super.addNewPaymentLine(paymentMethod);
            }
            let kind;
            try {
                const kinds = await this.pos.escarcelle.vouchers();
                kind = kinds.find((one) => one.method_id === paymentMethod.id);
            } catch (error) {
                this.pos.escarcelleTell(error, _t("Voucher"));
                return false;
            }
            if (!kind) {
                return super.addNewPaymentLine(paymentMethod);
            }
            const order = this.currentOrder;
            const due = cents(order.remainingDue);
            const lines = order.lines.map((line) => ({
                category: line.product_id.product_tmpl_id.categ_id?.id || 0,
                amount: cents(line.priceIncl),
            }));
            const paid = order.payment_ids
                .filter((one) => one.payment_method_id.id === paymentMethod.id)
                .reduce((sum, one) => sum + cents(one.amount), 0);
            if (due > 0 && !voucherAmount(kind, { value: null }, due, lines, paid)) {
                this.notification.add(_t("“%s” pays for none of these goods.", kind.name), {
                    type: "warning",
                });
                return false;
            }
            const voucher = await askVoucher(this.dialog, kind, due);
            if (!voucher || !(await super.addNewPaymentLine(paymentMethod))) {
                return false;
            }
            const line = order.getSelectedPaymentline();
            line.setAmount(voucherAmount(kind, voucher, due, lines, paid) / 100);
            this.numberBuffer.set(line.amount.toString());
            order.uiState.escarcelle.vouchers[line.uuid] = voucher;
            return true;
        },

        /** The card that was forgotten until the payment, as long as nothing is paid. */
        async escarcelleScanCard(code) {
            if (!this.paymentLines.length && !this.currentOrder.getHasRefundLines()) {
                await this.pos.escarcelleSetHousehold(code.code);
            }
        },

        get paperChoices() {
            const choices = [
                { value: "none", icon: "fa-leaf", label: _t("No ticket") },
                { value: "paper", icon: "fa-print", label: _t("Paper") },
                { value: "email", icon: "fa-envelope-o", label: _t("E-mail") },
            ];
            // What school signs is sent to nobody.
            return choices.filter((one) => one.value !== "email" || !this.pos.escarcelle.training);
        },

        get paper() {
            return this.currentOrder.uiState.escarcelle.paper;
        },

        /** Asked before validating, as the law wants; nobody has to press anything for "none". */
        async choosePaper(value) {
            const state = this.currentOrder.uiState.escarcelle;
            if (value !== "email") {
                state.paper = value;
                return;
            }
            const email = await makeAwaitable(this.dialog, TextInputPopup, {
                title: _t("Send the ticket to"),
                placeholder: "nom@exemple.fr",
                startingValue: state.email,
            });
            if (email && isValidEmail(email.trim())) {
                Object.assign(state, { paper: "email", email: email.trim() });
            } else if (email) {
                this.notification.add(_t("This e-mail address is not correct."), {
                    type: "warning",
                });
            }
        },
    });
}

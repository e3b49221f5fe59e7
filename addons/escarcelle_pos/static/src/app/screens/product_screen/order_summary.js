import { _t } from "@web/core/l10n/translation";
import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { patch } from "@web/core/utils/patch";
import { OrderSummary } from "@point_of_sale/app/screens/product_screen/order_summary/order_summary";
import { tillMode } from "@escarcelle_pos/app/utils/till_mode";

if (tillMode) {
    patch(OrderSummary.prototype, {
        /** What comes back was sold at that price: by the screen's keypad or a keyboard, only its quantity
         * is typed. */
        async updateSelectedOrderline({ buffer, key }) {
            const line = this.pos.getOrder()?.getSelectedOrderline();
            const returned = line?.uiState.escarcelleRefundedUuid;
            if (returned && this.pos.numpadMode !== "quantity" && key !== "Backspace") {
                this.numberBuffer.reset();
                this.dialog.add(AlertDialog, {
                    title: _t("Returned goods"),
                    body: _t("This line gives back goods at the price they were sold at: only its quantity can change."),
                });
                return;
            }
            return super.updateSelectedOrderline(...arguments);
        },
    });
}

import { _t } from "@web/core/l10n/translation";
import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { patch } from "@web/core/utils/patch";
import { ProductScreen } from "@point_of_sale/app/screens/product_screen/product_screen";
import { tillMode } from "@escarcelle_pos/app/utils/till_mode";
import { HouseholdBanner } from "@escarcelle_pos/app/components/household/household_banner";

// Named in the extended template, whatever the mode.
ProductScreen.components = { ...ProductScreen.components, HouseholdBanner };

if (tillMode) {
    patch(ProductScreen.prototype, {
        /** What comes back was sold at that price, that quantity was chosen: only the rest is typed. */
        onNumpadClick(buttonValue) {
            const line = this.currentOrder?.getSelectedOrderline();
            const modes = ["quantity", "discount", "price", "Backspace"];
            if (line?.uiState.escarcelleRefundedUuid && !modes.includes(buttonValue)) {
                this.dialog.add(AlertDialog, {
                    title: _t("Returned goods"),
                    body: _t("This line gives back what was sold: delete it, or choose it again on the ticket."),
                });
                return;
            }
            return super.onNumpadClick(buttonValue);
        },

        /** A card: the till says whose, with which tariff and what is left to spend. */
        async _barcodePartnerAction(code) {
            const order = this.currentOrder;
            if (order.getHasRefundLines() || order.payment_ids.length) {
                this.sound.play("error");
                return;
            }
            const done = await this.pos.escarcelleSetHousehold(code.code);
            this.sound.play(done ? "beep" : "error");
        },

        /** All goods are here: what is not found does not exist, no server is asked. */
        async _getProductByBarcode(code) {
            return (
                this.pos.models["product.product"].getBy("barcode", code.base_code) ||
                this.pos.models["product.uom"].getBy("barcode", code.base_code)?.product_id
            );
        },

        async loadProductFromDB() {
            return [];
        },
    });
}

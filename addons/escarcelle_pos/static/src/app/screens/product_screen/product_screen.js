import { patch } from "@web/core/utils/patch";
import { ProductScreen } from "@point_of_sale/app/screens/product_screen/product_screen";
import { tillMode } from "@escarcelle_pos/app/utils/till_mode";
import { HouseholdBanner } from "@escarcelle_pos/app/components/household/household_banner";

// Named in the extended template, whatever the mode.
ProductScreen.components = { ...ProductScreen.components, HouseholdBanner };

if (tillMode) {
    patch(ProductScreen.prototype, {
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

        /** A code nobody knew sells its good as soon as somebody says which. A pack counts its units. */
        async _barcodeProductAction(code) {
            if (await this._getProductByBarcode(code)) {
                return super._barcodeProductAction(code);
            }
            this.sound.play("error");
            const found = await this.pos.escarcelleUnknownBarcode(code.base_code || code.code);
            if (!found) {
                return;
            }
            const { product, count } = found;
            const values = { product_id: product, product_tmpl_id: product.product_tmpl_id };
            if (count > 1) {
                values.qty = count;
            }
            await this.pos.addLineToCurrentOrder(values, { code }, product.needToConfigure());
            this.numberBuffer.reset();
        },

        async loadProductFromDB() {
            return [];
        },
    });
}

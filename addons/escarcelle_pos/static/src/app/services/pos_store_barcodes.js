import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";
import { PosStore } from "@point_of_sale/app/services/pos_store";
import { makeAwaitable } from "@point_of_sale/app/utils/make_awaitable_dialog";
import { AttachPopup } from "@escarcelle_pos/app/components/popups/attach_popup/attach_popup";
import { tillMode } from "@escarcelle_pos/app/utils/till_mode";

/** Till mode: barcodes the page was not loaded with. The till knows those attached since. */
if (tillMode) {
    patch(PosStore.prototype, {
        /**
         * The good of a code this page does not know: `{product, count}`, or null when it is not sold.
         * Nobody knows it either: the cashier says which good it is.
         */
        async escarcelleUnknownBarcode(code) {
            try {
                return this.escarcelleAttached(await this.escarcelle.barcode(code));
            } catch (error) {
                if (error.code !== "not_found") {
                    this.escarcelleTell(error, _t("Barcode"));
                    return null;
                }
            }
            if (this.escarcelle.training) {
                this.escarcelleNotHere(_t("Unknown barcode: %s", code));
                return null;
            }
            const chosen = await makeAwaitable(this.dialog, AttachPopup, {
                barcode: code,
                products: this.escarcelleGoods(),
                recent: this.escarcelleRecentGoods(),
                attach: async (product, count) =>
                    this.escarcelleAttached(await this.escarcelle.attach(code, product.id, count)),
            });
            return chosen || null;
        },

        /** The till's answer as a good of this page. */
        escarcelleAttached({ product_id, count }) {
            const product = this.models["product.product"].get(product_id);
            if (!product) {
                this.escarcelleNotHere(_t("This good was added meanwhile: reload the screen (F5)."));
                return null;
            }
            return { product, count };
        },

        escarcelleGoods() {
            const special = this.config._pos_special_products_ids || [];
            return this.models["product.product"]
                .filter((one) => !special.includes(one.product_tmpl_id?.id))
                .sort((a, b) => a.display_name.localeCompare(b.display_name));
        },

        /** Goods of the order in progress, the last one first. */
        escarcelleRecentGoods() {
            return (this.getOrder()?.lines || []).map((line) => line.product_id).reverse();
        },
    });
}

import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { browser } from "@web/core/browser/browser";
import { patch } from "@web/core/utils/patch";
import { PosStore } from "@point_of_sale/app/services/pos_store";
import { tillMode } from "@escarcelle_pos/app/utils/till_mode";

const FORGET_AFTER = 2000;

/** Till mode: the till is the only one to keep orders; the page sends none of them anywhere else. */
if (tillMode) {
    patch(PosStore.prototype, {
        async syncAllOrders() {
            this.clearPendingOrder();
            return [];
        },

        async deleteOrders(orders) {
            for (const order of orders) {
                if (!order || !(await this._onBeforeDeleteOrder(order))) {
                    return false;
                }
            }
            for (const order of orders) {
                this.data.localDeleteCascade(order);
            }
            return true;
        },

        removeOrder(order) {
            return this.data.localDeleteCascade(order);
        },

        /** A payment that may have been taken is not thrown away with its order. */
        async _onBeforeDeleteOrder(order) {
            if (order.uiState.escarcelle.pending || escarcelleCharged(order).length) {
                this.dialog.add(AlertDialog, {
                    title: _t("Payment in progress"),
                    body: _t(
                        "A payment was taken or asked for this ticket. Validate it, or cancel the payment on the terminal first."
                    ),
                });
                return false;
            }
            return super._onBeforeDeleteOrder(order);
        },

        orderDone(order) {
            super.orderDone(order);
            // The till has the ticket; the page need not remember what anyone bought.
            browser.setTimeout(() => {
                if (order.finalized && this.models["pos.order"].getBy("uuid", order.uuid)) {
                    this.data.localDeleteCascade(order);
                }
            }, FORGET_AFTER);
        },

        clickSaveOrder() {
            this.escarcellePark();
        },

        /** From a side screen back to the sale in progress, or to a new one. */
        escarcelleBackToSale() {
            const current = this.getOrder();
            const order = current && !current.finalized ? current : this.getEmptyOrder();
            this.setOrder(order);
            this.navigate("ProductScreen", { orderUuid: order.uuid });
        },

        /** Leaves the order in progress aside (it is parked in the till already) for a new one. */
        escarcellePark() {
            this.notification.add(_t("Ticket put aside."), { type: "success" });
            const order = this.getEmptyOrder();
            this.setOrder(order);
            this.navigate("ProductScreen", { orderUuid: order.uuid });
        },
    });
}

/** Card payments a terminal has confirmed. */
function escarcelleCharged(order) {
    return order.payment_ids.filter((payment) => payment.getPaymentStatus() === "done");
}

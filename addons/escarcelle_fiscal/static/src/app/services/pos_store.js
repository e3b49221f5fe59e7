import { PosStore } from "@point_of_sale/app/services/pos_store";
import { _t } from "@web/core/l10n/translation";
import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { patch } from "@web/core/utils/patch";

patch(PosStore.prototype, {
    /** Tells the server which of these orders already left with a provisional paper. */
    getSyncAllOrdersContext(orders, options = {}) {
        return {
            ...super.getSyncAllOrdersContext(...arguments),
            escarcelle_provisional: orders
                .filter((order) => order.uiState.escarcelleProvisional)
                .map((order) => order.uuid),
        };
    },

    /** A tablet in training mode: what is validated is signed as school and leaves no order. */
    get isSchool() {
        return this.config.escarcelle_signer === "server" && this.config.escarcelle_training;
    },

    /** A print asked for after the sale is a copy: the server signs it first, the paper says so. */
    async printReceipt(options = {}) {
        const order = options.order || this.getOrder();
        const first = !order?.nb_print && this.router.state.current !== "TicketScreen";
        const signed = order?.isServerSigned && order.finalized && !options.printBillActionTriggered;
        if (!signed || first) {
            return super.printReceipt(...arguments);
        }
        try {
            const args = [[order.id], Boolean(order.nb_print)];
            const copy = await this.data.call("pos.order", "escarcelle_copy", args);
            order.uiState.escarcelleCopy = copy.mention;
            return await super.printReceipt(...arguments);
        } catch (error) {
            this.escarcelleRefused(_t("Duplicate"), error);
            return false;
        } finally {
            order.uiState.escarcelleCopy = "";
        }
    },

    async escarcelleTrain(on) {
        if (this.getOrder()?.lines.length) {
            this.notification.add(_t("Finish or put aside the current ticket first."), {
                type: "warning",
            });
            return;
        }
        try {
            const args = [[this.config.id], on];
            this.config.escarcelle_training = await this.data.call("pos.config", "escarcelle_train", args);
        } catch (error) {
            this.escarcelleRefused(_t("Training mode"), error);
        }
    },

    /** The school ticket is signed: nothing of its order stays, here or on the server. */
    async escarcelleSchoolDone(order, answer) {
        this.dialog.add(AlertDialog, { title: _t("Training mode"), body: answer.mention });
        this.removePendingOrder(order);
        if (order.isSynced) {
            await this.deleteOrders([order]);
        } else {
            this.data.localDeleteCascade(order);
        }
        const next = this.addNewOrder();
        this.navigate("ProductScreen", { orderUuid: next.uuid });
    },

    escarcelleRefused(title, error) {
        const body = error.data?.message || _t("The server cannot be reached: try again in a moment.");
        this.dialog.add(AlertDialog, { title, body });
    },
});

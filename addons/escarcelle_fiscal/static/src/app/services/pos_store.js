import { PosStore } from "@point_of_sale/app/services/pos_store";
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
});

import OrderPaymentValidation from "@point_of_sale/app/utils/order_payment_validation";
import { ConnectionLostError } from "@web/core/network/rpc";
import { patch } from "@web/core/utils/patch";

patch(OrderPaymentValidation.prototype, {
    /** Without the server core goes on to the receipt: the order is marked, its ticket signed late. */
    handleValidationError(error) {
        if (error instanceof ConnectionLostError && this.order.isServerSigned) {
            this.order.uiState.escarcelleProvisional = true;
        }
        return super.handleValidationError(...arguments);
    },
});

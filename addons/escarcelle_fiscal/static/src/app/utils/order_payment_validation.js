import OrderPaymentValidation from "@point_of_sale/app/utils/order_payment_validation";
import { _t } from "@web/core/l10n/translation";
import { serializeDateTime } from "@web/core/l10n/dates";
import { ConnectionLostError } from "@web/core/network/rpc";
import { patch } from "@web/core/utils/patch";

patch(OrderPaymentValidation.prototype, {
    /** Training mode: signed apart, and nothing is sold. A refused one stays on the payment screen. */
    async shouldHideValidationBehindFeedbackScreen() {
        if (!this.pos.isSchool) {
            return super.shouldHideValidationBehindFeedbackScreen(...arguments);
        }
        const { order, pos } = this;
        order.date_order = serializeDateTime(luxon.DateTime.now());
        order.state = "paid";
        pos.env.services.ui.block();
        let answer;
        try {
            await pos.preSyncAllOrders([order]); // its totals, as for a sale
            answer = await pos.data.call("pos.order", "escarcelle_school", [[order.serializeForORM()]]);
        } catch (error) {
            order.state = "draft";
            pos.escarcelleRefused(_t("Training mode"), error);
            return;
        } finally {
            pos.env.services.ui.unblock();
        }
        await pos.escarcelleSchoolDone(order, answer);
    },

    /** Without the server core goes on to the receipt: the order is marked, its ticket signed late. */
    handleValidationError(error) {
        if (error instanceof ConnectionLostError && this.order.isServerSigned) {
            this.order.uiState.escarcelleProvisional = true;
        }
        return super.handleValidationError(...arguments);
    },
});

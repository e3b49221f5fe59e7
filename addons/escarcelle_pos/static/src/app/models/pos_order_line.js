import { patch } from "@web/core/utils/patch";
import { PosOrderline } from "@point_of_sale/app/models/pos_order_line";
import { tillMode } from "@escarcelle_pos/app/utils/till_mode";

if (tillMode) {
    patch(PosOrderline.prototype, {
        /** A line that gives back a sold one stays that line. */
        canBeMergedWith(orderline) {
            if (this.uiState.escarcelleRefundedUuid || orderline.uiState?.escarcelleRefundedUuid) {
                return false;
            }
            return super.canBeMergedWith(orderline);
        },
    });
}

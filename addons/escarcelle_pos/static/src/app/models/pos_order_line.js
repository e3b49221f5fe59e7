import { _t } from "@web/core/l10n/translation";
import { parseFloat } from "@web/views/fields/parsers";
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

        /** What comes back is counted below zero, and never more than was sold: the till would refuse. */
        setQuantity(quantity, keepPrice) {
            if (!this.uiState.escarcelleRefundedUuid) {
                return super.setQuantity(quantity, keepPrice);
            }
            const typed = typeof quantity === "number" ? quantity : parseFloat(String(quantity || 0));
            const sold = this.uiState.escarcelleRefundable ?? Math.abs(this.qty);
            if (Math.abs(typed) > sold) {
                return {
                    title: _t("More than was sold"),
                    body: _t("%s at most can still be given back of this line.", sold),
                };
            }
            return super.setQuantity(-Math.abs(typed) || 0, true);
        },
    });
}

import { patch } from "@web/core/utils/patch";
import { ResPartner } from "@point_of_sale/app/models/res_partner";
import { tillMode } from "@escarcelle_pos/app/utils/till_mode";

if (tillMode) {
    patch(ResPartner.prototype, {
        /** A household is found by its code or by « Amina B. ». */
        get searchString() {
            return `${super.searchString} ${this.raw.escarcelle_code || ""}`.trim();
        },
    });
}

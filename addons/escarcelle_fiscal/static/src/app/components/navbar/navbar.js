import { Navbar } from "@point_of_sale/app/components/navbar/navbar";
import { patch } from "@web/core/utils/patch";

patch(Navbar.prototype, {
    /** A point of sale without a till program: the server signs for it. */
    get isTablet() {
        return this.pos.config.escarcelle_signer === "server";
    },

    /** A legal mention (BOI-TVA-DECLA-30-10-30 §150): French, never translated. */
    get schoolSign() {
        return "ÉCOLE – SIMULATION";
    },
});

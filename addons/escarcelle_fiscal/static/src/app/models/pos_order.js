import { PosOrder } from "@point_of_sale/app/models/pos_order";
import { patch } from "@web/core/utils/patch";

patch(PosOrder.prototype, {
    /** The server signs in the order's transaction: the receipt needs its answer. */
    waitForPushOrder() {
        return this.isServerSigned || super.waitForPushOrder(...arguments);
    },

    get isServerSigned() {
        return this.config.escarcelle_signer === "server";
    },

    /**
     * What the paper must say of the signature, line by line. Legal mentions: French, never translated.
     * A till program prints its own paper.
     */
    get fiscalMention() {
        if (this.escarcelle_mention) {
            const copy = this.uiState.escarcelleCopy;
            return copy ? `${copy}\n\n${this.escarcelle_mention}` : this.escarcelle_mention;
        }
        if (this.isServerSigned && this.finalized) {
            return "TICKET PROVISOIRE — MODE DÉGRADÉ\nSigné au retour de la liaison avec le serveur";
        }
        return "";
    },
});

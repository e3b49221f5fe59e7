import { patch } from "@web/core/utils/patch";
import { PosOrder } from "@point_of_sale/app/models/pos_order";
import { tillMode, tillPage } from "@escarcelle_pos/app/utils/till_mode";

if (tillMode) {
    patch(PosOrder.prototype, {
        initState() {
            super.initState();
            this.uiState.escarcelle = freshSale();
        },

        restoreState(uiState) {
            super.restoreState({ ...uiState, escarcelle: { ...freshSale(), ...uiState.escarcelle } });
        },

        getHasRefundLines() {
            return (
                super.getHasRefundLines() ||
                this.lines.some((line) => line.uiState.escarcelleRefundedUuid)
            );
        },

        /** What its tab says: for whom, or since when. */
        get floatingOrderName() {
            const household = this.uiState.escarcelle.household;
            return household?.display || this.date_order?.toFormat?.("HH:mm") || "";
        },

        /** The ticket the till signed for this order, null before. */
        get escarcelleTicket() {
            return this.uiState.escarcelle.ticket;
        },

        /** "Amina B.", never more. */
        get escarcelleHousehold() {
            return this.uiState.escarcelle.household;
        },
    });
}

/** What the till adds to an order while it is sold. Plain data: it goes into the parked order. */
function freshSale() {
    return {
        paper: tillPage.paper || "none",
        email: "",
        household: null, // answer of GET /till/v1/households
        overrides: [],
        vouchers: {}, // by payment uuid: {number, value in cents}
        comment: "", // printed and signed: why an exchange, a corrected price
        startedAt: null,
        pending: false, // a body was sent and its outcome is not known
        ticket: null,
    };
}

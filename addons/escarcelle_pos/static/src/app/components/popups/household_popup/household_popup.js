import { Component, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { useAutofocus } from "@web/core/utils/hooks";
import { normalize } from "@web/core/l10n/utils";
import { useBarcodeReader } from "@point_of_sale/app/hooks/barcode_reader_hook";

const LETTERS = 2;
const SHOWN = 20;

/**
 * Choosing a household whose card was forgotten. Nobody is listed before something is typed: the
 * screen faces a queue. Resolves to a card number or a code, "" to serve a passer-by.
 */
export class HouseholdPopup extends Component {
    static template = "escarcelle_pos.HouseholdPopup";
    static components = { Dialog };
    static props = {
        partners: Array,
        current: { type: [Object, Boolean], optional: true },
        getPayload: Function,
        close: Function,
    };

    setup() {
        this.state = useState({ query: "" });
        useAutofocus();
        useBarcodeReader({ client: (code) => this.choose(code.code) }, true);
    }

    get found() {
        const query = normalize(this.state.query.trim());
        if (query.length < LETTERS) {
            return [];
        }
        const starts = (partner) =>
            normalize(partner.name).startsWith(query) ||
            partner.raw.escarcelle_code.toLowerCase().endsWith(query);
        return this.props.partners.filter(starts).slice(0, SHOWN);
    }

    get searching() {
        return this.state.query.trim().length >= LETTERS;
    }

    choose(card) {
        this.props.getPayload({ card });
        this.props.close();
    }

    onKeydown(event) {
        if (event.key === "Enter" && this.found.length === 1) {
            this.choose(this.found[0].raw.escarcelle_code);
        }
    }
}

import { Component, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { useService } from "@web/core/utils/hooks";
import { normalize } from "@web/core/l10n/utils";
import { useBarcodeReader } from "@point_of_sale/app/hooks/barcode_reader_hook";

const SHOWN = 12;
const MOST_UNITS = 1000;

/**
 * A barcode nobody knows: touch the good, touch "yes". What was sold last comes first: unknown codes come
 * in series. Resolves to `{product, count}`, or nothing.
 */
export class AttachPopup extends Component {
    static template = "escarcelle_pos.AttachPopup";
    static components = { Dialog };
    static props = {
        barcode: String,
        products: Array,
        recent: { type: Array, optional: true },
        attach: Function, // (product, count): a promise; what it throws is shown
        getPayload: Function,
        close: Function,
    };
    static defaultProps = { recent: [] };

    setup() {
        this.ui = useService("ui");
        this.state = useState({ query: "", product: null, count: 1, error: "", busy: false });
        // The next good is scanned while this one waits: it must not become a search.
        useBarcodeReader(new Proxy({}, { get: () => () => {} }), true);
    }

    get found() {
        const query = normalize(this.state.query.trim());
        if (!query) {
            return [...new Set([...this.props.recent, ...this.props.products])].slice(0, SHOWN);
        }
        const words = query.split(/\s+/);
        const matches = (product) => {
            const text = normalize(`${product.display_name} ${product.default_code || ""}`);
            return words.every((word) => text.includes(word));
        };
        return this.props.products.filter(matches).slice(0, SHOWN);
    }

    choose(product) {
        Object.assign(this.state, { product, error: "" });
    }

    step(by) {
        this.state.count = Math.min(MOST_UNITS, Math.max(1, this.state.count + by));
    }

    async confirm() {
        const { product, count, busy } = this.state;
        if (!product || busy) {
            return;
        }
        this.state.busy = true;
        try {
            this.props.getPayload(await this.props.attach(product, count));
            this.props.close();
        } catch (error) {
            Object.assign(this.state, { error: error.message, busy: false });
        }
    }
}

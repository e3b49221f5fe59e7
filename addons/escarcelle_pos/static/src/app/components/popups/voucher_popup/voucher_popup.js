import { Component, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { useAutofocus } from "@web/core/utils/hooks";
import { useBarcodeReader } from "@point_of_sale/app/hooks/barcode_reader_hook";
import { Keypad } from "@escarcelle_pos/app/components/keypad/keypad";

const DIGITS = 7;

/** The number of a voucher, scanned or typed, and its value when it is written on it. */
export class VoucherPopup extends Component {
    static template = "escarcelle_pos.VoucherPopup";
    static components = { Dialog, Keypad };
    static props = {
        kind: Object,
        asksValue: Boolean,
        getPayload: Function,
        close: Function,
    };

    setup() {
        this.state = useState({ number: "", digits: "" });
        useAutofocus();
        // Whatever the nomenclature makes of it, what is scanned here is the number of a voucher.
        const scan = (parsed) => {
            this.state.number = Array.isArray(parsed) ? parsed[0].code : parsed.code;
        };
        useBarcodeReader(new Proxy({}, { get: () => scan }), true);
    }

    get shown() {
        return this.env.utils.formatCurrency(Number(this.state.digits || 0) / 100);
    }

    get complete() {
        const { number, digits } = this.state;
        return (!this.props.kind.numbered || number.trim()) && (!this.props.asksValue || Number(digits));
    }

    onKey(key) {
        const { digits } = this.state;
        if (key === "Enter") {
            this.confirm();
        } else if (key === "Backspace") {
            this.state.digits = digits.slice(0, -1);
        } else if (key === "Clear") {
            this.state.digits = "";
        } else if (digits.length < DIGITS) {
            this.state.digits = digits + key;
        }
    }

    confirm() {
        if (!this.complete) {
            return;
        }
        const value = this.props.asksValue ? Number(this.state.digits) : null;
        this.props.getPayload({ number: this.state.number.trim() || null, value });
        this.props.close();
    }

    onKeydown(event) {
        if (event.key === "Enter") {
            this.confirm();
        }
    }
}

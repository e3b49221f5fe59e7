import { Component, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { Keypad } from "@escarcelle_pos/app/components/keypad/keypad";

const DIGITS = 8;

/** An amount in cents typed like on a cash register (the last two digits are cents). */
export class CashPopup extends Component {
    static template = "escarcelle_pos.CashPopup";
    static components = { Dialog, Keypad };
    static props = {
        kind: { validate: (kind) => ["count", "move"].includes(kind) },
        title: String,
        expected: { type: Number, optional: true },
        getPayload: Function,
        close: Function,
    };

    setup() {
        this.state = useState({ digits: "", out: true, text: "" });
    }

    get amount() {
        return Number(this.state.digits || 0);
    }

    get shown() {
        return this.env.utils.formatCurrency(this.amount / 100);
    }

    get difference() {
        return this.amount - this.props.expected;
    }

    money(cents) {
        return this.env.utils.formatCurrency(cents / 100);
    }

    get complete() {
        return this.props.kind === "count"
            ? this.state.digits !== ""
            : this.amount > 0 && this.state.text.trim() !== "";
    }

    onKey(key) {
        if (key === "Enter") {
            this.confirm();
        } else if (key === "Backspace") {
            this.state.digits = this.state.digits.slice(0, -1);
        } else if (key === "Clear") {
            this.state.digits = "";
        } else if (this.state.digits.length < DIGITS) {
            this.state.digits += key;
        }
    }

    confirm() {
        if (!this.complete) {
            return;
        }
        const text = this.state.text.trim();
        this.props.getPayload(
            this.props.kind === "count"
                ? { amount: this.amount, notes: text || null }
                : { amount: this.state.out ? -this.amount : this.amount, reason: text }
        );
        this.props.close();
    }
}

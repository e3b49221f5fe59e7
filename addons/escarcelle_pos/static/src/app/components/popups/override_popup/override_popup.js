import { _t } from "@web/core/l10n/translation";
import { Component, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { Keypad } from "@escarcelle_pos/app/components/keypad/keypad";

const REASONS = {
    budget: [_t("Emergency"), _t("Budget to come"), _t("Budget error")],
    entitlement: [_t("Renewal under way"), _t("Emergency"), _t("Agreed by the referent")],
    refund: [_t("Damaged product"), _t("Till error"), _t("Ticket of another till")],
    discount: [_t("Damaged product"), _t("Short date"), _t("Commercial gesture")],
    training: [_t("Training of a cashier"), _t("Demonstration")],
    price: [_t("Different price on display"), _t("Wrong label")],
};

/** A manager proves who they are to the till; the answer is a single-use token, or nothing. */
export class OverridePopup extends Component {
    static template = "escarcelle_pos.OverridePopup";
    static components = { Dialog, Keypad };
    static props = {
        what: String,
        message: { type: String, optional: true },
        till: Object,
        getPayload: Function,
        close: Function,
    };

    setup() {
        this.reasons = [...(REASONS[this.props.what] || []), _t("Other")].map(String);
        const own = this.props.till.isManager ? this.props.till.cashier.code : "";
        this.state = useState({
            field: own ? "pin" : "code",
            code: own,
            pin: "",
            reason: this.reasons[0],
            error: "",
            busy: false,
        });
    }

    select(field) {
        this.state.field = field;
    }

    onKey(key) {
        const { field } = this.state;
        this.state.error = "";
        if (key === "Enter") {
            return field === "code" ? this.select("pin") : this.confirm();
        }
        if (key === "Backspace") {
            this.state[field] = this.state[field].slice(0, -1);
        } else if (key === "Clear") {
            this.state[field] = "";
        } else {
            this.state[field] += key;
        }
    }

    get dots() {
        return "•".repeat(this.state.pin.length);
    }

    async confirm() {
        const { code, pin, reason, busy } = this.state;
        if (busy || !code || !pin) {
            return;
        }
        this.state.busy = true;
        try {
            const { token } = await this.props.till.override({ code, pin }, this.props.what, reason);
            this.props.getPayload({ kind: this.props.what, token, reason });
            this.props.close();
        } catch (error) {
            Object.assign(this.state, { error: error.message, pin: "", busy: false });
        }
    }
}

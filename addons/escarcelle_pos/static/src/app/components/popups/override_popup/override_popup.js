import { _t } from "@web/core/l10n/translation";
import { Component, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { Identify } from "@escarcelle_pos/app/components/identify/identify";

const REASONS = {
    budget: [_t("Emergency"), _t("Budget to come"), _t("Budget error")],
    entitlement: [_t("Renewal under way"), _t("Emergency"), _t("Agreed by the referent")],
    quota: [_t("Large family"), _t("Birth or illness"), _t("Stock to clear")],
    refund: [_t("Damaged product"), _t("Till error"), _t("Ticket of another till")],
    discount: [_t("Damaged product"), _t("Short date"), _t("Commercial gesture")],
    training: [_t("Training of a cashier"), _t("Demonstration")],
    price: [_t("Different price on display"), _t("Wrong label")],
};

/** A manager proves who they are to the till; the answer is a single-use token, or nothing. */
export class OverridePopup extends Component {
    static template = "escarcelle_pos.OverridePopup";
    static components = { Dialog, Identify };
    static props = {
        what: String,
        message: { type: String, optional: true },
        till: Object,
        getPayload: Function,
        close: Function,
    };

    setup() {
        this.reasons = [...(REASONS[this.props.what] || []), _t("Other")].map(String);
        this.state = useState({ reason: this.reasons[0] });
        this.label = String(_t("Agree"));
        this.nobody = String(
            _t("No manager has a PIN here: scan a badge, or give a manager a PIN in the back office.")
        );
    }

    /** Who may agree; whoever is at the till comes first. */
    async managers() {
        const own = this.props.till.cashier?.code;
        const found = (await this.props.till.people()).filter((one) => one.role === "manager");
        return [...found.filter((one) => one.code === own), ...found.filter((one) => one.code !== own)];
    }

    async prove(credentials) {
        const { what, till } = this.props;
        const { reason } = this.state;
        const { token } = await till.override(credentials, what, reason);
        this.props.getPayload({ kind: what, token, reason });
        this.props.close();
    }
}

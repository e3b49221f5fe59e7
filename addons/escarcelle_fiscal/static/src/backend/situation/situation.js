import { Component, onWillStart, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

const ICONS = {
    ok: "fa-check-circle text-success",
    note: "fa-info-circle text-info",
    warning: "fa-exclamation-triangle text-warning",
    danger: "fa-times-circle text-danger",
};

/** « Situation fiscale »: what a manager reads in the morning. */
export class FiscalSituation extends Component {
    static template = "escarcelle_fiscal.Situation";
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        this.state = useState({ cards: [], devices: [] });
        this.display = { controlPanel: {} };
        this.icons = ICONS;
        onWillStart(() => this.load());
    }

    async load() {
        const found = await this.orm.call("escarcelle.fiscal.situation", "escarcelle_situation", []);
        Object.assign(this.state, found);
    }

    get worst() {
        return this.state.cards.length ? this.state.cards[0].state : "ok";
    }

    get headline() {
        return {
            ok: _t("All is well."),
            note: _t("All is well; something is under way."),
            warning: _t("Something is to be looked at."),
            danger: _t("Something must be done."),
        }[this.worst];
    }

    open(card) {
        if (card.action) {
            return this.action.doAction(card.action);
        }
    }

    openDevice(device) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "escarcelle.fiscal.till",
            res_id: device.id,
            views: [[false, "form"]],
        });
    }
}

registry.category("actions").add("escarcelle_fiscal.situation", FiscalSituation);

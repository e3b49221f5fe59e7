import { Component, onMounted, onWillStart, useExternalListener, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { MonthChart } from "../month_chart/month_chart";

/** Coming back to the window asks again, when what is shown is older than that (milliseconds). */
const STALE = 30_000;
const ICONS = { danger: "fa-exclamation-circle", warning: "fa-exclamation-triangle" };

/** The first screen of a shop: figures that open the list behind them. One call, one answer. */
export class Dashboard extends Component {
    static template = "escarcelle_statistics.Dashboard";
    static components = { MonthChart };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ data: null, loading: false, failed: false, at: "" });
        this.loadedOn = 0;
        onWillStart(() => this.load());
        onMounted(() => this.env.config?.setDisplayName?.(_t("Dashboard")));
        useExternalListener(window, "focus", () => this.refresh());
        useExternalListener(document, "visibilitychange", () => this.refresh());
    }

    /** Ask again, unless it is fresh, being asked for, or nobody looks. */
    refresh() {
        if (document.visibilityState === "visible" && Date.now() - this.loadedOn > STALE) {
            return this.load();
        }
    }

    async load() {
        if (this.state.loading) {
            return;
        }
        this.state.loading = true;
        try {
            this.state.data = await this.orm.silent.call("escarcelle.dashboard", "escarcelle_load", []);
            this.state.at = luxon.DateTime.now().toLocaleString(luxon.DateTime.TIME_SIMPLE);
            this.state.failed = false;
        } catch (error) {
            // What was read before stays on screen, with a word that it is not fresh.
            this.state.failed = true;
            if (!this.state.data) {
                throw error;
            }
        } finally {
            this.loadedOn = Date.now();
            this.state.loading = false;
        }
    }

    async open(code) {
        const action = await this.orm.call("escarcelle.dashboard", "escarcelle_open", [code]);
        return this.action.doAction(action);
    }

    icon(tile) {
        return ICONS[tile.tone] || "";
    }

    tone(tile) {
        return { danger: _t("Urgent"), warning: _t("To look at") }[tile.tone] || "";
    }

    /** "+12 %" against the other period; a real minus sign. */
    change(tile) {
        if (tile.change === false) {
            return "";
        }
        return `${tile.change > 0 ? "+" : tile.change < 0 ? "−" : ""}${Math.abs(tile.change)} %`;
    }

    /** What a screen reader says of a figure. */
    spoken(tile) {
        return [`${tile.label}: ${tile.text}`, this.tone(tile), tile.before, this.change(tile), tile.hint]
            .filter(Boolean)
            .join(", ");
    }
}

registry.category("actions").add("escarcelle_statistics.dashboard", Dashboard);

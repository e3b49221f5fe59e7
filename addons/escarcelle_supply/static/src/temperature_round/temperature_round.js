import { Component, onWillStart, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { formatFloat } from "@web/core/utils/numbers";
import { uuid } from "@web/core/utils/strings";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

/** Every piece of equipment on one page: type the degrees, save. Made for a telephone. */
export class TemperatureRound extends Component {
    static template = "escarcelle_supply.TemperatureRound";
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.notification = useService("notification");
        this.state = useState({ rows: [], saving: false });
        onWillStart(() => this.load());
    }

    async load() {
        const rows = await this.orm.call("escarcelle.equipment", "escarcelle_round", []);
        this.state.rows = rows.map((row) => ({ ...row, typed: "", action: "", uuid: uuid() }));
    }

    /** Degrees as people write them: « 3,5 », « 4 ». */
    shown(degrees) {
        return formatFloat(degrees, { digits: [16, 1], trailingZeros: false });
    }

    /** Degrees typed in a row: a comma is a point; null when it is no number. */
    degrees(row) {
        const text = row.typed.trim().replace(",", ".").replace("−", "-");
        return /^-?\d{1,2}(\.\d+)?$/.test(text) ? Number(text) : null;
    }

    outside(row) {
        const degrees = this.degrees(row);
        return degrees !== null && (degrees < row.low || degrees > row.high);
    }

    /** Keypads of telephones often lack the minus sign. */
    flip(row) {
        row.typed = row.typed.startsWith("-") ? row.typed.slice(1) : `-${row.typed}`;
    }

    get typed() {
        return this.state.rows.filter((row) => row.typed.trim());
    }

    get ready() {
        return (
            this.typed.length > 0 &&
            this.typed.every(
                (row) => this.degrees(row) !== null && (!this.outside(row) || row.action.trim())
            )
        );
    }

    async save() {
        if (!this.ready || this.state.saving) {
            return;
        }
        this.state.saving = true;
        try {
            const readings = this.typed.map((row) => ({
                equipment: row.id,
                temperature: this.degrees(row),
                action: row.action,
                uuid: row.uuid,
            }));
            await this.orm.call("escarcelle.equipment", "escarcelle_read", [readings]);
            this.notification.add(_t("Temperatures kept."), { type: "success" });
            await this.load();
        } finally {
            this.state.saving = false;
        }
    }
}

registry.category("actions").add("escarcelle_supply.temperature_round", TemperatureRound);

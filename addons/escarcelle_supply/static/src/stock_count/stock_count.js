import { Component, onWillStart, useRef, useState } from "@odoo/owl";
import { scanBarcode } from "@web/core/barcode/barcode_dialog";
import { isBarcodeScannerSupported } from "@web/core/barcode/barcode_video_scanner";
import { deserializeDate, formatDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { formatFloat } from "@web/core/utils/numbers";
import { uuid } from "@web/core/utils/strings";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

/** Scan, count, next: with the camera, a scanner that types, or by hand. */
export class StockCount extends Component {
    static template = "escarcelle_supply.StockCount";
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.notification = useService("notification");
        this.codeInput = useRef("code");
        this.camera = isBarcodeScannerSupported();
        const { params, context } = this.props.action;
        this.countId = params?.count_id || context?.active_id;
        this.state = useState({ name: "", code: "", good: null, lot: "", quantity: "1", done: [], busy: false });
        onWillStart(async () => {
            if (this.countId) {
                const [count] = await this.orm.read("escarcelle.count", [this.countId], ["name"]);
                this.state.name = count.name;
            }
        });
    }

    async scan() {
        const code = await scanBarcode(this.env);
        if (code) {
            this.state.code = code;
            await this.find();
        }
    }

    async onCodeKey(ev) {
        if (ev.key === "Enter") {
            await this.find();
        }
    }

    /** Look a code up; the good on screen, if any, is kept first: scanning goes on without a button. */
    async find() {
        const code = this.state.code.trim();
        if (!code || this.state.busy) {
            return;
        }
        if (this.state.good && !(await this.keep())) {
            return;
        }
        const good = await this.orm.call("escarcelle.count", "escarcelle_find", [[this.countId], code]);
        this.state.code = "";
        if (!good) {
            this.notification.add(_t("No good has the code %s.", code), { type: "warning" });
            return;
        }
        this.state.good = { ...good, uuid: uuid() };
        this.state.lot = good.lots.length === 1 ? String(good.lots[0].id) : "";
        this.state.quantity = this.shown(good.pack);
    }

    /** A quantity as people write it: « 2,5 », « 12 ». */
    shown(quantity) {
        return formatFloat(quantity, { digits: [16, 3], trailingZeros: false, thousandsSep: "" });
    }

    /** A day as people write it: « 25/11/2026 ». */
    day(text) {
        return formatDate(deserializeDate(text));
    }

    get quantity() {
        const text = String(this.state.quantity).trim().replace(",", ".");
        return /^-?\d{1,6}(\.\d{1,3})?$/.test(text) ? Number(text) : null;
    }

    get ready() {
        const { good, lot, busy } = this.state;
        return !busy && this.quantity !== null && (!good.tracked || Boolean(lot));
    }

    add(step) {
        this.state.quantity = this.shown(Math.max(0, (this.quantity || 0) + step * this.state.good.pack));
    }

    /** Keep what is on screen; true once it is. Sent again after a failure, it counts once. */
    async keep() {
        const good = this.state.good;
        if (!this.ready) {
            return false;
        }
        this.state.busy = true;
        try {
            const entry = {
                product: good.product,
                lot: this.state.lot ? Number(this.state.lot) : false,
                quantity: this.quantity,
                uuid: good.uuid,
            };
            await this.orm.call("escarcelle.count", "escarcelle_add", [[this.countId], [entry]]);
            this.state.done.unshift({ ...entry, name: good.name, unit: good.unit, contrary: uuid() });
            this.state.done.splice(8);
            this.state.good = null;
        } finally {
            this.state.busy = false;
        }
        this.codeInput.el?.focus();
        return true;
    }

    /** Take back what was just kept, by its contrary. */
    async takeBack(kept) {
        if (this.state.busy) {
            return;
        }
        this.state.busy = true;
        try {
            const { product, lot, quantity, contrary } = kept;
            await this.orm.call("escarcelle.count", "escarcelle_add", [
                [this.countId],
                [{ product, lot, quantity: -quantity, uuid: contrary }],
            ]);
            this.state.done = this.state.done.filter((one) => one.uuid !== kept.uuid);
        } finally {
            this.state.busy = false;
        }
    }

    async review() {
        if (this.state.good && !(await this.keep())) {
            return;
        }
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "escarcelle.count",
            res_id: this.countId,
            views: [[false, "form"]],
        });
    }
}

registry.category("actions").add("escarcelle_supply.stock_count", StockCount);

import { Component, onWillStart, useState } from "@odoo/owl";
import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { usePos } from "@point_of_sale/app/hooks/pos_hook";
import { makeAwaitable } from "@point_of_sale/app/utils/make_awaitable_dialog";
import { CashPopup } from "@escarcelle_pos/app/components/popups/cash_popup/cash_popup";
import { tillMode } from "@escarcelle_pos/app/utils/till_mode";

const MODES = {
    ESPECES: _t("Cash"),
    CARTE: _t("Card"),
    CHEQUE: _t("Cheque"),
    VIREMENT: _t("Transfer"),
    BON: _t("Voucher"),
    COMPTE: _t("Account"),
    AUTRE: _t("Other"),
};

/** The day as the till sees it now (X), the cash in the drawer, and the closing (Z). */
export class TillDayScreen extends Component {
    static template = "escarcelle_pos.TillDayScreen";
    static props = { "*": true };
    static storeOnOrder = false;

    setup() {
        this.pos = usePos();
        this.till = this.pos.escarcelle;
        this.dialog = useService("dialog");
        this.state = useState({ report: null, past: [], error: "", busy: false, done: "" });
        onWillStart(() => this.load());
    }

    async load() {
        try {
            const { x, closings } = await this.till.report();
            Object.assign(this.state, { report: x, past: closings, error: "" });
        } catch (error) {
            this.state.error = error.message;
        }
    }

    get report() {
        return this.state.report || {};
    }

    get day() {
        const day = this.report.business_day;
        return day
            ? luxon.DateTime.fromISO(day).toLocaleString(luxon.DateTime.DATE_HUGE)
            : _t("No sale yet");
    }

    mode(code) {
        return String(MODES[code] || code);
    }

    rate(rate) {
        return `${(rate / 100).toString().replace(".", ",")} %`;
    }

    money(cents) {
        return this.env.utils.formatCurrency((cents || 0) / 100);
    }

    level(closing) {
        return { GTJ: _t("Day"), GTM: _t("Month"), GTA: _t("Year") }[closing.level];
    }

    /** "20261121" -> "21/11/2026", "202611" -> "11/2026"; a second closing of a day keeps its "-2". */
    period(closing) {
        const [, year, month, day, rank] = closing.period.match(/^(\d{4})(\d\d)?(\d\d)?(.*)$/);
        return [day, month, year].filter(Boolean).join("/") + rank;
    }

    // ---- cash ----------------------------------------------------------------------------------

    async count(moment) {
        const typed = await makeAwaitable(this.dialog, CashPopup, {
            kind: "count",
            title: moment === "opening" ? _t("Opening float") : _t("Count of the drawer"),
            expected: moment === "closing" ? this.report.cash_expected : undefined,
        });
        if (typed) {
            await this.act(async () => {
                const answer = await this.till.cashCount(typed.amount, moment, typed.notes);
                return answer.difference
                    ? _t("Count recorded. Difference: %s.", this.money(answer.difference))
                    : _t("Count recorded.");
            });
        }
    }

    async move() {
        const typed = await makeAwaitable(this.dialog, CashPopup, {
            kind: "move",
            title: _t("Cash in or out"),
        });
        if (typed) {
            await this.act(async () => {
                await this.till.cashMove(typed.amount, typed.reason);
                return _t("Movement recorded.");
            });
        }
    }

    /** A look at the day: nothing is closed, numbered or kept. */
    printX() {
        return this.act(async () => {
            const { printed } = await this.till.printReport();
            return printed ? _t("The X report is being printed.") : _t("This till has no printer.");
        });
    }

    close() {
        this.dialog.add(ConfirmationDialog, {
            title: _t("Close the day"),
            body: _t(
                "The day's grand totals are signed and the Z is printed. Later sales belong to the next day. Close now?"
            ),
            confirmLabel: _t("Close the day"),
            cancelLabel: _t("Not yet"),
            confirm: () =>
                this.act(async () => {
                    await this.till.closeDay();
                    return _t("The day is closed.");
                }),
            cancel: () => {},
        });
    }

    async act(call) {
        Object.assign(this.state, { busy: true, done: "" });
        try {
            this.state.done = String(await call());
        } catch (error) {
            this.pos.escarcelleTell(error, _t("Till of the day"));
        }
        this.state.busy = false;
        await this.load();
    }

    back() {
        this.pos.escarcelleBackToSale();
    }
}

if (tillMode) {
    registry.category("pos_pages").add("EscarcelleDayScreen", {
        name: "EscarcelleDayScreen",
        component: TillDayScreen,
        route: `/pos/ui/${odoo.pos_config_id}/day`,
        params: {},
    });
}

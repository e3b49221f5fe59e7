import { Component, onWillStart, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { usePos } from "@point_of_sale/app/hooks/pos_hook";
import { tillMode } from "@escarcelle_pos/app/utils/till_mode";
import { makeAwaitable } from "@point_of_sale/app/utils/make_awaitable_dialog";
import { SelectionPopup } from "@point_of_sale/app/components/popups/selection_popup/selection_popup";
import { TextInputPopup } from "@point_of_sale/app/components/popups/text_input_popup/text_input_popup";
import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { isValidEmail, uuidv4 } from "@point_of_sale/utils";
import { sellAgain, startRefund } from "@escarcelle_pos/app/utils/refund";

const LIMIT = 60;
const REASONS = [_t("Till error"), _t("The customer changed their mind"), _t("Damaged product"), _t("Other")];
const OVERRIDES = 3;

/** Parked tickets, past tickets of a day, and what can be done with one: refund, duplicate. */
export class TillTicketScreen extends Component {
    static template = "escarcelle_pos.TillTicketScreen";
    static props = { "*": true };
    static storeOnOrder = false;

    setup() {
        this.pos = usePos();
        this.till = this.pos.escarcelle;
        this.ui = useService("ui");
        this.dialog = useService("dialog");
        this.state = useState({
            tickets: [],
            selected: null,
            quantities: {},
            day: this.till.status?.day?.business_day || luxon.DateTime.now().toISODate(),
            number: "",
            error: "",
            busy: false,
        });
        onWillStart(() => this.loadDay());
    }

    // ---- finding -------------------------------------------------------------------------------

    async loadDay() {
        await this.search({ day: this.state.day, limit: LIMIT });
    }

    async loadNumber() {
        const number = this.state.number.trim();
        await (number ? this.search({ number }) : this.loadDay());
        if (this.state.tickets.length === 1) {
            this.select(this.state.tickets[0]);
        }
    }

    async search(query) {
        Object.assign(this.state, { busy: true, error: "", selected: null });
        try {
            this.state.tickets = await this.till.tickets(query);
            if (!this.state.tickets.length) {
                this.state.error = query.number
                    ? _t("This till knows no ticket of that number.")
                    : _t("No ticket on that day.");
            }
        } catch (error) {
            Object.assign(this.state, { tickets: [], error: error.message });
        }
        this.state.busy = false;
    }

    onNumberKey(event) {
        if (event.key === "Enter") {
            this.loadNumber();
        }
    }

    changeDay(days) {
        const day = luxon.DateTime.fromISO(this.state.day).plus({ days });
        this.state.day = day.toISODate();
        return this.loadDay();
    }

    get dayText() {
        const day = luxon.DateTime.fromISO(this.state.day);
        return day.toLocaleString({ weekday: "long", day: "numeric", month: "long" });
    }

    get parked() {
        return this.pos.getOpenOrders().filter((order) => !order.isEmpty());
    }

    resume(order) {
        this.pos.setOrder(order);
        this.pos.navigateToOrderScreen(order);
    }

    // ---- one ticket ----------------------------------------------------------------------------

    select(ticket) {
        this.state.selected = ticket;
        this.state.quantities = {};
    }

    get lines() {
        return (this.state.selected?.order?.lines || []).map((line) => ({
            ...line,
            label: this.label(line),
            sold: Number(line.quantity),
            price: Number(line.unit_price),
            left: Number(this.state.selected.refundable?.[line.uuid] || 0),
            chosen: this.state.quantities[line.uuid] || 0,
        }));
    }

    label(line) {
        const known = (this.state.selected.lines || []).find((one) => one.uuid === line.uuid);
        const product = this.pos.models["product.product"].get(line.product_id);
        return known?.label || product?.display_name || _t("Product no longer sold");
    }

    choose(line, delta) {
        const step = Number.isInteger(line.left) ? 1 : line.left;
        const chosen = Math.min(line.left, Math.max(0, line.chosen + delta * step));
        this.state.quantities[line.uuid] = Math.round(chosen * 1000) / 1000;
    }

    chooseAll() {
        for (const line of this.lines) {
            this.state.quantities[line.uuid] = line.left;
        }
    }

    get refundTotal() {
        return this.lines.reduce(
            (sum, line) =>
                sum +
                Math.round(
                    line.chosen * Number(line.unit_price) * (100 - Number(line.discount || 0))
                ) /
                    100,
            0
        );
    }

    refund() {
        const chosen = this.chosen();
        if (chosen) {
            const order = startRefund(this.pos, this.state.selected, chosen);
            this.pos.navigate("PaymentScreen", { orderUuid: order.uuid });
        }
    }

    /** Goods come back and others leave, in one ticket: only the difference is paid. */
    exchange() {
        const chosen = this.chosen();
        if (chosen) {
            const order = startRefund(this.pos, this.state.selected, chosen, { exchange: true });
            order.uiState.escarcelle.comment = String(_t("Exchange"));
            this.pos.navigate("ProductScreen", { orderUuid: order.uuid });
        }
    }

    /** The same goods are given back at the wrong price and sold at the right one. */
    async correctPrice() {
        const chosen = this.chosen();
        if (chosen) {
            const order = startRefund(this.pos, this.state.selected, chosen, { exchange: true });
            order.uiState.escarcelle.comment = String(_t("Price correction"));
            await sellAgain(this.pos, chosen);
            this.pos.numpadMode = "price";
            this.pos.navigate("ProductScreen", { orderUuid: order.uuid });
        }
    }

    /** The lines to give back; null, and why, when one cannot be. */
    chosen() {
        const chosen = this.lines.filter((line) => line.chosen > 0);
        const missing = chosen.filter(
            (line) => !this.pos.models["product.product"].get(line.product_id)
        );
        if (missing.length) {
            this.state.error = _t(
                "“%s” is no longer sold: have it put back on sale to refund it.",
                missing[0].label
            );
            return null;
        }
        return chosen.length ? chosen : null;
    }

    // ---- invoice and proof -----------------------------------------------------------------------

    async invoice() {
        const ticket = this.state.selected;
        const made = await this.pos.escarcelleInvoice({ uuid: ticket.uuid, number: ticket.number });
        if (made) {
            ticket.invoice = { uuid: made.uuid, number: made.number };
        }
    }

    async duplicateInvoice() {
        try {
            await this.till.duplicate(this.state.selected.invoice.uuid);
            this.pos.notification.add(_t("Duplicate sent to the printer."), { type: "success" });
        } catch (error) {
            this.pos.escarcelleTell(error, _t("Duplicate"));
        }
    }

    proof() {
        return this.pos.escarcelleProof(this.state.selected);
    }

    // ---- cancelling ----------------------------------------------------------------------------

    /** Nothing of it was given back, nothing of it is a return, and it is of the mode the till is in. */
    get cancellable() {
        const ticket = this.state.selected;
        return (
            ticket.training === this.till.training &&
            ticket.lines.every(
                (line) => Number(line.quantity) > 0 && ticket.refundable[line.uuid] === line.quantity
            )
        );
    }

    async cancel() {
        const ticket = this.state.selected;
        const reason = await makeAwaitable(this.dialog, SelectionPopup, {
            title: _t("Cancel ticket %s: why?", ticket.number),
            list: REASONS.map((label, id) => ({ id, label: String(label), item: String(label) })),
        });
        if (!reason || this.state.busy) {
            return;
        }
        this.state.busy = true;
        const body = { uuid: uuidv4(), ticket: ticket.uuid, reason, paper: this.paper, overrides: [] };
        try {
            const done = await this.sendCancellation(body);
            if (done) {
                await this.search({ number: done.number });
                this.select(this.state.tickets[0]);
                this.tellToGiveBack(ticket, done);
            }
        } catch (error) {
            this.pos.escarcelleTell(error, _t("Cancel the ticket"));
        }
        this.state.busy = false;
    }

    get paper() {
        return this.till.page.paper === "paper" ? "paper" : "none";
    }

    /** The same request again after a manager's word; null when nobody gives it. */
    async sendCancellation(body) {
        for (let tries = 0; ; tries++) {
            try {
                return await this.till.cancel(body);
            } catch (error) {
                const what = error.details?.override;
                const proof =
                    what && tries < OVERRIDES && (await this.pos.escarcelleOverride(what, error.message));
                if (!proof) {
                    if (what) {
                        return null;
                    }
                    throw error;
                }
                body.overrides = [...body.overrides.filter((one) => one.kind !== what), proof];
            }
        }
    }

    tellToGiveBack(ticket, done) {
        const methods = this.pos.models["pos.payment.method"];
        const parts = ticket.order.payments.map(
            (one) => `${methods.get(one.payment_method_id)?.name || "?"}: ${this.cents(one.amount)}`
        );
        this.dialog.add(AlertDialog, {
            title: _t("Ticket %s is cancelled", ticket.number),
            body: `${_t("Ticket %s cancels it. To give back:", done.number)}\n${parts.join("\n")}`,
        });
    }

    // ---- copies --------------------------------------------------------------------------------

    async mail() {
        const email = await makeAwaitable(this.dialog, TextInputPopup, {
            title: _t("Send the ticket to"),
            placeholder: "nom@exemple.fr",
        });
        if (!email) {
            return;
        }
        if (!isValidEmail(email.trim())) {
            this.pos.notification.add(_t("This e-mail address is not correct."), { type: "warning" });
            return;
        }
        try {
            await this.till.duplicate(this.state.selected.uuid, { email: email.trim() });
            this.pos.notification.add(_t("The server sends the ticket as soon as it can be reached."), {
                type: "success",
            });
        } catch (error) {
            this.pos.escarcelleTell(error, _t("Duplicate"));
        }
    }

    async duplicate() {
        try {
            await this.till.duplicate(this.state.selected.uuid);
            this.pos.notification.add(_t("Duplicate sent to the printer."), { type: "success" });
        } catch (error) {
            this.pos.escarcelleTell(error, _t("Duplicate"));
        }
    }

    // ---- formats -------------------------------------------------------------------------------

    cents(amount) {
        return this.env.utils.formatCurrency(amount / 100);
    }

    money(amount) {
        return this.env.utils.formatCurrency(amount);
    }

    hour(ticket) {
        return luxon.DateTime.fromISO(ticket.at).toFormat("HH:mm");
    }

    quantity(value) {
        return String(Number(value)).replace(".", ",");
    }

    back() {
        this.pos.escarcelleBackToSale();
    }
}

if (tillMode) {
    registry.category("pos_pages").add("EscarcelleTicketScreen", {
        name: "EscarcelleTicketScreen",
        component: TillTicketScreen,
        route: `/pos/ui/${odoo.pos_config_id}/tickets`,
        params: {},
    });
}

import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { Dialog } from "@web/core/dialog/dialog";
import { useAutofocus, useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";
import { ask } from "@point_of_sale/app/utils/make_awaitable_dialog";
import { uuidv4 } from "@point_of_sale/utils";
import { Keypad } from "@escarcelle_pos/app/components/keypad/keypad";

const WAIT = 200;
const DIGITS = 8;

/** Money a customer pays on an account: whose, how much, by what means. Nothing is sold. */
export class SettlePopup extends Component {
    static template = "escarcelle_pos.SettlePopup";
    static components = { Dialog, Keypad };
    static props = {
        methods: Array, // [{id, name, cash}], none of them "on account"
        till: Object,
        getPayload: Function,
        close: Function,
    };

    setup() {
        this.dialog = useService("dialog");
        this.state = useState({
            query: "",
            found: [],
            customer: null,
            field: "digits", // what the keypad types: the amount, or the cash "given"
            digits: "",
            given: "",
            last: null, // the customer's last settlement, which may be given back
            method: this.props.methods[0]?.id || 0,
            comment: "",
            print: true,
            error: "",
            busy: false,
        });
        this.request = this.newRequest();
        this.search = useDebounced(() => this.searchNow(), WAIT);
        useAutofocus();
    }

    newRequest() {
        return { uuid: uuidv4(), payments: [] };
    }

    async searchNow() {
        const query = this.state.query.trim();
        try {
            const found =
                query.length > 1 ? await this.props.till.customers(query, { accounts: 1 }) : [];
            if (query === this.state.query.trim()) {
                this.state.found = found;
            }
        } catch (error) {
            this.state.error = error.message;
        }
    }

    choose(customer) {
        const due = Math.max(0, customer.due);
        Object.assign(this.state, {
            customer,
            found: [],
            query: "",
            digits: due ? String(due) : "",
            field: "digits",
            given: "",
            last: null,
            error: "",
        });
        return this.findLast(customer);
    }

    async findLast(customer) {
        try {
            const last = await this.props.till.lastSettlement(customer.code);
            if (this.state.customer?.code === customer.code) {
                this.state.last = last;
            }
        } catch {
            // A settlement is recorded all the same.
        }
    }

    chooseMethod(method) {
        Object.assign(this.state, { method: method.id, field: "digits", given: "" });
    }

    get inCash() {
        return this.props.methods.some((one) => one.id === this.state.method && one.cash);
    }

    get given() {
        return Number(this.state.given || 0);
    }

    /** Cents to give back, below zero when what was given does not suffice. */
    get change() {
        return this.given ? this.given - this.amount : 0;
    }

    get amount() {
        return Number(this.state.digits || 0);
    }

    get complete() {
        return Boolean(this.state.customer && this.amount > 0 && this.state.method && this.change >= 0);
    }

    day(paper) {
        return luxon.DateTime.fromISO(paper.at).toLocaleString(luxon.DateTime.DATETIME_SHORT);
    }

    money(cents) {
        return this.env.utils.formatCurrency(cents / 100);
    }

    onKey(key) {
        const { field } = this.state;
        if (key === "Enter") {
            this.confirm();
        } else if (key === "Backspace") {
            this.state[field] = this.state[field].slice(0, -1);
        } else if (key === "Clear") {
            this.state[field] = "";
        } else if (this.state[field].length < DIGITS) {
            this.state[field] = (this.state[field] + key).replace(/^0+/, "");
        }
    }

    onSearchKeydown(event) {
        if (event.key === "Enter" && this.state.found.length === 1) {
            this.choose(this.state.found[0]);
        }
    }

    async confirm() {
        if (!this.complete || this.state.busy) {
            return;
        }
        const { customer, method, comment, print } = this.state;
        const { amount, change } = this;
        return this.send(
            {
                customer: customer.code,
                payments: [{ payment_method_id: method, amount, change }],
                comment: comment.trim() || null,
                paper: print ? "paper" : "none",
            },
            { name: customer.name, change }
        );
    }

    /** Gives the customer's last settlement back, in full, by the means it was paid with. */
    async cancelLast() {
        const { last, customer, print } = this.state;
        const back = last.payments
            .map((one) => `${this.methodName(one)} ${this.money(one.amount)}`)
            .join(", ");
        const sure = await ask(this.dialog, {
            title: _t("Cancel settlement %s?", last.number),
            body: _t("To give back to %s: %s", customer.name, back),
            confirmLabel: _t("Cancel this settlement"),
            cancelLabel: _t("Keep it"),
        });
        if (!sure || this.state.busy) {
            return;
        }
        const payments = last.payments.map(({ payment_method_id, amount }) => ({
            payment_method_id,
            amount: -amount,
            change: 0,
        }));
        return this.send(
            {
                customer: customer.code,
                payments,
                comment: null,
                paper: print ? "paper" : "none",
                cancels: last.uuid,
            },
            { name: customer.name, cancels: last.number, back }
        );
    }

    methodName({ payment_method_id, mode }) {
        return this.props.methods.find((one) => one.id === payment_method_id)?.name || mode;
    }

    /** The uuids stay until the till has answered: what it may have recorded is not recorded twice. */
    identified(body) {
        const { uuid, payments } = this.request;
        return {
            uuid,
            ...body,
            payments: body.payments.map((one, rank) => ({ uuid: (payments[rank] ||= uuidv4()), ...one })),
        };
    }

    async send(body, told) {
        Object.assign(this.state, { busy: true, error: "" });
        try {
            const settled = await this.props.till.settle(this.identified(body));
            this.props.getPayload({ ...settled, ...told });
            this.props.close();
        } catch (error) {
            this.state.error = error.message;
            if (error.certain) {
                this.request = this.newRequest();
            }
        }
        this.state.busy = false;
    }
}

import { Component, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { useAutofocus } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";
import { uuidv4 } from "@point_of_sale/utils";
import { Keypad } from "@escarcelle_pos/app/components/keypad/keypad";

const WAIT = 200;
const DIGITS = 8;

/** Money a customer pays on an account: whose, how much, by what means. Nothing is sold. */
export class SettlePopup extends Component {
    static template = "escarcelle_pos.SettlePopup";
    static components = { Dialog, Keypad };
    static props = {
        methods: Array, // [{id, name}], none of them "on account"
        till: Object,
        getPayload: Function,
        close: Function,
    };

    setup() {
        this.state = useState({
            query: "",
            found: [],
            customer: null,
            digits: "",
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
        return { uuid: uuidv4(), payment: uuidv4() };
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
            error: "",
        });
    }

    get amount() {
        return Number(this.state.digits || 0);
    }

    get complete() {
        return Boolean(this.state.customer && this.amount > 0 && this.state.method);
    }

    money(cents) {
        return this.env.utils.formatCurrency(cents / 100);
    }

    onKey(key) {
        if (key === "Enter") {
            this.confirm();
        } else if (key === "Backspace") {
            this.state.digits = this.state.digits.slice(0, -1);
        } else if (key === "Clear") {
            this.state.digits = "";
        } else if (this.state.digits.length < DIGITS) {
            this.state.digits = (this.state.digits + key).replace(/^0+/, "");
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
        Object.assign(this.state, { busy: true, error: "" });
        const { uuid, payment } = this.request;
        const { customer, method, comment, print } = this.state;
        try {
            const settled = await this.props.till.settle({
                uuid,
                customer: customer.code,
                payments: [
                    { uuid: payment, payment_method_id: method, amount: this.amount, change: 0 },
                ],
                comment: comment.trim() || null,
                paper: print ? "paper" : "none",
            });
            this.props.getPayload({ ...settled, name: customer.name });
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

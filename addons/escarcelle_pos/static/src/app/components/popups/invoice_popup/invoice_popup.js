import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { Dialog } from "@web/core/dialog/dialog";
import { useAutofocus } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";
import { uuidv4 } from "@point_of_sale/utils";

const WAIT = 200;
const FIELDS = ["name", "street", "zip", "city", "vat", "country", "code"];

/**
 * Whom the invoice of a ticket is made out to: a customer the till knows, or a name and an address typed in.
 * The till checks; what it refuses is said here and nothing typed is lost.
 */
export class InvoicePopup extends Component {
    static template = "escarcelle_pos.InvoicePopup";
    static components = { Dialog };
    static props = {
        ticket: Object, // {uuid, number}
        till: Object,
        getPayload: Function,
        close: Function,
    };

    setup() {
        this.state = useState({
            query: "",
            found: [],
            customer: Object.fromEntries(FIELDS.map((name) => [name, ""])),
            paper: "paper",
            email: "",
            error: "",
            busy: false,
        });
        this.request = uuidv4();
        this.search = useDebounced(() => this.searchNow(), WAIT);
        useAutofocus();
    }

    async searchNow() {
        const query = this.state.query.trim();
        try {
            const found = query.length > 1 ? await this.props.till.customers(query) : [];
            if (query === this.state.query.trim()) {
                this.state.found = found;
            }
        } catch (error) {
            this.state.error = error.message;
        }
    }

    choose(known) {
        for (const name of FIELDS) {
            this.state.customer[name] = known[name] || "";
        }
        Object.assign(this.state, { found: [], query: "", error: "" });
    }

    /** Another name is another customer: the code of the first one is not kept. */
    typed() {
        this.state.customer.code = "";
    }

    get papers() {
        return [
            { value: "paper", icon: "fa-print", label: _t("Paper") },
            { value: "email", icon: "fa-envelope-o", label: _t("E-mail") },
            { value: "none", icon: "fa-leaf", label: _t("No paper") },
        ];
    }

    get complete() {
        const { name, street, zip, city } = this.state.customer;
        const mailed = this.state.paper !== "email" || this.state.email.includes("@");
        return [name, street, zip, city].every((text) => text.trim()) && mailed;
    }

    onKeydown(event) {
        if (event.key === "Enter") {
            event.preventDefault();
            this.state.found.length === 1 ? this.choose(this.state.found[0]) : this.confirm();
        }
    }

    async confirm() {
        if (!this.complete || this.state.busy) {
            return;
        }
        Object.assign(this.state, { busy: true, error: "" });
        const { paper, email, customer } = this.state;
        try {
            const invoice = await this.props.till.invoice({
                uuid: this.request,
                ticket: this.props.ticket.uuid,
                customer: { ...customer },
                paper,
                email: paper === "email" ? email.trim() : null,
            });
            this.props.getPayload(invoice);
            this.props.close();
        } catch (error) {
            this.state.error = error.message;
            if (error.certain) {
                this.request = uuidv4(); // nothing was done: what comes next is another request
            }
        }
        this.state.busy = false;
    }
}

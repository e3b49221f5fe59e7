import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { usePos } from "@point_of_sale/app/hooks/pos_hook";
import { tillMode } from "@escarcelle_pos/app/utils/till_mode";
import { useEnterKey } from "@escarcelle_pos/app/hooks/enter_key_hook";

/** After the sale: what to give back, the ticket's number, and on with the next one. */
export class TillReceiptScreen extends Component {
    static template = "escarcelle_pos.TillReceiptScreen";
    static props = { orderUuid: String };

    setup() {
        this.pos = usePos();
        this.notification = useService("notification");
        this.state = useState({ printing: false, invoice: null });
        if (!this.order?.finalized) {
            const { page, params } = this.pos.defaultPage;
            this.pos.navigate(page, params);
        }
        // While a customer is typed in, Enter belongs to the dialog.
        useEnterKey(() => !document.querySelector(".o_dialog") && this.next());
    }

    get order() {
        return this.pos.models["pos.order"].getBy("uuid", this.props.orderUuid);
    }

    get ticket() {
        return this.order.escarcelleTicket || {};
    }

    get total() {
        return this.env.utils.formatCurrency(this.order.priceIncl);
    }

    get isRefund() {
        return this.order.priceIncl < 0;
    }

    get change() {
        return Math.abs(this.order.change);
    }

    get given() {
        return this.order.payment_ids.reduce((sum, payment) => sum + payment.amount, 0);
    }

    get household() {
        return this.order.escarcelleHousehold;
    }

    get budgetLeft() {
        const left = this.household?.budget?.left;
        return left === undefined || left === null ? "" : this.money(left / 100);
    }

    get paperText() {
        const { paper, email } = this.order.uiState.escarcelle;
        if (paper === "paper") {
            return _t("The ticket is being printed.");
        }
        return paper === "email" ? _t("The ticket will be sent to %s.", email) : _t("No paper.");
    }

    money(amount) {
        return this.env.utils.formatCurrency(amount);
    }

    async printDuplicate() {
        if (this.state.printing) {
            return;
        }
        this.state.printing = true;
        await this.pos.printReceipt({ order: this.order });
        this.state.printing = false;
    }

    get canInvoice() {
        return Boolean(this.ticket.number) && !this.ticket.training;
    }

    async invoice() {
        const { number } = this.ticket;
        const made = await this.pos.escarcelleInvoice({ uuid: this.order.uuid, number });
        this.state.invoice = made || this.state.invoice;
    }

    proof() {
        return this.pos.escarcelleProof({ uuid: this.order.uuid });
    }

    next() {
        this.order ? this.pos.orderDone(this.order) : this.pos.addNewOrder();
    }
}

if (tillMode) {
    registry.category("pos_pages").add(
        "ReceiptScreen",
        {
            name: "ReceiptScreen",
            component: TillReceiptScreen,
            route: `/pos/ui/${odoo.pos_config_id}/receipt/{string:orderUuid}`,
            params: { orderUuid: true, orderFinalized: true },
        },
        { force: true }
    );
}

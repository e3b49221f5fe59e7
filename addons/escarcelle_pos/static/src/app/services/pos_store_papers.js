import { _t } from "@web/core/l10n/translation";
import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { patch } from "@web/core/utils/patch";
import { PosStore } from "@point_of_sale/app/services/pos_store";
import { makeAwaitable } from "@point_of_sale/app/utils/make_awaitable_dialog";
import { uuidv4 } from "@point_of_sale/utils";
import { tillMode } from "@escarcelle_pos/app/utils/till_mode";
import { noteBody } from "@escarcelle_pos/app/utils/ticket_body";
import { InvoicePopup } from "@escarcelle_pos/app/components/popups/invoice_popup/invoice_popup";
import { SettlePopup } from "@escarcelle_pos/app/components/popups/settle_popup/settle_popup";

if (tillMode) {
    patch(PosStore.prototype, {
        /** The invoice of a ticket `{uuid, number}`; null when nobody wants it any more. */
        async escarcelleInvoice(ticket) {
            const invoice = await makeAwaitable(this.dialog, InvoicePopup, {
                ticket,
                till: this.escarcelle,
            });
            if (invoice) {
                this.notification.add(_t("Invoice FCT %s is recorded.", invoice.number), {
                    type: "success",
                });
            }
            return invoice || null;
        },

        /** A proof of payment of a ticket, on paper. */
        async escarcelleProof(ticket) {
            try {
                const body = { uuid: uuidv4(), ticket: ticket.uuid, paper: "paper" };
                const proof = await this.escarcelle.proof(body);
                this.notification.add(_t("Proof of payment %s sent to the printer.", proof.number), {
                    type: "success",
                });
            } catch (error) {
                this.escarcelleTell(error, _t("Proof of payment"));
            }
        },

        /** What the order comes to, on paper, before anything is paid. */
        async escarcelleNote(order = this.getOrder()) {
            if (!order || order.isEmpty() || order.finalized || this.escarcelleNoting) {
                return;
            }
            this.escarcelleNoting = true;
            try {
                const now = luxon.DateTime.utc().toFormat("yyyy-MM-dd'T'HH:mm:ss'Z'");
                const note = await this.escarcelle.note({
                    uuid: uuidv4(),
                    order: noteBody(order, { now }),
                    paper: "paper",
                });
                this.notification.add(_t("Note %s sent to the printer.", note.number), {
                    type: "success",
                });
            } catch (error) {
                this.escarcelleTell(error, _t("Note"));
            } finally {
                this.escarcelleNoting = false;
            }
        },

        async escarcelleSettle() {
            const methods = this.config.payment_method_ids
                .filter((method) => method.type !== "pay_later")
                .map(({ id, name, is_cash_count }) => ({ id, name, cash: Boolean(is_cash_count) }));
            const settled = await makeAwaitable(this.dialog, SettlePopup, {
                methods,
                till: this.escarcelle,
            });
            const money = (cents) => this.env.utils.formatCurrency(cents / 100);
            if (settled?.cancels) {
                this.dialog.add(AlertDialog, {
                    title: _t("Settlement %s is cancelled", settled.cancels),
                    body: _t("To give back to %s: %s", settled.name, settled.back),
                });
            } else if (settled) {
                const amount = money(settled.total);
                this.notification.add(
                    _t("Settlement %s: %s received from %s.", settled.number, amount, settled.name),
                    { type: "success" }
                );
                if (settled.change) {
                    this.dialog.add(AlertDialog, {
                        title: _t("Change"),
                        body: _t("To give back to %s: %s", settled.name, money(settled.change)),
                    });
                }
            }
        },
    });
}

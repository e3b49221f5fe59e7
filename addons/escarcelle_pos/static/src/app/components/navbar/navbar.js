import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";
import { Navbar } from "@point_of_sale/app/components/navbar/navbar";
import { tillMode } from "@escarcelle_pos/app/utils/till_mode";
import { TillPill } from "@escarcelle_pos/app/components/navbar/till_pill";

// Named in the extended template, whatever the mode.
Navbar.components = { ...Navbar.components, TillPill };

if (tillMode) {
    patch(Navbar.prototype, {
        get cashierInitials() {
            const name = this.pos.escarcelle.cashier?.name || "";
            return name
                .split(/\s+/)
                .map((word) => word[0] || "")
                .join("")
                .slice(0, 2)
                .toUpperCase();
        },

        get showCreateProductButton() {
            return false;
        },

        toggleTraining() {
            const till = this.pos.escarcelle;
            if (this.pos.getOrder() && !this.pos.getOrder().isEmpty()) {
                this.notification.add(_t("Finish or put aside the current ticket first."), {
                    type: "warning",
                });
                return;
            }
            till.training = !till.training;
        },

        reloadTill() {
            window.location.reload();
        },
    });
}

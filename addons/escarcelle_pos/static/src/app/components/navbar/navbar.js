import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";
import { Navbar } from "@point_of_sale/app/components/navbar/navbar";
import { tillMode } from "@escarcelle_pos/app/utils/till_mode";
import { TRAINING_SIGN } from "@escarcelle_pos/app/components/training_sign/training_sign";
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

        async toggleTraining() {
            const till = this.pos.escarcelle;
            if (this.pos.getOrder() && !this.pos.getOrder().isEmpty()) {
                this.notification.add(_t("Finish or put aside the current ticket first."), {
                    type: "warning",
                });
                return;
            }
            try {
                if (till.training) {
                    return await till.train(false);
                }
                const proof = await this.pos.escarcelleOverride(
                    "training",
                    _t("In training mode nothing is sold, nothing is counted, and everybody sees it.")
                );
                if (proof) {
                    await till.train(true, proof.token);
                }
            } catch (error) {
                this.pos.escarcelleTell(error, _t("Training mode"));
            }
        },

        get trainingSign() {
            return TRAINING_SIGN;
        },

        get trainingText() {
            return _t("nothing is sold, nothing is counted");
        },

        reloadTill() {
            window.location.reload();
        },
    });
}

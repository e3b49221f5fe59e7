import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";
import { PosStore } from "@point_of_sale/app/services/pos_store";
import { makeAwaitable } from "@point_of_sale/app/utils/make_awaitable_dialog";
import { HouseholdPopup } from "@escarcelle_pos/app/components/popups/household_popup/household_popup";
import { tillMode } from "@escarcelle_pos/app/utils/till_mode";

/** Till mode: whose basket it is. The till knows; the page shows a first name and an initial. */
if (tillMode) {
    patch(PosStore.prototype, {
        async selectPartner(order = this.getOrder()) {
            const current = order?.getPartner();
            if (!order || (current && order.getHasRefundLines())) {
                return current || false;
            }
            const chosen = await makeAwaitable(this.dialog, HouseholdPopup, {
                partners: this.models["res.partner"].filter((one) => one.raw.escarcelle_code),
                current: current || false,
            });
            if (chosen?.card) {
                await this.escarcelleSetHousehold(chosen.card);
            } else if (chosen) {
                this.escarcelleNoHousehold(order);
            }
            return order.getPartner();
        },

        /** A passer-by: the public price. */
        escarcelleNoHousehold(order) {
            order.uiState.escarcelle.household = null;
            order.setPartner(false);
        },

        /** Gives the order its household, by card number or by code; says why when it cannot. */
        async escarcelleSetHousehold(card) {
            const order = this.getOrder();
            let household;
            try {
                household = await this.escarcelle.household(card);
            } catch (error) {
                this.escarcelleTell(error, _t("Card"));
                return false;
            }
            if (!household.entitled) {
                const proof = await this.escarcelleOverride("entitlement", household.message);
                if (!proof) {
                    return false;
                }
                order.uiState.escarcelle.overrides.push(proof);
            }
            const partner = this.escarcellePartner(household);
            order.uiState.escarcelle.household = household;
            order.setPartner(partner);
            this.escarcelleApplyTariff(order, household.tariff);
            return true;
        },

        /** The customer record of a household; made here when it was added since the page loaded. */
        escarcellePartner({ code, display, partner_id }) {
            const known = () =>
                this.models["res.partner"].find((one) => one.raw.escarcelle_code === code);
            if (!known()) {
                this.models.connectNewData({
                    "res.partner": [{ id: partner_id, name: display, escarcelle_code: code }],
                });
            }
            return known();
        },

        /** The till's word on tariff and VAT regime; no label, no colour: it is nobody's business. */
        escarcelleApplyTariff(order, tariff) {
            const pricelist = this.models["product.pricelist"].get(tariff?.pricelist_id);
            const position = this.models["account.fiscal.position"].get(tariff?.fiscal_position_id);
            order.fiscal_position_id = position || this.config.default_fiscal_position_id || false;
            order.setPricelist(pricelist || this.config.pricelist_id);
        },
    });
}

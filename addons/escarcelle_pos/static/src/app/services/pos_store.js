import { _t } from "@web/core/l10n/translation";
import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { browser } from "@web/core/browser/browser";
import { patch } from "@web/core/utils/patch";
import { PosStore } from "@point_of_sale/app/services/pos_store";
import { makeAwaitable } from "@point_of_sale/app/utils/make_awaitable_dialog";
import { NumberPopup } from "@point_of_sale/app/components/popups/number_popup/number_popup";
import { tillMode } from "@escarcelle_pos/app/utils/till_mode";
import { OverridePopup } from "@escarcelle_pos/app/components/popups/override_popup/override_popup";
import { HouseholdPopup } from "@escarcelle_pos/app/components/popups/household_popup/household_popup";
import { householdCode } from "@escarcelle_pos/app/utils/ticket_body";

const LOCK_AFTER = 10 * 60 * 1000;
const FORGET_AFTER = 2000;

if (tillMode) {
    PosStore.serviceDependencies.push("escarcelle_till");

    patch(PosStore.prototype, {
        async setup(env, services) {
            this.escarcelle = services.escarcelle_till;
            this.escarcelle.onScan = (code) => this.barcodeReader?.scan(code);
            env.services.barcode.bus.addEventListener("barcode_scanned", () =>
                this.escarcelleForgetKeys()
            );
            await super.setup(...arguments);
        },

        /**
         * The digits of a scan also wait in the number pad's buffer, to be told apart by their speed.
         * A button touched just after the scan makes core take them all as a quantity: 9 521 014 201 005
         * packets of kibble. What was scanned was not typed.
         */
        escarcelleForgetKeys() {
            clearTimeout(this.numberBuffer._timeout);
            this.numberBuffer.eventsBuffer = [];
            delete this.numberBuffer.handler;
        },

        // ---- start -----------------------------------------------------------------------------

        async initServerData() {
            // Core turns away from an order it does not know; parked ones only come after log-in.
            const { current, params } = this.router.state;
            const asked = { page: current, params: { ...params } };
            const done = await super.initServerData();
            this.escarcelleAfterLogin = asked.page === "LoginScreen" ? null : asked;
            this.navigate("LoginScreen");
            return done;
        },

        get firstPage() {
            return this.escarcelle.cashier
                ? this.defaultPage
                : { page: "LoginScreen", params: {} };
        },

        get idleTimeout() {
            return [
                {
                    timeout: LOCK_AFTER,
                    action: () =>
                        !["PaymentScreen", "LoginScreen"].includes(this.router.state.current) &&
                        this.escarcelleLock(),
                },
            ];
        },

        /** Printing is the till program's business: no font to wait for. */
        async _loadFonts() {},

        // ---- cashier ---------------------------------------------------------------------------

        setCashier() {
            const cashier = this.escarcelle.cashier;
            this.cashier = cashier ? this.user : false;
            if (cashier) {
                this.user._role = cashier.role;
            }
        },

        getCashier() {
            return this.user;
        },

        resetCashier() {
            this.cashier = false;
        },

        checkPreviousLoggedCashier() {},
        _storeConnectedCashier() {},
        _resetConnectedCashier() {},

        async escarcelleLock() {
            const { current, params } = this.router.state;
            if (current !== "LoginScreen" && current !== "ReceiptScreen") {
                this.escarcelleAfterLogin = { page: current, params: { ...params } };
            }
            this.dialog.closeAll();
            this.resetCashier();
            this.navigate("LoginScreen");
            await this.escarcelle.logOut();
        },

        async showLoginScreen() {
            await this.escarcelleLock();
        },

        /** The page asked before identification, when it still makes sense. */
        escarcellePageAfterLogin() {
            const wanted = this.escarcelleAfterLogin;
            this.escarcelleAfterLogin = null;
            const order = this.models["pos.order"].getBy("uuid", wanted?.params?.orderUuid || "");
            if (wanted && (!wanted.params.orderUuid || (order && !order.finalized))) {
                order && this.setOrder(order);
                return wanted;
            }
            // A new customer: parked tickets wait in their tabs, nothing is added to them by mistake.
            const empty = this.getEmptyOrder();
            this.setOrder(empty);
            return { page: "ProductScreen", params: { orderUuid: empty.uuid } };
        },

        /**
         * A manager's proof for `what`, or null when nobody gives it.
         * @returns {Promise<{kind: string, token: string, reason: string}|null>}
         */
        async escarcelleOverride(what, message) {
            return (
                (await makeAwaitable(this.dialog, OverridePopup, {
                    what,
                    message,
                    till: this.escarcelle,
                })) || null
            );
        },

        // ---- orders: the till is the only one to keep them -------------------------------------

        async syncAllOrders() {
            this.clearPendingOrder();
            return [];
        },

        async deleteOrders(orders) {
            for (const order of orders) {
                if (!order || !(await this._onBeforeDeleteOrder(order))) {
                    return false;
                }
            }
            for (const order of orders) {
                this.data.localDeleteCascade(order);
            }
            return true;
        },

        removeOrder(order) {
            return this.data.localDeleteCascade(order);
        },

        /** A payment that may have been taken is not thrown away with its order. */
        async _onBeforeDeleteOrder(order) {
            if (order.uiState.escarcelle.pending || escarcelleCharged(order).length) {
                this.dialog.add(AlertDialog, {
                    title: _t("Payment in progress"),
                    body: _t(
                        "A payment was taken or asked for this ticket. Validate it, or cancel the payment on the terminal first."
                    ),
                });
                return false;
            }
            return super._onBeforeDeleteOrder(order);
        },

        orderDone(order) {
            super.orderDone(order);
            // The till has the ticket; the page need not remember what anyone bought.
            browser.setTimeout(() => {
                if (order.finalized && this.models["pos.order"].getBy("uuid", order.uuid)) {
                    this.data.localDeleteCascade(order);
                }
            }, FORGET_AFTER);
        },

        clickSaveOrder() {
            this.escarcellePark();
        },

        /** From a side screen back to the sale in progress, or to a new one. */
        escarcelleBackToSale() {
            const current = this.getOrder();
            const order = current && !current.finalized ? current : this.getEmptyOrder();
            this.setOrder(order);
            this.navigate("ProductScreen", { orderUuid: order.uuid });
        },

        /** Leaves the order in progress aside (it is parked in the till already) for a new one. */
        escarcellePark() {
            this.notification.add(_t("Ticket put aside."), { type: "success" });
            const order = this.getEmptyOrder();
            this.setOrder(order);
            this.navigate("ProductScreen", { orderUuid: order.uuid });
        },

        // ---- household -------------------------------------------------------------------------

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

        /** Looks the budget up again: another till may have sold meanwhile. */
        async escarcelleRefreshHousehold(order) {
            const code = householdCode(order);
            if (code) {
                order.uiState.escarcelle.household = await this.escarcelle.household(code);
            }
        },

        // ---- what the till program does instead of the page ------------------------------------

        async printReceipt({ order = this.getOrder() } = {}) {
            try {
                await this.escarcelle.duplicate(order.uuid);
                this.notification.add(_t("Duplicate sent to the printer."), { type: "success" });
                return true;
            } catch (error) {
                this.escarcelleTell(error, _t("Duplicate"));
                return false;
            }
        },

        async sendOrderInPreparation() {},
        async checkPreparationStateAndSentOrderInPreparation() {},

        cashMove() {
            this.navigate("EscarcelleDayScreen");
        },

        async closeSession() {
            this.navigate("EscarcelleDayScreen");
        },

        /** "TicketScreen" of core lists orders of the server; the till has its own. */
        navigate(routeName, routeParams = {}) {
            const own = { TicketScreen: "EscarcelleTicketScreen", SaverScreen: "LoginScreen" };
            const name = own[routeName] || routeName;
            return super.navigate(name, name === routeName ? routeParams : {});
        },

        shouldShowOpeningControl() {
            return false;
        },

        async closePos() {
            this.redirectToBackend();
        },

        redirectToBackend() {
            window.location = "/";
        },

        async editPartner() {
            this.escarcelleNotHere(_t("Households are modified in the back office."));
        },

        async editProduct() {
            this.escarcelleNotHere(_t("Products are modified in the back office."));
        },

        async onProductInfoClick(productTemplate) {
            this.escarcelleNotHere(
                `${productTemplate.name} — ${productTemplate.barcode || _t("no barcode")}`
            );
        },

        escarcelleNotHere(body) {
            this.notification.add(body, { type: "info" });
        },

        /** Shows a TillError; asks for identification when that is what is missing. */
        escarcelleTell(error, title) {
            if (error.code === "cashier_required" && !error.details?.reason) {
                this.notification.add(_t("Identify yourself again."), { type: "warning" });
                this.escarcelleLock();
                return;
            }
            this.dialog.add(AlertDialog, { title, body: error.message });
        },

        async escarcelleAskAmount(title, startingValue = "") {
            const typed = await makeAwaitable(this.dialog, NumberPopup, {
                title,
                startingValue,
                formatDisplayedValue: (value) => `${value} €`,
            });
            return typed === undefined ? undefined : typed;
        },
    });
}

/** Card payments a terminal has confirmed. */
export function escarcelleCharged(order) {
    return order.payment_ids.filter((payment) => payment.getPaymentStatus() === "done");
}

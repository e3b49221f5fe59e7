import { _t } from "@web/core/l10n/translation";
import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { patch } from "@web/core/utils/patch";
import { PosStore } from "@point_of_sale/app/services/pos_store";
import { makeAwaitable } from "@point_of_sale/app/utils/make_awaitable_dialog";
import { tillMode } from "@escarcelle_pos/app/utils/till_mode";
import { OverridePopup } from "@escarcelle_pos/app/components/popups/override_popup/override_popup";

const LOCK_AFTER = 10 * 60 * 1000;

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
    });
}

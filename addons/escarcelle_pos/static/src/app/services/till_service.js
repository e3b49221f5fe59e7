import { _t } from "@web/core/l10n/translation";
import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";
import { Reactive } from "@web/core/utils/reactive";
import { uuidv4 } from "@point_of_sale/utils";
import { TillClient } from "@escarcelle_pos/app/utils/till_client";
import { tillMode, tillPage } from "@escarcelle_pos/app/utils/till_mode";

const POLL = 15000;
const CHECK_PAGE = 60000;
const LISTEN_AGAIN = 5000;
/** States of a printer that prints (till_proxy.devices.base). */
const PRINTS = ["ready", "paper_low", "busy", "unknown"];

/**
 * The till program as the screens see it: who is at the till, what the program says of itself, and
 * the calls of docs/formats.md §5. Only exists in till mode.
 */
export class Till extends Reactive {
    constructor() {
        super();
        this.setup();
    }

    setup() {
        this.page = tillPage;
        this.cashier = null;
        this.token = "";
        this.status = null;
        this.answering = true;
        this.sold = new Set(); // uuids of the orders this page has sold
        this.stale = false; // the snapshot changed since this page was loaded
        this.client = new TillClient({
            fetch: (...args) => browser.fetch(...args),
            pageUrl: `/pos/ui/${odoo.pos_config_id}`,
            token: () => this.token,
        });
    }

    // ---- state ---------------------------------------------------------------------------------

    start() {
        this.refreshStatus();
        browser.setInterval(() => this.refreshStatus(), POLL);
        browser.setInterval(() => this.checkPage(), CHECK_PAGE);
        this.listen();
    }

    async refreshStatus() {
        try {
            this.receiveStatus(await this.client.get("/till/v1/status", { timeout: 5000 }));
        } catch (error) {
            this.answering = error.code !== "unreachable" && error.code !== "timeout";
        }
    }

    receiveStatus(status) {
        this.answering = true;
        this.status = status;
    }

    /** Server-sent events. The browser reconnects by itself, but not to a till that was restarted. */
    listen() {
        const source = new window.EventSource("/till/v1/events");
        source.addEventListener("status", (event) => this.receiveStatus(JSON.parse(event.data)));
        // Budgets move all day; only what this page has loaded makes it stale.
        source.addEventListener("snapshot", () => this.checkPage());
        source.addEventListener("scan", (event) => {
            const { code } = JSON.parse(event.data);
            code && this.onScan?.(code);
        });
        source.onerror = async () => {
            this.refreshStatus();
            if (source.readyState === window.EventSource.CLOSED) {
                await this.checkPage(); // renews the session cookie
                browser.setTimeout(() => this.listen(), LISTEN_AGAIN);
            }
        };
    }

    /** School: the till says so, on every screen and after every start (docs/formats.md §5). */
    get training() {
        return Boolean(this.status?.training);
    }

    get isManager() {
        return this.cashier?.role === "manager";
    }

    /** `{level, text, icon}` of the pill in the top bar; level: ok, waiting, warning, danger. */
    get pill() {
        if (!this.answering) {
            return { level: "danger", text: _t("Till stopped"), icon: "fa-exclamation-triangle" };
        }
        const status = this.status;
        if (!status) {
            return { level: "waiting", text: "…", icon: "fa-circle-o-notch" };
        }
        const waiting = status.queue?.pending || 0;
        const rejected = status.queue?.rejected?.length || 0;
        if (rejected) {
            return {
                level: "danger",
                text: _t("%s rejected", rejected),
                icon: "fa-exclamation-triangle",
            };
        }
        if (status.printer?.configured && !PRINTS.includes(status.printer.state)) {
            return { level: "warning", text: _t("Printer"), icon: "fa-print" };
        }
        if (!status.server?.online) {
            const text = waiting ? _t("Offline · %s", waiting) : _t("Offline");
            return { level: "waiting", text, icon: "fa-chain-broken" };
        }
        if (waiting) {
            return { level: "waiting", text: _t("Sending · %s", waiting), icon: "fa-cloud-upload" };
        }
        return { level: "ok", text: _t("Online"), icon: "fa-check" };
    }

    /** Whether another load of the page would show other prices or goods. */
    async checkPage() {
        try {
            const { version } = await this.client.get("/till/v1/page", { timeout: 5000 });
            this.stale = version !== this.page.version;
        } catch {
            // Asked again in a minute.
        }
        return this.stale;
    }

    // ---- people --------------------------------------------------------------------------------

    /** `[{code, name, role}]` of who may identify here; empty when the till does not answer. */
    async people() {
        try {
            return (await this.client.get("/till/v1/cashiers", { timeout: 5000 })).cashiers;
        } catch {
            return [];
        }
    }

    async logIn(credentials) {
        const { token, cashier } = await this.client.post("/till/v1/cashier", credentials);
        this.token = token;
        this.cashier = cashier;
        return cashier;
    }

    async logOut() {
        const token = this.token;
        this.cashier = null;
        if (token) {
            try {
                await this.client.delete("/till/v1/cashier", { timeout: 3000 });
            } catch {
                // The till forgets idle sessions by itself; the screen is locked in any case.
            }
        }
        this.token = "";
    }

    /** A manager's proof, single use; `what` says what for. */
    override(credentials, what, reason) {
        return this.client.post("/till/v1/overrides", { ...credentials, what, reason });
    }

    household(card) {
        return this.client.get(`/till/v1/households/${encodeURIComponent(card)}`);
    }

    // ---- barcodes ------------------------------------------------------------------------------

    /** `{product_id, count}` of a code; the till refuses with not_found. */
    barcode(code) {
        return this.client.get(`/till/v1/barcodes/${encodeURIComponent(code)}`);
    }

    /** From now on `code` sells `count` units of a good, at every till once the server knows. */
    attach(code, productId, count) {
        const body = { uuid: uuidv4(), barcode: code, product_id: productId, count };
        return this.client.post("/till/v1/barcodes", body);
    }

    /** Kinds of vouchers: `[{method_id, name, numbered, value (cents), share (%)}]`. */
    vouchers() {
        return this.client.get("/till/v1/vouchers").then((answer) => answer.kinds);
    }

    // ---- tickets -------------------------------------------------------------------------------

    /** Signing includes a write to disk and, at worst, the closing of several days. */
    sell(body) {
        return this.client.post("/till/v1/tickets", body, { timeout: 20000 });
    }

    tickets(query) {
        const params = new URLSearchParams(query);
        return this.client.get(`/till/v1/tickets?${params}`).then((answer) => answer.tickets);
    }

    /** The ticket of an order, null when the till never signed one. */
    async ticket(uuid) {
        try {
            return (await this.tickets({ uuid }))[0] || null;
        } catch (error) {
            if (error.code === "not_found") {
                return null;
            }
            throw error;
        }
    }

    /** `request` makes the call repeatable: the same one gives the same copy. An address makes it a mail. */
    duplicate(uuid, { request = uuidv4(), email = null } = {}) {
        const channel = email ? "email" : "paper";
        return this.client.post("/till/v1/duplicates", { uuid, channel, email, request });
    }

    /** Cancels a whole ticket: `{uuid, ticket, reason, paper, overrides}`. */
    cancel(body) {
        return this.client.post("/till/v1/cancellations", body, { timeout: 20000 });
    }

    /** Begins (with a manager's proof for "training") or ends the training mode. */
    async train(on, token = null) {
        const { training } = await this.client.post("/till/v1/training", { on, token });
        this.status = { ...this.status, training };
    }

    // ---- invoices, notes, proofs, settlements --------------------------------------------------

    invoice(body) {
        return this.client.post("/till/v1/invoices", body, { timeout: 20000 });
    }

    note(body) {
        return this.client.post("/till/v1/notes", body, { timeout: 20000 });
    }

    proof(body) {
        return this.client.post("/till/v1/proofs", body, { timeout: 20000 });
    }

    settle(body) {
        return this.client.post("/till/v1/settlements", body, { timeout: 20000 });
    }

    /** The latest settlement of an account that was not given back, or null. */
    lastSettlement(account) {
        const params = new URLSearchParams({ account });
        return this.client.get(`/till/v1/papers?${params}`).then(({ papers }) => papers[0] || null);
    }

    customers(query, options = {}) {
        const params = new URLSearchParams({ query, ...options });
        return this.client.get(`/till/v1/customers?${params}`).then((answer) => answer.customers);
    }

    // ---- parked orders -------------------------------------------------------------------------

    drafts() {
        return this.client.get("/till/v1/drafts");
    }

    park(uuid, draft) {
        return this.client.put(`/till/v1/drafts/${uuid}`, draft);
    }

    unpark(uuid) {
        return this.client.delete(`/till/v1/drafts/${uuid}`);
    }

    // ---- cash and day --------------------------------------------------------------------------

    report() {
        return this.client.get("/till/v1/closings");
    }

    /** The X report on paper; `{printed}` is false when there is no printer. */
    printReport() {
        return this.client.post("/till/v1/closings/reading", { uuid: uuidv4() });
    }

    closeDay() {
        return this.client.post(
            "/till/v1/closings",
            { uuid: uuidv4(), level: "day" },
            { timeout: 60000 }
        );
    }

    cashMove(amount, reason) {
        return this.client.post("/till/v1/cash-moves", { uuid: uuidv4(), amount, reason });
    }

    cashCount(amount, moment, notes) {
        return this.client.post("/till/v1/cash-counts", { uuid: uuidv4(), amount, moment, notes });
    }
}

export const tillService = {
    start() {
        if (!tillMode) {
            return null;
        }
        const till = new Till();
        till.start();
        return till;
    },
};

registry.category("services").add("escarcelle_till", tillService);

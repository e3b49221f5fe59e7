import { Component, onMounted, onWillStart, onWillUnmount, useExternalListener, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { usePos } from "@point_of_sale/app/hooks/pos_hook";
import { useTime } from "@point_of_sale/app/hooks/time_hook";
import { Keypad } from "@escarcelle_pos/app/components/keypad/keypad";
import { TillPill } from "@escarcelle_pos/app/components/navbar/till_pill";
import { tillMode } from "@escarcelle_pos/app/utils/till_mode";

const PIN_MAX = 12;
const CODE_MAX = 16;
const BADGE_MIN = 6;

/** Who is at the till: badge, or code and PIN, checked by the till program. */
export class TillLoginScreen extends Component {
    static template = "escarcelle_pos.TillLoginScreen";
    static components = { Keypad, TillPill };
    static props = { "*": true };
    static storeOnOrder = false;

    setup() {
        this.pos = usePos();
        this.till = this.pos.escarcelle;
        this.time = useTime();
        this.barcodeReader = useService("barcode_reader");
        this.state = useState({
            step: "code",
            code: "",
            pin: "",
            error: "",
            busy: false,
            people: [],
        });
        onWillStart(async () => {
            this.state.people = await this.till.people();
        });
        onMounted(() => this.renewPage());
        useExternalListener(window, "keydown", this.onKeydown.bind(this));
        let forget;
        onMounted(() => {
            const badge = (code) => this.onBadge(code);
            // Whatever the nomenclature makes of it, what is scanned here is a badge.
            forget = this.barcodeReader?.register(new Proxy({}, { get: () => badge }), true);
        });
        onWillUnmount(() => forget?.());
    }

    /** Nobody is selling: the moment to show today's prices. */
    async renewPage() {
        const open = this.pos.getOpenOrders().some((order) => !order.isEmpty());
        if (!open && (await this.till.checkPage()) && !this.till.cashier) {
            window.location.reload();
        }
    }

    get shop() {
        return this.pos.company.name;
    }

    get today() {
        void this.time.hours; // read anew with the clock
        return luxon.DateTime.now().toLocaleString({ weekday: "long", day: "numeric", month: "long" });
    }

    get value() {
        return this.state[this.state.step];
    }

    get dots() {
        return "•".repeat(this.state.pin.length);
    }

    get who() {
        const { code, people } = this.state;
        return people.find((person) => person.code === code)?.name || code;
    }

    choose(person) {
        Object.assign(this.state, { step: "pin", code: person.code, pin: "", error: "" });
    }

    /** A keyboard types a code (letters too); the screen's keypad only types a PIN. */
    onKeydown(event) {
        const known = /^[0-9A-Za-z]$/.test(event.key) || ["Backspace", "Enter"].includes(event.key);
        if (this.state.step === "code" && known && !event.ctrlKey && !event.altKey) {
            event.preventDefault();
            this.onKey(event.key.length === 1 ? event.key.toUpperCase() : event.key);
        }
    }

    onKey(key) {
        if (this.state.busy) {
            return;
        }
        this.state.error = "";
        const { step } = this.state;
        if (key === "Enter") {
            return this.next();
        }
        if (key === "Backspace") {
            if (step === "pin" && !this.state.pin) {
                return this.editCode();
            }
            this.state[step] = this.state[step].slice(0, -1);
            return;
        }
        if (key === "Clear") {
            this.state[step] = "";
            return;
        }
        if (this.state[step].length < (step === "pin" ? PIN_MAX : CODE_MAX)) {
            this.state[step] += key;
        }
    }

    next() {
        if (this.state.step === "code") {
            if (this.state.code) {
                this.state.step = "pin";
            }
            return;
        }
        if (this.state.pin) {
            return this.logIn({ code: this.state.code, pin: this.state.pin });
        }
    }

    editCode() {
        Object.assign(this.state, { step: "code", code: "", pin: "", error: "" });
    }

    /** A quick typist looks like a scanner: what is typed as a PIN is no badge, nor is a short code. */
    onBadge(parsed) {
        const badge = Array.isArray(parsed) ? parsed.map((part) => part.code).join("") : parsed.code;
        if (this.state.step === "pin" || badge.length < BADGE_MIN) {
            return;
        }
        if (this.state.step === "pin" && /^[0-9]{1,12}$/.test(badge)) {
            return; // a PIN typed fast on a keyboard looks like a scanner
        }
        Object.assign(this.state, { step: "code", code: "", pin: "" });
        return this.logIn({ badge });
    }

    async logIn(credentials) {
        if (this.state.busy) {
            return;
        }
        this.state.busy = true;
        try {
            await this.till.logIn(credentials);
        } catch (error) {
            const step = credentials.code ? "pin" : "code";
            Object.assign(this.state, { pin: "", error: error.message, busy: false, step });
            return;
        }
        this.pos.setCashier();
        try {
            await this.pos.data.escarcelleLoadDrafts();
        } catch {
            // Parked tickets come with the next identification; selling does not wait for them.
        }
        const { page, params } = this.pos.escarcellePageAfterLogin();
        this.pos.navigate(page, params);
    }
}

if (tillMode) {
    registry.category("pos_pages").add(
        "LoginScreen",
        {
            name: "LoginScreen",
            component: TillLoginScreen,
            route: `/pos/ui/${odoo.pos_config_id}/login`,
            params: {},
        },
        { force: true }
    );
}

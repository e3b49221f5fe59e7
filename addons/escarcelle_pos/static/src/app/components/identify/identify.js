import { Component, onMounted, onWillStart, onWillUnmount, useExternalListener, useState } from "@odoo/owl";
import { useService } from "@web/core/utils/hooks";
import { Keypad } from "@escarcelle_pos/app/components/keypad/keypad";

const PIN_MAX = 12;
const CODE_MAX = 16;
const BADGE_MIN = 6;

/**
 * Who somebody is: a badge, or a name touched in a list and a PIN. It proves nothing itself: `prove`
 * asks the till, and what it throws is shown. Everything can be done by touch.
 */
export class Identify extends Component {
    static template = "escarcelle_pos.Identify";
    static components = { Keypad };
    static props = {
        getPeople: Function, // a promise of [{code, name}]
        prove: Function, // ({code, pin} or {badge}): a promise
        label: String,
        name: String, // of the button
        nobody: String,
        slots: { type: Object, optional: true }, // shown above the list
    };

    setup() {
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
            this.state.people = await this.props.getPeople();
        });
        useExternalListener(window, "keydown", this.onKeydown.bind(this));
        let forget;
        onMounted(() => {
            const badge = (code) => this.onBadge(code);
            // Whatever the nomenclature makes of it, what is scanned here is a badge.
            forget = this.barcodeReader?.register(new Proxy({}, { get: () => badge }), true);
        });
        onWillUnmount(() => forget?.());
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
            return this.prove({ code: this.state.code, pin: this.state.pin });
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
        Object.assign(this.state, { code: "", pin: "" });
        return this.prove({ badge });
    }

    async prove(credentials) {
        if (this.state.busy) {
            return;
        }
        this.state.busy = true;
        try {
            await this.props.prove(credentials);
        } catch (error) {
            const step = credentials.code ? "pin" : "code";
            Object.assign(this.state, { pin: "", error: error.message, busy: false, step });
        }
    }
}

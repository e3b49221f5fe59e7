import { Component, useExternalListener } from "@odoo/owl";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "Clear", "0", "Backspace"];

/**
 * A numeric keypad that also listens to the keyboard. It holds nothing: the parent owns the value.
 */
export class Keypad extends Component {
    static template = "escarcelle_pos.Keypad";
    static props = {
        onKey: Function, // one character, "Backspace", "Clear" or "Enter"
        keyboard: { type: Boolean, optional: true },
        letters: { type: Boolean, optional: true },
    };
    static defaultProps = { keyboard: true, letters: false };

    setup() {
        this.keys = KEYS;
        if (this.props.keyboard) {
            useExternalListener(window, "keydown", this.onKeydown.bind(this));
        }
    }

    onKeydown(event) {
        const inField = event.target?.closest?.("input, textarea, select");
        if (inField || event.ctrlKey || event.altKey || event.metaKey) {
            return;
        }
        const accepted = this.props.letters ? /^[0-9A-Za-z-]$/ : /^[0-9]$/;
        if (accepted.test(event.key) || ["Backspace", "Enter"].includes(event.key)) {
            event.preventDefault();
            this.props.onKey(event.key);
        }
    }

    label(key) {
        return { Clear: "C", Backspace: "⌫" }[key] || key;
    }
}

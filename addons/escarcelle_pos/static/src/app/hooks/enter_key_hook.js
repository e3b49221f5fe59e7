import { useExternalListener } from "@odoo/owl";

/** Calls back when Enter is pressed outside a field and no scanner is typing. */
export function useEnterKey(callback, scannerPause = 200) {
    let lastKey = 0;
    useExternalListener(window, "keydown", (event) => {
        const quick = event.timeStamp - lastKey < scannerPause;
        lastKey = event.timeStamp;
        const busy = event.target?.closest?.("input, textarea, select, button, .modal");
        if (event.key === "Enter" && !event.repeat && !quick && !busy) {
            event.preventDefault();
            callback();
        }
    });
}

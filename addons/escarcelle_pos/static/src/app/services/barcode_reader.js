import { patch } from "@web/core/utils/patch";
import { BarcodeReader } from "@point_of_sale/app/services/barcode_reader_service";
import { tillMode } from "@escarcelle_pos/app/utils/till_mode";

/**
 * Core reads one scan at a time. A card may open a popup that waits inside its own scan (a manager has to
 * agree): what that popup asks for, a badge, would wait behind it for ever.
 */
if (tillMode) {
    patch(BarcodeReader.prototype, {
        setup() {
            super.setup(...arguments);
            this.escarcelleExclusive = [];
        },

        scan(code) {
            return this.exclusiveCbMap ? this._scan(code) : super.scan(code);
        },

        /** A popup above another gives the scanner back to the one below when it closes. */
        register(cbMap, exclusive) {
            if (!exclusive) {
                return super.register(cbMap, exclusive);
            }
            const waiting = this.escarcelleExclusive;
            waiting.push(cbMap);
            this.exclusiveCbMap = cbMap;
            return () => {
                waiting.splice(waiting.indexOf(cbMap), 1);
                this.exclusiveCbMap = waiting.at(-1) || null;
            };
        },
    });
}

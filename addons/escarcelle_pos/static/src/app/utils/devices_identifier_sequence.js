import { patch } from "@web/core/utils/patch";
import DeviceIdentifierSequence from "@point_of_sale/app/utils/devices_identifier_sequence";
import { tillMode } from "@escarcelle_pos/app/utils/till_mode";

/**
 * Till mode: order references come by blocks from the till, which never gives one twice; core counts
 * them in localStorage, where they are lost with the profile.
 */
if (tillMode) {
    let held = null;

    patch(DeviceIdentifierSequence.prototype, {
        get data() {
            return held;
        },

        async initialize() {
            held = { ...(await this.escarcelleBlock()), unsynced_number_stack: [] };
            this.device_identifier = held.device_identifier;
        },

        escarcelleBlock() {
            return this.orm.call("pos.config", "register_new_device_identifier", [
                odoo.pos_config_id,
            ]);
        },

        useNext() {
            const number = held.next_number;
            held.next_number += 1;
            held.count -= 1;
            if (held.count === 10) {
                this.escarcelleBlock().then((block) => Object.assign(held, block));
            }
            return number;
        },

        /** A number is never used again, even that of an abandoned order. */
        saveUnusedNumber() {},

        save() {},
    });
}

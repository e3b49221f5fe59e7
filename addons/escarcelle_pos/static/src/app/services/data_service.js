import { patch } from "@web/core/utils/patch";
import { PosData } from "@point_of_sale/app/services/data_service";
import { tillMode } from "@escarcelle_pos/app/utils/till_mode";
import { NoIndexedDB } from "@escarcelle_pos/app/models/utils/no_indexed_db";
import { packDraft, unpackDrafts } from "@escarcelle_pos/app/utils/drafts";

/**
 * Till mode: the browser keeps nothing. Everything loaded comes from the till at each start, and
 * what core would write to IndexedDB (orders in progress) goes to the till's parked orders.
 */
if (tillMode) {
    PosData.serviceDependencies.push("escarcelle_till");

    patch(PosData.prototype, {
        async setup(env, services) {
            this.escarcelle = services.escarcelle_till;
            this.escarcelleParked = new Map(); // order uuid -> last draft the till has
            return super.setup(...arguments);
        },

        /** The till is on this computer: whether a network is there changes nothing. */
        async checkConnectivity() {
            this.network.offline = false;
            this.network.warningTriggered = false;
            window.dispatchEvent(new CustomEvent("pos-network-online"));
        },

        async initIndexedDB() {
            this.indexedDB = new NoIndexedDB();
            // What an earlier session of core's own may have left in this profile.
            window.indexedDB?.deleteDatabase(this.databaseName);
        },

        /** No copy of the parameters in localStorage: without the till there is no page anyway. */
        async loadFieldsAndRelations() {
            return this.orm.call("pos.session", "load_data_params", [odoo.pos_session_id]);
        },

        async synchronizeServerDataInIndexedDB() {},

        /** Called 300 ms after the last change of an order: parks what changed, drops what ended. */
        async synchronizeLocalDataInIndexedDB() {
            if (!this.escarcelle.cashier) {
                return; // parked again with the next change, once somebody is there
            }
            const open = this.models["pos.order"].filter(
                (order) => !order.finalized && order.lines.length
            );
            const seen = new Set();
            for (const order of open) {
                seen.add(order.uuid);
                const draft = packDraft(order);
                if (this.escarcelleParked.get(order.uuid) !== draft.content) {
                    await this.escarcellePark(order.uuid, draft);
                }
            }
            for (const uuid of [...this.escarcelleParked.keys()]) {
                if (seen.has(uuid)) {
                    continue;
                }
                this.escarcelleParked.delete(uuid);
                // A sold order is no longer parked: the till saw to it. Any other was given up.
                if (!this.escarcelle.sold.has(uuid)) {
                    await this.escarcelleUnpark(uuid);
                }
            }
        },

        async escarcellePark(uuid, draft) {
            try {
                await this.escarcelle.park(uuid, draft);
                this.escarcelleParked.set(uuid, draft.content);
            } catch {
                // The order is still on the screen; the next change tries again.
            }
        },

        async escarcelleUnpark(uuid) {
            try {
                await this.escarcelle.unpark(uuid);
            } catch {
                this.escarcelleParked.set(uuid, ""); // given up at the next change
            }
        },

        async getLocalDataFromIndexedDB() {},

        /** Parked orders this page does not have yet; the till only gives them to a cashier. */
        async escarcelleLoadDrafts() {
            const { drafts } = await this.escarcelle.drafts();
            const missing = drafts.filter(
                ({ uuid }) => !this.models["pos.order"].getBy("uuid", uuid)
            );
            const { data, contents } = unpackDrafts(missing, this.models);
            for (const [uuid, content] of contents) {
                this.escarcelleParked.set(uuid, content);
            }
            return this.models.loadConnectedData(data, []);
        },
    });
}

import { Component, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { tillMode } from "@escarcelle_pos/app/utils/till_mode";

/** A legal mention (BOI-TVA-DECLA-30-10-30 §150): French, never translated. */
export const TRAINING_SIGN = "ÉCOLE – SIMULATION";

/** A frame around every screen, whatever is shown: nobody takes a school till for a real one. */
export class TrainingSign extends Component {
    static template = "escarcelle_pos.TrainingSign";
    static props = {};

    setup() {
        this.till = useState(useService("escarcelle_till"));
        this.sign = TRAINING_SIGN;
    }
}

if (tillMode) {
    registry.category("main_components").add("EscarcelleTrainingSign", { Component: TrainingSign });
}

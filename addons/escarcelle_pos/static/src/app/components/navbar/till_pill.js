import { Component, useState } from "@odoo/owl";

/** Is the server heard, what waits to be sent, is the printer well. */
export class TillPill extends Component {
    static template = "escarcelle_pos.TillPill";
    static props = { till: Object };

    setup() {
        this.till = useState(this.props.till);
    }
}

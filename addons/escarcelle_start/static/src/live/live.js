import { Component, onMounted, onWillUnmount } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

const EVERY = 4000;

/** Reads the page again every few seconds until the till is paired, so that one sees it come alive. */
export class TillLive extends Component {
    static template = "escarcelle_start.TillLive";
    static props = { ...standardFieldProps };

    setup() {
        onMounted(() => {
            this.timer = setInterval(() => this.look(), EVERY);
        });
        onWillUnmount(() => clearInterval(this.timer));
    }

    get waiting() {
        return this.props.record.data[this.props.name] === "pairing";
    }

    async look() {
        const { record } = this.props;
        // Somebody is typing, or another tab is in front: nothing is taken away from them.
        if (this.waiting && !document.hidden && !(await record.isDirty())) {
            await record.load();
        }
    }
}

registry.category("fields").add("escarcelle_start_live", {
    component: TillLive,
    supportedTypes: ["selection"],
});

import { Component, onWillUnmount, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

const EVERY = 700;

/** Starts a long import and shows how far it is; the request itself answers only when all is written. */
export class ImportButton extends Component {
    static template = "escarcelle_social.ImportButton";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ busy: false, done: 0, total: 0 });
        onWillUnmount(() => this.rest());
    }

    get percent() {
        return this.state.total ? Math.floor((100 * this.state.done) / this.state.total) : 0;
    }

    async start() {
        const { record } = this.props;
        if (this.state.busy || !(await record.save({ reload: false }))) {
            return;
        }
        this.state.busy = true;
        this.timer = setInterval(() => this.look(), EVERY);
        try {
            const next = await this.orm.call(record.resModel, "action_import", [[record.resId]]);
            this.rest();
            await this.action.doAction(next);
        } finally {
            this.rest();
            this.state.busy = false;
        }
    }

    async look() {
        const { resModel, resId } = this.props.record;
        const found = await this.orm.silent.call(resModel, "action_progress", [[resId]]);
        Object.assign(this.state, found);
    }

    rest() {
        clearInterval(this.timer);
    }
}

registry.category("view_widgets").add("escarcelle_import_button", { component: ImportButton });

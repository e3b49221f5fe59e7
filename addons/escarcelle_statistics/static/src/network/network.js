import { Component, onMounted, onWillStart, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

/** Several shops side by side and summed up: finished tables, masked by the server. */
export class NetworkFigures extends Component {
    static template = "escarcelle_statistics.NetworkFigures";
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        const month = luxon.DateTime.now().minus({ months: 1 }).toFormat("yyyy-MM");
        this.state = useState({
            networks: [],
            network: 0,
            kind: "last_month",
            first: month,
            last: month,
            compare: false,
            answer: null,
            loading: false,
        });
        this.kinds = [
            ["last_month", _t("Last month")],
            ["quarter", _t("This quarter")],
            ["last_quarter", _t("Last quarter")],
            ["year", _t("This year")],
            ["last_year", _t("Last year")],
            ["custom", _t("From a month to another")],
        ];
        onWillStart(async () => {
            this.state.networks = await this.orm.call("escarcelle.network", "escarcelle_networks", []);
            this.state.network = this.state.networks[0]?.id || 0;
            await this.load();
        });
        onMounted(() => this.env.config?.setDisplayName?.(_t("Figures of the network")));
    }

    async load() {
        if (!this.state.network) {
            return;
        }
        const { network, kind, first, last, compare } = this.state;
        this.state.loading = true;
        try {
            this.state.answer = await this.orm.call("escarcelle.network", "escarcelle_figures", [
                Number(network),
                { kind, first, last, compare },
            ]);
        } finally {
            this.state.loading = false;
        }
    }
}

registry.category("actions").add("escarcelle_statistics.network", NetworkFigures);

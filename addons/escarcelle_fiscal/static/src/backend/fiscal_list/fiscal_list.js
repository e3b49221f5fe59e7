import { Component, onWillStart } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { ListController } from "@web/views/list/list_controller";
import { listView } from "@web/views/list/list_view";

/** Says on every list of the journal when its protection is weaker than it must be. */
export class FiscalBanner extends Component {
    static template = "escarcelle_fiscal.Banner";
    static props = {};

    setup() {
        this.orm = useService("orm");
        onWillStart(async () => {
            this.state = await this.orm.call("escarcelle.fiscal.guard", "escarcelle_banner", []);
        });
    }
}

export class FiscalListController extends ListController {
    static template = "escarcelle_fiscal.ListView";
    static components = { ...ListController.components, FiscalBanner };
}

registry.category("views").add("escarcelle_fiscal_list", {
    ...listView,
    Controller: FiscalListController,
});

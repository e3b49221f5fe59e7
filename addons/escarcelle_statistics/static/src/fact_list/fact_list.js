import { registry } from "@web/core/registry";
import { ListController } from "@web/views/list/list_controller";
import { listView } from "@web/views/list/list_view";

/** Facts in a list, below a sentence: figures of few people are not masked here. */
class FactListController extends ListController {
    static template = "escarcelle_statistics.FactList";
}

registry.category("views").add("escarcelle_fact_list", { ...listView, Controller: FactListController });

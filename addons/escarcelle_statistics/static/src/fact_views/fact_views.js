import { registry } from "@web/core/registry";
import { GraphController } from "@web/views/graph/graph_controller";
import { graphView } from "@web/views/graph/graph_view";
import { ListController } from "@web/views/list/list_controller";
import { listView } from "@web/views/list/list_view";
import { PivotController } from "@web/views/pivot/pivot_controller";
import { pivotView } from "@web/views/pivot/pivot_view";

/** Facts on Odoo's own views, below a sentence: figures of few people are not masked here. */
class FactPivotController extends PivotController {
    static template = "escarcelle_statistics.FactPivot";
}

class FactGraphController extends GraphController {
    static template = "escarcelle_statistics.FactGraph";
}

class FactListController extends ListController {
    static template = "escarcelle_statistics.FactList";
}

const views = registry.category("views");
views.add("escarcelle_fact_pivot", { ...pivotView, Controller: FactPivotController });
views.add("escarcelle_fact_graph", { ...graphView, Controller: FactGraphController });
views.add("escarcelle_fact_list", { ...listView, Controller: FactListController });

import { registry } from "@web/core/registry";
import { GraphController } from "@web/views/graph/graph_controller";
import { graphView } from "@web/views/graph/graph_view";
import { PivotController } from "@web/views/pivot/pivot_controller";
import { pivotView } from "@web/views/pivot/pivot_view";

/** Facts on Odoo's own pivot and graph, below the sentence of the list. Loaded with these views only. */
class FactPivotController extends PivotController {
    static template = "escarcelle_statistics.FactPivot";
}

class FactGraphController extends GraphController {
    static template = "escarcelle_statistics.FactGraph";
}

const views = registry.category("views");
views.add("escarcelle_fact_pivot", { ...pivotView, Controller: FactPivotController });
views.add("escarcelle_fact_graph", { ...graphView, Controller: FactGraphController });

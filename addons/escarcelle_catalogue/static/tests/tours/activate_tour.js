import { registry } from "@web/core/registry";

/** A stock manager takes two categories of the catalogue, then types a price. */
registry.category("web_tour.tours").add("escarcelle_catalogue_activate", {
    steps: () => [
        { trigger: ".modal .o_field_many2many_checkboxes label:contains('Pâtes, riz et céréales')", run: "click" },
        { trigger: ".modal .o_field_many2many_checkboxes label:contains('Surgelés')", run: "click" },
        { trigger: ".modal .o_field_widget[name=good_ids] .o_data_row", content: "their goods are shown" },
        { trigger: ".modal footer button[name=action_run]:visible", run: "click" },
        { trigger: ".modal .alert-success:visible", content: "run step by step, then said" },
        { trigger: ".modal footer button[name=action_prices]:visible", run: "click" },
        { trigger: ".o_list_view .o_data_row:first td[name=list_price]", run: "click" },
        { trigger: ".o_selected_row [name=list_price] input", run: "edit 1.25" },
        { trigger: ".o_list_button_save:visible", run: "click" },
        { trigger: ".o_list_view:not(:has(.o_selected_row))", content: "saved" },
    ],
});

{
    "name": "Escarcelle – Statistics",
    "version": "19.0.1.0.0",
    "category": "Sales/Point of Sale",
    "summary": "Anonymous facts of a social grocery, statistics, dashboards, reports to funders",
    "author": "Escarcelle contributors",
    "license": "LGPL-3",
    "depends": ["escarcelle_donation"],
    "data": [
        "security/ir.model.access.csv",
        "security/rules.xml",
        "data/measures.xml",
        "data/dimensions.xml",
        "views/menus.xml",
        "views/fact_goods_views.xml",
        "views/fact_visit_views.xml",
        "views/fact_person_views.xml",
        "views/fact_registration_views.xml",
        "views/fact_menus.xml",
        "views/dashboard_views.xml",
    ],
    "assets": {
        "web.assets_backend": [
            "escarcelle_statistics/static/src/**/*",
            ("remove", "escarcelle_statistics/static/src/fact_lazy/**/*"),
        ],
        "web.assets_backend_lazy": [
            "escarcelle_statistics/static/src/fact_lazy/**/*",
        ],
    },
    "installable": True,
}

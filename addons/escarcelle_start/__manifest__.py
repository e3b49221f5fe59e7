{
    "name": "Escarcelle – First Steps",
    "version": "19.0.1.0.0",
    "category": "Sales/Point of Sale",
    "summary": "From an empty database to the first sale; the settings of a shop taken to another",
    "author": "Escarcelle contributors",
    "license": "LGPL-3",
    "depends": ["escarcelle_catalogue", "escarcelle_supply"],
    "external_dependencies": {"python": ["escarcelle-core>=0.1"]},
    "data": [
        "security/ir.model.access.csv",
        "security/rules.xml",
        "views/start_views.xml",
        "views/configuration_views.xml",
        "views/empty_screens.xml",
        "views/menus.xml",
    ],
    "assets": {
        "web.assets_backend": [
            "escarcelle_start/static/src/**/*",
        ],
    },
    "installable": True,
}

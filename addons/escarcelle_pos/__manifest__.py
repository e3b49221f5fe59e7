{
    "name": "Escarcelle – Till",
    "version": "19.0.1.0.0",
    "category": "Sales/Point of Sale",
    "summary": "Tills that keep selling without a network, and what they send",
    "author": "Escarcelle contributors",
    "license": "LGPL-3",
    "depends": ["escarcelle_fiscal"],
    "external_dependencies": {"python": ["escarcelle-core>=0.1"]},
    "data": [
        "security/ir.model.access.csv",
        "security/rules.xml",
        "data/ir_cron.xml",
        "views/till_entry.xml",
        "views/difference.xml",
        "views/reconciliation.xml",
        "views/till.xml",
        "views/cashier.xml",
        "views/barcode.xml",
        "views/point_of_sale.xml",
        "views/use_the_till.xml",
        "views/menus.xml",
    ],
    "post_init_hook": "post_init_hook",
    "assets": {
        "point_of_sale._assets_pos": [
            "escarcelle_pos/static/src/app/**/*",
        ],
        "web.assets_backend": [
            "escarcelle_pos/static/src/backend/**/*",
        ],
    },
    "installable": True,
}

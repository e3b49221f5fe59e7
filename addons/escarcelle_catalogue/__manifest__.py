{
    "name": "Escarcelle – Generic Catalogue",
    "version": "19.0.1.0.0",
    "category": "Sales/Point of Sale",
    "summary": "Goods of a social grocery ready to use, VAT categories and their dated rates by territory",
    "author": "Escarcelle contributors",
    "license": "LGPL-3",
    "depends": ["escarcelle_social"],
    "external_dependencies": {"python": ["escarcelle-core>=0.1", "openpyxl"]},
    "data": [
        "security/ir.model.access.csv",
        "security/rules.xml",
        "data/allergens.xml",
        "data/ir_cron.xml",
        "data/catalogue.xml",
        "wizards/catalogue_wizard_views.xml",
        "wizards/goods_import_views.xml",
        "views/catalogue_difference_views.xml",
        "views/catalogue_good_views.xml",
        "views/product_views.xml",
        "views/vat_views.xml",
        "views/menus.xml",
    ],
    "assets": {
        "web.assets_backend": [
            "escarcelle_catalogue/static/src/**/*",
        ],
        "web.assets_tests": [
            "escarcelle_catalogue/static/tests/tours/**/*",
        ],
    },
    "post_init_hook": "post_init_hook",
    "installable": True,
}

{
    "name": "Escarcelle – Fiscal journal",
    "version": "19.0.1.0.0",
    "category": "Accounting/Localizations/Point of Sale",
    "summary": "Signed tickets, closings and events in a journal nobody can rewrite (CGI art. 286)",
    "author": "Escarcelle contributors",
    "license": "LGPL-3",
    "depends": ["point_of_sale", "l10n_fr_account"],
    "external_dependencies": {"python": ["escarcelle-core>=0.1"]},
    "data": [
        "security/security.xml",
        "security/ir.model.access.csv",
        "data/ir_cron.xml",
    ],
    "assets": {
        "point_of_sale._assets_pos": [
            "escarcelle_fiscal/static/src/app/**/*",
        ],
        "web.assets_backend": [
            "escarcelle_fiscal/static/src/backend/**/*",
        ],
        "web.assets_tests": [
            "escarcelle_fiscal/static/tests/tours/**/*",
        ],
        "web.assets_unit_tests": [
            "escarcelle_fiscal/static/tests/unit/**/*",
        ],
    },
    "pre_init_hook": "pre_init_hook",
    "post_init_hook": "post_init_hook",
    "uninstall_hook": "uninstall_hook",
    "installable": True,
    "application": True,
}

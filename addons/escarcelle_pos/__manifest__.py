{
    "name": "Escarcelle – Till",
    "version": "19.0.1.0.0",
    "category": "Sales/Point of Sale",
    "summary": "Tills that keep selling without a network, and what they send",
    "author": "Escarcelle contributors",
    "license": "LGPL-3",
    "depends": ["escarcelle_fiscal"],
    "external_dependencies": {"python": ["escarcelle-core>=0.1"]},
    "data": [],
    "assets": {
        "point_of_sale._assets_pos": [
            "escarcelle_pos/static/src/app/**/*",
        ],
        "web.assets_tests": [
            "escarcelle_pos/static/tests/tours/**/*",
        ],
        "web.assets_unit_tests": [
            "escarcelle_pos/static/tests/unit/**/*",
        ],
    },
    "installable": True,
}

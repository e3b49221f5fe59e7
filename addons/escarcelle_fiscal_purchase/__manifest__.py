{
    "name": "Escarcelle – Fiscal journal and purchases",
    "version": "19.0.1.0.0",
    "category": "Accounting/Localizations/Point of Sale",
    "summary": "Orders to suppliers and their summaries, numbered and signed (CFR, RCD)",
    "author": "Escarcelle contributors",
    "license": "LGPL-3",
    "depends": ["escarcelle_fiscal", "purchase_stock"],
    "data": [
        "security/ir.model.access.csv",
        "security/rules.xml",
        "views/purchase_order.xml",
        "views/order_summary.xml",
    ],
    "installable": True,
    "auto_install": True,
}

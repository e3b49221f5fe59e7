{
    "name": "Escarcelle – Fiscal journal and sales orders",
    "version": "19.0.1.0.0",
    "category": "Accounting/Localizations/Point of Sale",
    "summary": "Quotations, orders and grouped invoices, numbered and signed (DEV, BCD, RCD, RGF)",
    "author": "Escarcelle contributors",
    "license": "LGPL-3",
    "depends": ["escarcelle_fiscal", "sale_stock"],
    "data": [
        "security/ir.model.access.csv",
        "security/rules.xml",
        "views/sale_order.xml",
    ],
    "installable": True,
    "auto_install": True,
}

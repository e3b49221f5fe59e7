{
    "name": "Escarcelle – Supply",
    "version": "19.0.1.0.0",
    "category": "Inventory/Purchase",
    "summary": "Suppliers, orders, deliveries, lots and dates, losses, inventory, temperatures and tracing",
    "author": "Escarcelle contributors",
    "license": "LGPL-3",
    "depends": [
        "escarcelle_social",
        "purchase_stock",
        "product_expiry",
        "purchase_edi_ubl_bis3",
    ],
    "data": [
        "security/ir.model.access.csv",
        "data/storage.xml",
        "views/storage_views.xml",
        "views/menus.xml",
    ],
    "installable": True,
}

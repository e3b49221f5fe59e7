{
    "name": "Escarcelle – Personal Data",
    "version": "19.0.1.0.0",
    "category": "Sales/Point of Sale",
    "summary": "Register, notices, access, rectification and erasure of the personal data of a social grocery",
    "author": "Escarcelle contributors",
    "license": "LGPL-3",
    "depends": ["escarcelle_social"],
    "external_dependencies": {"python": ["escarcelle-core>=0.1"]},
    "data": [
        "security/groups.xml",
        "security/ir.model.access.csv",
        "security/rules.xml",
        "views/erasure_policy_views.xml",
        "views/menus.xml",
    ],
    "post_init_hook": "post_init_hook",
    "installable": True,
}

"""Who works here: back-office users, cashiers of the tills, referring organisations."""

PASSWORD = "escarcelle"
#: Login → what opens first.
HOME = {
    "responsable": "escarcelle_social.household_action",
    "referente": "escarcelle_social.household_action_referent",
    "stock": "point_of_sale.product_template_action_pos_product",
}

#: Login → name, groups, what the person does (shown at start).
USERS = {
    "responsable": (
        "Solène Marchebleu",
        ("escarcelle_social.group_manager", "account.group_account_readonly"),
        "responsable",
    ),
    "stock": ("Thibault Grangeneuve", ("escarcelle_social.group_stock",), "gestionnaire de stock"),
    "referente": ("Nadia Rivesalte", ("escarcelle_social.group_referent",), "référente sociale"),
    "caisse": ("Camille Ormeaux", ("escarcelle_social.group_cashier",), "hôte de caisse"),
    "comptable": (
        "Étienne Valdurieux",
        ("account.group_account_manager", "escarcelle_fiscal.group_auditor"),
        "comptable",
    ),
    "controle": (
        "Agathe Montcalmet",
        ("account.group_account_readonly", "escarcelle_fiscal.group_auditor"),
        "contrôle (lecture seule)",
    ),
}
#: People known at the tills.
CASHIERS = [
    {"code": "C01", "name": "Camille O.", "pin": "1234", "role": "cashier", "login": "caisse"},
    {"code": "C02", "name": "Bilal T.", "pin": "2345", "role": "cashier", "login": None},
    {"code": "C03", "name": "Odile P.", "pin": "3456", "role": "cashier", "login": None},
    {"code": "R01", "name": "Solène M.", "pin": "9876", "role": "manager", "login": "responsable"},
]
#: Key → name and social referents (name, login of the back office or None).
ORGANISATIONS = {
    "CCAS": ("CCAS de Rochefleurie", (("Nadia Rivesalte", "referente"), ("Hugo Lestamont", None))),
    "PASSERELLES": ("Association Passerelles de l'Orme", (("Brigitte Canteloup", None),)),
    "MISSION": ("Mission jeunes du Haut-Verger", (("Yanis Delaubrac", None),)),
}


def logins() -> list[str]:
    """Lines that say who signs in where, for the person who starts the demonstration."""
    lines = [f"Gestion : {login} / {PASSWORD}  ({row[2]})" for login, row in USERS.items()]
    lines += [
        f"Caisse  : {c['name']}, code {c['code']}, PIN {c['pin']}"
        + ("  (responsable)" if c["role"] == "manager" else "")
        for c in CASHIERS
    ]
    return lines


def load_organisations(env):
    """Key → (organisation, its social referents)."""
    partners = env["res.partner"]
    made = {}
    for key, (name, workers) in ORGANISATIONS.items():
        organisation = partners.search([("name", "=", name), ("is_company", "=", True)], limit=1)
        if not organisation:
            organisation = partners.create(
                {
                    "name": name,
                    "is_company": True,
                    "escarcelle_refers": True,
                    "city": "Rochefleurie",
                    "zip": "38999",
                    "child_ids": [(0, 0, {"name": worker}) for worker, _login in workers],
                }
            )
        made[key] = (organisation, organisation.child_ids.sorted("id"))
    return made


def load_users(env, company, organisations):
    """One back-office user a role; the referent's user is the contact of her organisation."""
    users = env["res.users"].with_context(no_reset_password=True)
    contacts = {
        login: referents.filtered(lambda p, w=worker: p.name == w)
        for key, (_org, referents) in organisations.items()
        for worker, login in ORGANISATIONS[key][1]
        if login
    }
    known = users.search([("login", "in", list(USERS))]).mapped("login")
    values = []
    for login, (name, groups, _role) in USERS.items():
        if login in known:
            continue
        own = [env.ref(xmlid) for xmlid in groups]
        values.append(
            {
                "name": name,
                "login": login,
                "password": PASSWORD,
                "action_id": env.ref(HOME[login]).id if login in HOME else False,
                "company_id": company.id,
                "company_ids": [(6, 0, company.ids)],
                "group_ids": [(6, 0, [group.id for group in own])],
                **({"partner_id": contacts[login].id} if login in contacts else {}),
            }
        )
    users.create(values)


def load_cashiers(env, company):
    """The tills' own users, with their PIN."""
    cashiers = env["escarcelle.cashier"]
    users = {user.login: user for user in env["res.users"].search([("login", "in", list(USERS))])}
    for row in CASHIERS:
        domain = [("company_id", "=", company.id), ("code", "=", row["code"])]
        cashier = cashiers.search(domain, limit=1) or cashiers.create(
            {
                "code": row["code"],
                "name": row["name"],
                "role": row["role"],
                "company_id": company.id,
                "user_id": users[row["login"]].id if row["login"] else False,
            }
        )
        if not cashier.has_pin:
            cashier._escarcelle_set_secrets(pin=row["pin"])

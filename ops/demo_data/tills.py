"""Two tills and their points of sale."""

from ops.demo_data import accounting

NUMBERS = (1, 2)


def load(env, company, tariffs):
    """One point of sale and one till a number; pairing comes later."""
    for number in NUMBERS:
        config = _config(env, company, tariffs, number)
        tills = env["escarcelle.till"]
        if not tills.search_count([("company_id", "=", company.id), ("number", "=", number)]):
            tills.create(
                {
                    "name": f"Caisse {number}",
                    "number": number,
                    "config_id": config.id,
                    "company_id": company.id,
                }
            )


def _config(env, company, tariffs, number):
    configs = env["pos.config"].with_company(company)
    name = f"Caisse {number}"
    found = configs.search([("company_id", "=", company.id), ("name", "=", name)], limit=1)
    position = accounting.position(env, company)
    return found or configs.create(
        {
            "name": name,
            "company_id": company.id,
            "payment_method_ids": [(6, 0, accounting.payment_methods(env, company, number).ids)],
            "use_pricelist": True,
            "available_pricelist_ids": [(6, 0, [tariff.id for tariff in tariffs.values()])],
            "pricelist_id": tariffs["PUBLIC"].id,
            "tax_regime_selection": True,
            "fiscal_position_ids": [(6, 0, position.ids)],
            "iface_tax_included": "total",
        }
    )

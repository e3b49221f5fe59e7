"""Who gives to the shop, what came in, and the round that fetches it."""

from datetime import timedelta

#: SIREN of nobody: it starts with 0, as that of the shop.
MARKET_SIRET = "01729500700003"
AGREEMENT = "Convention de don"


def load(env, company, today):
    """Donors, agreements, gifts of goods and of money. Made once: the food bank says whether it is."""
    if env["res.partner"].search_count([("name", "=", "Banque alimentaire de l'Orme")], limit=1):
        return
    _rules(env, company)
    bank, market, bakery, person = _donors(env)
    _agreements(env, company, today, bank, market)
    gifts = env["escarcelle.donation"]
    gifts.create(_goods(env, company, today, bank)).action_confirm()
    valued = gifts.create(_unsold(env, company, today, market))
    valued.action_confirm()
    for amount, kind, reference, days in (
        (50.0, "cheque", "0048213", 20),
        (20.0, "cash", False, 6),
    ):
        gifts.create(
            {
                "kind": "money", "donor_id": person.id, "company_id": company.id, "amount": amount,
                "payment_kind": kind, "payment_reference": reference, "date": today - timedelta(days=days),
            }
        ).action_confirm()  # fmt: skip
    _round(env, company, today, market, bakery)


def _rules(env, company):
    rules = env["escarcelle.donation.policy"]._escarcelle_for(company)
    rules.write(
        {
            "purpose": "Permettre à chacun de se nourrir correctement et de choisir ses courses, en accompagnant"
            " les personnes en difficulté.",
            "status": "general",
            "article_200": True,
            "article_238": True,
            "basis": "self",
            "confirmed": True,
            "signatory": "Solène Marchebleu",
            "signatory_quality": "responsable",
        }
    )


def _donors(env):
    common = {
        "escarcelle_donor": True,
        "zip": "38999",
        "city": "Rochefleurie",
        "country_id": env.ref("base.fr").id,
    }
    return env["res.partner"].create(
        [
            {
                "name": "Banque alimentaire de l'Orme", "is_company": True, "street": "2 quai des Halles",
                "escarcelle_donor_kind": "association", "phone": "01 99 00 31 01", **common,
            },
            {
                "name": "Supermarché des Quatre-Chemins", "is_company": True, "street": "1 route du Plateau",
                "company_registry": MARKET_SIRET, "escarcelle_legal_form": "SAS", "phone": "01 99 00 31 02",
                "email": "dons@quatre-chemins.example", **common,
            },
            {
                "name": "Boulangerie Fleur d'Épi", "is_company": True, "street": "9 place du Lavoir",
                "company_registry": "03188460400005", "escarcelle_legal_form": "SARL", "phone": "01 99 00 31 03",
                **common,
            },
            {
                "name": "Odette Malvernay", "escarcelle_first_name": "Odette", "street": "17 rue Haute",
                "email": "odette@malvernay.example", **common,
            },
        ]
    )  # fmt: skip


def _agreements(env, company, today, bank, market):
    env["escarcelle.donation.agreement"].create(
        [
            {
                "name": f"{AGREEMENT} {donor.name}"[:64], "donor_id": donor.id, "company_id": company.id,
                "date_from": today - timedelta(days=200), "date_to": today + timedelta(days=days),
                "short_dated": short,
            }
            for donor, days, short in ((bank, 165, False), (market, 25, True))
        ]
    )  # fmt: skip


def _good(env, code):
    return env["product.product"].search([("default_code", "=", code)], limit=1)


def _taker(env):
    """Who keeps the stock took it in."""
    return env["res.users"].search([("login", "=", "stock")], limit=1).partner_id


def _goods(env, company, today, bank):
    """By weight and by piece, a case refused."""
    return {
        "donor_id": bank.id, "taker_id": _taker(env).id, "company_id": company.id,
        "date": today - timedelta(days=2), "giver_name": "Mme Orsenne",
        "line_ids": [
            (0, 0, {
                "product_id": _good(env, "SO004").id, "quantity": 96, "lot_name": "BA-118", "date_kind": "ddm",
                "expiry": today + timedelta(days=400),
            }),
            (0, 0, {
                "product_id": _good(env, "SO001").id, "quantity": 40, "lot_name": "BA-119", "date_kind": "dlc",
                "expiry": today + timedelta(days=5), "temperature": 3.2, "temperature_taken": True,
            }),
            (0, 0, {"product_id": _good(env, "SO005").id, "quantity": 62.5, "date_kind": "none"}),
            (0, 0, {
                "product_id": _good(env, "SO002").id, "quantity": 8, "lot_name": "BA-120", "date_kind": "dlc",
                "expiry": today - timedelta(days=3), "refused": True, "refusal": "date",
                "refusal_note": "Date dépassée à l'arrivée",
            }),
        ],
    }  # fmt: skip


def _unsold(env, company, today, market):
    """What a shop did not sell, worth what it cost it: a receipt is asked for."""
    return {
        "donor_id": market.id, "taker_id": _taker(env).id, "company_id": company.id,
        "date": today, "giver_name": "M. Thévenoud",
        "line_ids": [
            (0, 0, {
                "product_id": _good(env, "SO002").id, "quantity": 24, "lot_name": "QC-0711", "date_kind": "dlc",
                "expiry": today + timedelta(days=1), "temperature": 3.8, "temperature_taken": True,
                "unit_value": 1.9,
            }),
            (0, 0, {"product_id": _good(env, "SO003").id, "quantity": 7.5, "date_kind": "none", "unit_value": 1.2}),
        ],
    }  # fmt: skip


def _round(env, company, today, market, bakery):
    """Every working day; the last one is over, those to come are prepared."""
    route = env["escarcelle.donation.round"].create(
        {
            "name": "Ramasse du centre", "company_id": company.id, "vehicle": "Kangoo frigorifique",
            "refrigerated": True, "storage_id": env.ref("escarcelle_supply.storage_fresh").id,
            **dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday", "saturday"), True),
            "step_ids": [
                (0, 0, {"sequence": 10, "donor_id": market.id, "time_from": 8.5, "time_to": 9.0,
                        "instructions": "Quai de livraison, demander le rayon frais"}),
                (0, 0, {"sequence": 20, "donor_id": bakery.id, "time_from": 9.25, "time_to": 9.5,
                        "instructions": "Sonner à la porte de service"}),
            ],
        }
    )  # fmt: skip
    last = next(
        day
        for day in (today - timedelta(days=back) for back in (1, 2))
        if route._escarcelle_runs_on(day)
    )
    done = route._escarcelle_collections([last])
    done.write({"temperature_out": 3.0, "temperature_out_taken": True})
    done.action_leave()
    first, second = done.stop_ids
    first.action_nothing()
    second.action_collect()
    gift = second.donation_ids
    gift.write(
        {
            "line_ids": [
                (0, 0, {"product_id": _good(env, "SO003").id, "quantity": 9.2, "date_kind": "none"})
            ]
        }
    )
    gift.action_confirm()
    done.write({"temperature_back": 3.6, "temperature_back_taken": True})
    done.action_back()
    env["escarcelle.donation.round"]._escarcelle_prepare()

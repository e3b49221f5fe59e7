"""Sixty households, their cards, entitlements and the budgets of the month."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from ops.demo_data.tables import rows

TABLE = Path(__file__).with_name("households.csv")

#: Name, smallest size, largest size (0: no limit), euros a month.
TIERS = (
    ("1 personne", 1, 1, 40.0),
    ("2 personnes", 2, 2, 55.0),
    ("3 ou 4 personnes", 3, 4, 75.0),
    ("5 personnes et plus", 5, 0, 95.0),
)
#: What is left to the household whose basket will be refused.
SMALL_BUDGET_CENTS = 300


@dataclass(frozen=True)
class Household:
    """A row of the table. ``special``: small_budget, expired, suspended, requested, lost_card or "".

    ``days`` are counted from the day of loading, so that the demonstration never ages.
    """

    code: str
    first_name: str
    last_name: str
    tariff: str
    members: tuple[tuple[str, int, bool], ...]
    organisation: str
    street: str
    zip: str
    city: str
    phone: str
    card: str
    days: tuple[int, int]
    special: str


def table() -> list[Household]:
    """The households, by code; what the played days choose from."""
    return [
        Household(
            code=f"F{int(row['rank']):05d}",
            first_name=row["first_name"],
            last_name=row["last_name"],
            tariff=row["tariff"],
            members=tuple(
                (word[0], int(word[1]), "half" in word[2:])
                for word in (text.split(":") for text in row["members"].split())
            ),
            organisation=row["organisation"],
            street=row["street"],
            zip=row["zip"],
            city=row["city"],
            phone=row["phone"],
            card=row["card"],
            days=(int(row["from_days"]), int(row["to_days"])),
            special=row["special"],
        )
        for row in rows(TABLE)
    ]


def special(kind: str) -> Household:
    """The one household of this kind."""
    return next(household for household in table() if household.special == kind)


def load_rules(env, company):
    """Budget tiers and rules of the shop."""
    tiers = env["escarcelle.budget.tier"]
    if not tiers.search_count([("company_id", "=", company.id)]):
        tiers.create(
            [
                {"name": n, "min_size": a, "max_size": b, "amount": euros, "company_id": company.id}
                for n, a, b, euros in TIERS
            ]
        )
    env["escarcelle.budget.policy"]._escarcelle_for(company)


def load(env, company, tariffs, organisations, conventions, today: date):
    """Create the households that are missing, then give every budget of the month."""
    model = env["escarcelle.household"].with_context(active_test=False)
    known = set(model.search([("company_id", "=", company.id)]).mapped("code"))
    missing = [row for row in table() if row.code not in known]
    made = model.create(
        [_values(row, company, tariffs, organisations, conventions, today) for row in missing]
    )
    _next_code(env, company)
    company._escarcelle_allocate(f"{today:%Y-%m}", today=today)
    for row, household in zip(missing, made, strict=True):
        if row.special == "small_budget":
            env["escarcelle.budget.ledger"]._escarcelle_post(
                household,
                "adjustment",
                SMALL_BUDGET_CENTS - household.balance_cents,
                today,
                note="Avance du mois précédent reprise",
            )
        if row.special == "lost_card":
            household.card_id.action_report_lost()


def _values(row, company, tariffs, organisations, conventions, today):
    organisation, referents = organisations.get(row.organisation, (None, None))
    convention = conventions.get(row.organisation)
    decision = "pending" if row.special == "requested" else "granted"
    start, end = (today + timedelta(days=days) for days in row.days)
    return {
        "code": row.code,
        "company_id": company.id,
        "first_name": row.first_name,
        "last_name": row.last_name,
        "street": row.street,
        "zip": row.zip,
        "city": row.city,
        "phone": row.phone,
        "pricelist_id": tariffs[row.tariff].id,
        "has_budget": row.tariff != "PUBLIC",
        "organisation_id": organisation.id if organisation else False,
        "referrer_id": referents[int(row.code[1:]) % len(referents)].id if referents else False,
        "suspended": row.special == "suspended",
        "suspended_reason": "Rendez-vous manqués" if row.special == "suspended" else False,
        "member_ids": [
            (
                0,
                0,
                {"relation": kind, "birth_year": year, "joint_custody": half, "sequence": rank},
            )
            for rank, (kind, year, half) in enumerate(row.members, 1)
        ],
        "card_ids": [
            (0, 0, {"number": row.card, "issued_on": min(today, max(start, today - timedelta(90)))})
        ],
        "entitlement_ids": [
            (
                0,
                0,
                {
                    "date_from": start,
                    "date_to": end,
                    "decision": decision,
                    "organisation_id": organisation.id if organisation else False,
                    "convention_id": convention.id if convention else False,
                },
            )
        ],
    }


def _next_code(env, company):
    """Households registered later follow those of the table."""
    last = max(int(row.code[1:]) for row in table())
    sequence = env["ir.sequence"].search(
        [("code", "=", "escarcelle.household"), ("company_id", "=", company.id)], limit=1
    )
    while not sequence or sequence.number_next_actual <= last:
        if not sequence:
            company._escarcelle_next_household_code()
            sequence = env["ir.sequence"].search(
                [("code", "=", "escarcelle.household"), ("company_id", "=", company.id)], limit=1
            )
        sequence.number_next_actual = max(sequence.number_next_actual, last + 1)

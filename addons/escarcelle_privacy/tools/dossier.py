"""What a household's file is made of when it is given to them (GDPR art. 15 and 20). No Odoo here.

Each section is a model with a link to the household; its fields are all that are stored, but for those named
here with the reason. A model that is neither a section nor excluded makes a test fail: somebody must decide.
"""

from dataclasses import dataclass

FORMAT, VERSION = "escarcelle-access", 1


@dataclass(frozen=True)
class Section:
    """One part of the file: its key in the JSON, its model, the field that leads to the household, its French title."""

    key: str
    model: str
    link: str
    title: str
    first: tuple[str, ...] = ()


SECTIONS = (
    Section("members", "escarcelle.household.member", "household_id", "Les personnes du foyer",
            ("name", "relation", "birth_year")),
    Section("entitlements", "escarcelle.entitlement", "household_id", "Périodes de droit et décisions",
            ("date_from", "date_to", "decision", "decided_on")),
    Section("eligibility", "escarcelle.eligibility", "household_id", "Calculs du reste à vivre", ("day", "state")),
    Section("eligibility_details", "escarcelle.eligibility.line", "eligibility_id.household_id",
            "Ressources et charges gardées", ("type", "kind_id", "amount")),
    Section("memberships", "escarcelle.membership", "household_id", "Adhésions", ("paid_on", "date_from", "date_to")),
    Section("cards", "escarcelle.card", "household_id", "Cartes", ("number", "state", "issued_on")),
    Section("budget", "escarcelle.budget.ledger", "household_id", "Mouvements du budget",
            ("day", "type", "period", "amount_cents")),
    Section("visits", "escarcelle.visit", "household_id", "Passages", ("day", "kind")),
    Section("appointments", "escarcelle.appointment", "household_id", "Rendez-vous", ("start", "kind", "state")),
    Section("quota_overrides", "escarcelle.quota.override", "household_id", "Quotas dépassés", ("day", "quota_id")),
    Section("recalls", "escarcelle.recall.line", "household_id", "Retraits de produits qui vous concernent",
            ("recall_id", "warned_on")),
    Section("erasures", "escarcelle.erasure", "household_id", "Effacement prévu", ("kind", "state", "erase_on")),
    Section("consents", "escarcelle.consent", "household_id", "Accords donnés ou retirés", ("purpose", "given_on")),
    Section("requests", "escarcelle.privacy.request", "household_id", "Demandes au titre de vos droits",
            ("kind", "received_on", "due_on", "state")),
    Section("corrections", "escarcelle.rectification.line", "request_id.household_id", "Corrections demandées",
            ("field", "applied_on")),
    Section("extracts", "escarcelle.privacy.extract", "request_id.household_id", "Copies de votre dossier remises",
            ("at", "kind")),
)  # fmt: skip

#: Models that lead to a household and are not a section: why.
EXCLUDED_MODELS = {
    "escarcelle.quota.usage": "a view: computed from the tickets, which are given",
    "escarcelle.restricted.record": "only of erased households: read with its own right, and written down",
    "escarcelle.fact.key": "a random word that only counts: visits and tickets are given",
}
#: What is reached through the contact that sales and invoices name: where it is given, or why it is not.
BY_CONTACT = {
    "res.partner": "the code, the first name and an initial: given with the household",
    "res.partner.bank": "a household's contact carries no bank account",
    "pos.order": "tickets",
    "pos.order.line": "tickets",
    "pos.payment": "tickets",
    "account.move": "invoices",
    "account.move.line": "invoices",
    "account.payment": "payments",
    "account.bank.statement.line": "the shop's bank: what the household paid is in payments",
    "escarcelle.till.entry": "the ticket as the till sent it: tickets",
    "escarcelle.difference": "goods and amounts of a ticket that the server counts otherwise, no person",
    "escarcelle.voucher": "tickets",
}
#: Never given, of any model: how the software works, and who of the shop typed it.
TECHNICAL = frozenset(
    {
        "id", "active", "create_uid", "create_date", "write_uid", "write_date", "company_id", "currency_id", "sequence",
        "household_id", "eligibility_id", "request_id", "order_id", "appointment_id", "origin", "cancel_origin",
        "message_main_attachment_id", "message_attachment_count", "message_partner_ids",
    }
)  # fmt: skip
#: Fields left out, by model: why.
EXCLUDED_FIELDS = {
    "escarcelle.household": {
        "name_key": "computed from the name",
        "phone_key": "computed from the telephone",
        "email_key": "computed from the e-mail",
        "lookup_key": "computed from the names",
        "distinct_ids": "other people",
        "partner_id": "a contact made of the code, the first name and an initial",
        "ledger_seq": "a counter",
    },
    "escarcelle.budget.ledger": {"amount": "the same as amount_cents"},
    "escarcelle.erasure": {
        "token": "how an erasure is found again after a restoration",
        "code": "given already",
    },
    "escarcelle.quota.override": {"manager": "a code of the shop's staff"},
}


def fields_of(model, stored, first=()):
    """Names of ``stored`` that are given of ``model``, those of ``first`` before the others."""
    left_out = TECHNICAL | EXCLUDED_FIELDS.get(model, {}).keys()
    kept = [name for name in stored if name not in left_out]
    return [name for name in first if name in kept] + sorted(n for n in kept if n not in first)

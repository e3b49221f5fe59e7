"""Households from a spreadsheet: what they become is planned first, whole, then written in one transaction."""

from dataclasses import dataclass, field
from datetime import timedelta

from dateutil.relativedelta import relativedelta
from odoo import api, models
from odoo.fields import Command

from escarcelle_core import ean13

from ..tools import household_sheet, keys

#: Households written between two words on the progress.
BATCH = 250
TEXTS = ("last_name", "first_name", "street", "street2", "zip", "city", "phone", "email")
QUIET = {"tracking_disable": True, "mail_create_nolog": True, "mail_create_nosubscribe": True}


@dataclass
class Step:
    """What one entry of the file becomes."""

    entry: household_sheet.Entry
    household: object  # the record to update, empty to create one
    values: dict = field(default_factory=dict)
    period: tuple = ()  # (from, to, convention)
    alike: str = ""  # code, or line of the file, of a household it may be already

    @property
    def problems(self):
        return self.entry.problems

    @property
    def blocked(self):
        return any(problem.blocking for problem in self.problems)


class EscarcelleHouseholdImporter(models.AbstractModel):
    """Import of households. ``_escarcelle_plan`` writes nothing, ``_escarcelle_apply`` does it all or nothing."""

    _name = "escarcelle.household.importer"
    _description = "Import of Households"

    @api.model
    def _escarcelle_import(self, rows, mapping, company, progress=None, **options):
        """Plan and write ``rows`` (number, cells), the heading left out. Returns the steps.

        Nothing is written when a line is wrong. ``progress(done, total)`` is told of each batch.
        """
        steps = self._escarcelle_plan(rows, mapping, company, **options)
        if not any(step.blocked for step in steps):
            self._escarcelle_apply(steps, company, progress, **options)
        return steps

    @api.model
    def _escarcelle_plan(self, rows, mapping, company, **options):
        """The steps of these rows, with what is wrong on each line; nothing is written."""
        self.env["escarcelle.household"].check_access("create")
        today = company._escarcelle_today()
        entries = household_sheet.entries(rows, mapping, today)
        known = _Known(self.env, company, entries)
        return [known.step(entry, today, options) for entry in entries]

    @api.model
    def _escarcelle_warn(self, step, column, code, **facts):
        """Note something worth knowing of a step, which does not stop it: for addons that look at the plan."""
        step.problems.append(
            household_sheet.Problem(step.entry.line, column, code, facts, blocking=False)
        )

    @api.model
    def _escarcelle_apply(self, steps, company, progress=None, **options):
        """Write the steps, all of them, in this transaction. Returns ``(created, updated)`` households."""
        households = self.env["escarcelle.household"].with_company(company).with_context(**QUIET)
        new = [step for step in steps if not step.household]
        old = [step for step in steps if step.household]
        done, created = 0, households
        for start in range(0, len(new), BATCH):
            batch = new[start : start + BATCH]
            numbers = iter(
                self.env["escarcelle.card"]._escarcelle_new_numbers(
                    sum(not step.values.get("card") for step in batch)
                    if options.get("give_cards")
                    else 0
                )
            )
            created += households.create(
                [self._escarcelle_new_values(step, company, numbers, options) for step in batch]
            )
            done += len(batch)
            if progress:
                progress(done, len(steps))
        for step in old:
            self._escarcelle_update(step, options)
            done += 1
            if progress and not done % BATCH:
                progress(done, len(steps))
        if progress:
            progress(len(steps), len(steps))
        self.env.flush_all()
        return created, households.concat(*(step.household for step in old))

    def _escarcelle_new_values(self, step, company, numbers, options):
        values = {key: value for key, value in step.values.items() if key != "card"}
        card = step.values.get("card") or (next(numbers) if options.get("give_cards") else False)
        return {
            **values,
            "company_id": company.id,
            "external_ref": step.entry.ref or False,
            "member_ids": [Command.create(_member_values(member)) for member in step.entry.members],
            "entitlement_ids": [Command.create(self._escarcelle_period_values(step))]
            if step.period
            else [],
            "card_ids": [Command.create({"number": card})] if card else [],
        }

    def _escarcelle_period_values(self, step):
        start, end, convention = step.period
        return {
            "date_from": start,
            "date_to": end,
            "decision": "granted",
            "convention_id": convention.id,
            "organisation_id": step.values.get("organisation_id", False),
            "referrer_id": step.values.get("referrer_id", False),
            # What another software granted stands, whatever a convention says of it.
            "exception_reason": self.env._("Taken over by an import") if convention else False,
        }

    def _escarcelle_update(self, step, options):
        """Bring one household up to what the file says: what it does not say stays as it is."""
        household = step.household.with_context(**QUIET)
        values = {
            name: value
            for name, value in step.values.items()
            if name != "card"
            and household._fields[name].convert_to_write(household[name], household) != value
        }
        if step.entry.ref not in ("", household.code) and not household.external_ref:
            values["external_ref"] = step.entry.ref
        commands = list(_member_commands(household.member_ids, step.entry.members))
        if commands:
            values["member_ids"] = commands
        period = step.period and household.entitlement_ids.filtered(
            lambda e: e.decision == "granted" and e.date_from == step.period[0]
        )
        if step.period and not period:
            values["entitlement_ids"] = [Command.create(self._escarcelle_period_values(step))]
        elif period and period.date_to != step.period[1]:
            longer = {"date_to": step.period[1]}
            if period.convention_id and not period.exception_reason:
                longer["exception_reason"] = self.env._("Taken over by an import")
            values["entitlement_ids"] = [Command.update(period.id, longer)]
        if values:
            household.write(values)
        card = step.values.get("card")
        if card and not household.card_id:
            self.env["escarcelle.card"].create({"household_id": household.id, "number": card})
        elif options.get("give_cards") and not household.card_id:
            household.action_issue_card()


class _Known:
    """What the shop has already, read once for the whole file."""

    def __init__(self, env, company, entries):
        self.env, self.company = env, company
        self.households = env["escarcelle.household"].with_context(active_test=False)
        refs = [entry.ref for entry in entries if entry.ref]
        own = self.households.search(
            [("company_id", "=", company.id), "|", ("external_ref", "in", refs), ("code", "in", refs)]
        ) if refs else self.households  # fmt: skip
        self.by_ref = {household.code: household for household in own}
        self.by_ref.update({h.external_ref: h for h in own if h.external_ref})
        partners = env["res.partner"]
        self.organisations = self._named(
            partners.search([("is_company", "=", True), ("company_id", "in", (False, company.id))])
        )
        people = partners.search(
            [
                ("is_company", "=", False),
                ("parent_id.is_company", "=", True),
                ("company_id", "in", (False, company.id)),
            ]
        )
        self.referrers = self._named(people)
        self.pricelists = self._named(
            env["product.pricelist"].search([("company_id", "in", (False, company.id))])
        )
        self.conventions = self._named(
            env["escarcelle.convention"].search([("company_id", "=", company.id)])
        )
        cards = [entry.values["card"] for entry in entries if entry.values.get("card")]
        found = (
            env["escarcelle.card"].sudo().search([("number", "in", cards)])
            if cards
            else env["escarcelle.card"]
        )
        self.cards = {card.number: card for card in found}
        self.seen_cards, self.seen_keys = {}, {}
        self.alike = self._alike(entries)

    def _named(self, records):
        named = {}
        for record in records:
            named.setdefault(keys.fold(record.name), record)
        return named

    def _alike(self, entries):
        """``{(column, key): (code, year of birth)}`` of the households that share a key with the file."""
        wanted = {"name_key": set(), "phone_key": set(), "email_key": set()}
        for entry in entries:
            for name, key in _keys(entry.values).items():
                wanted[name].add(key)
        found = {}
        for name, values in wanted.items():
            if values:
                for household in self.households.search(
                    [("company_id", "=", self.company.id), (name, "in", list(values))]
                ):
                    found.setdefault((name, household[name]), household)
        return found

    def step(self, entry, today, options):
        """Resolve one entry; what cannot be is a problem of its line."""
        step = Step(
            entry,
            self.by_ref.get(entry.ref, self.households.browse())
            if entry.ref
            else self.households.browse(),
        )
        said = entry.values
        step.values = {key: said[key] for key in TEXTS if said.get(key)}
        if said.get("delegate"):
            step.values["delegate_name"] = said["delegate"]
        if said.get("note"):
            step.values["note"] = said["note"]
        self._refer(step, said, "organisation", "organisation_id", self.organisations)
        self._refer(step, said, "referrer", "referrer_id", self.referrers)
        self._refer(step, said, "pricelist", "pricelist_id", self.pricelists)
        self._period(step, said)
        self._card(step, said)
        self._duplicate(step)
        if (
            step.household
            and step.household.member_ids
            and any(member.relation == "holder" for member in entry.members)
        ):
            self._one_holder(step)
        return step

    def _problem(self, step, column, code, blocking=True, **facts):
        step.problems.append(
            household_sheet.Problem(step.entry.line, column, code, facts, blocking)
        )

    def _refer(self, step, said, column, name, known):
        if said.get(column):
            record = known.get(keys.fold(said[column]))
            if record:
                step.values[name] = record.id
            else:
                self._problem(step, column, "unknown", text=said[column][:60])

    def _period(self, step, said):
        convention = self.env["escarcelle.convention"]
        if said.get("convention"):
            convention = self.conventions.get(keys.fold(said["convention"]), convention)
            if not convention:
                self._problem(step, "convention", "unknown", text=said["convention"][:60])
        start, end = said.get("date_from"), said.get("date_to")
        if start and not end and convention:
            end = start + relativedelta(months=convention.duration_months) - timedelta(days=1)
        if not start or not end or end < start:
            return
        step.period = (start, end, convention)
        for other in step.household.entitlement_ids.filtered(lambda e: e.decision == "granted"):
            if other.date_from != start and other.date_from <= end and other.date_to >= start:
                self._problem(
                    step, "date_from", "overlap",
                    start=other.date_from, end=other.date_to,
                )  # fmt: skip

    def _card(self, step, said):
        number = said.get("card")
        if not number:
            return
        step.values["card"] = number
        card, other = self.cards.get(number), self.seen_cards.get(number)
        if not ean13.is_card(number):
            self._problem(step, "card", "card", text=number[:20], prefix=ean13.CARD_PREFIX)
        elif other:
            self._problem(step, "card", "card_twice", line=other)
        elif card and card.household_id != step.household:
            self._problem(step, "card", "card_taken")
        elif card and card.state != "active":
            self._problem(step, "card", "card_ended")
        elif step.household and not card and step.household.card_id:
            self._problem(step, "card", "card_other", number=step.household.card_id.number)
        self.seen_cards[number] = step.entry.line

    def _duplicate(self, step):
        if step.household:
            return
        year = next((m.birth_year for m in step.entry.members if m.relation == "holder"), 0)
        for key in _keys(step.values).items():
            other = self.alike.get(key)
            if other and _perhaps_the_same(key, year, other._escarcelle_holder_year()):
                step.alike = other.code
                self._problem(step, "", "duplicate", blocking=False, household=other.code)
                return
        for key in _keys(step.values).items():
            line, born = self.seen_keys.setdefault(key, (step.entry.line, year))
            if line != step.entry.line and _perhaps_the_same(key, year, born):
                step.alike = str(line)
                self._problem(step, "", "duplicate_line", blocking=False, other=line)
                return

    def _one_holder(self, step):
        """The file's holder is the file's word on the holder we have, unless it is somebody else."""
        ours = step.household.member_ids.filtered(lambda m: m.relation == "holder")
        theirs = next(m for m in step.entry.members if m.relation == "holder")
        if ours and ours.birth_year and theirs.birth_year and ours.birth_year != theirs.birth_year and (
            keys.fold(ours.name) != keys.fold(theirs.name)
        ):  # fmt: skip
            step.problems.append(household_sheet.Problem(theirs.line, "relation", "two_holders"))


def _perhaps_the_same(key, year, other_year):
    """One telephone or address, or one name: two years of birth tell namesakes apart."""
    return key[0] != "name_key" or len({year, other_year} - {0}) < 2


def _keys(values):
    """The keys by which an entry may be a household we have."""
    found = {
        "name_key": keys.person(values.get("first_name"), values.get("last_name")),
        "phone_key": keys.phone(values.get("phone")),
        "email_key": keys.email(values.get("email")),
    }
    return {name: key for name, key in found.items() if key}


def _member_values(member):
    return {
        "name": member.name or False,
        "relation": member.relation,
        "birth_year": member.birth_year or False,
    }


def _member_commands(ours, theirs):
    """What changes among the members: known ones brought up to date, new ones added, nobody removed."""
    left = list(ours)
    for member in theirs:
        match = next(
            (m for m in left if member.relation == "holder" and m.relation == "holder"), None
        )
        match = match or next(
            (m for m in left if keys.fold(m.name) == keys.fold(member.name)
             and (not m.birth_year or not member.birth_year or m.birth_year == member.birth_year)),
            None,
        )  # fmt: skip
        if match is None:
            yield Command.create(_member_values(member))
            continue
        left.remove(match)
        changed = {
            name: value
            for name, value in _member_values(member).items()
            if value and match[name] != value
        }
        if changed:
            yield Command.update(match.id, changed)

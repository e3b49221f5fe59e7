"""What a household's file tells: registrations, renewals, exits, interviews. And how it is forgotten."""

from datetime import timedelta

from odoo import api, models

#: A longer time without being entitled is a return, a shorter one a renewal.
GAP = timedelta(days=31)


class EscarcelleHousehold(models.Model):
    _inherit = "escarcelle.household"

    @api.model
    def _escarcelle_personal_columns(self):
        # EXTENDS 'escarcelle_social': without this word, what was counted belongs to nobody
        return {
            **super()._escarcelle_personal_columns(),
            "escarcelle.fact.key": {"link": "household_id", "unlink": True},
        }

    def _escarcelle_before_erasure(self):
        # EXTENDS 'escarcelle_social': what waits is counted while the file still says of how many people
        super()._escarcelle_before_erasure()
        self.env["escarcelle.fact.feed"]._escarcelle_catch_up()

    def _escarcelle_leave(self, reason, day):
        here = self.filtered(lambda household: not household.exit_on)
        result = super()._escarcelle_leave(reason, day)
        here._escarcelle_note_exits(1, day, reason)
        return result

    def action_readmit(self):
        # A household readmitted without a new period never left: its exit was a mistake.
        mistaken = self.filtered(
            lambda home: (
                home.exit_on and not (home.entitled_until and home.entitled_until > home.exit_on)
            )
        )
        for household in mistaken:
            household._escarcelle_note_exits(-1, household.exit_on, household.exit_reason_id)
        return super().action_readmit()

    def _escarcelle_note_exits(self, sign, day, reason):
        self.env["escarcelle.fact.event"]._escarcelle_note(
            "escarcelle.household", self.ids, "exit", day, {"sign": sign, "reason": reason.id}
        )

    @api.model
    def _escarcelle_facts(self, _event, events):
        """Exits, with their reason."""
        return self._escarcelle_registrations(
            [(event.res_id, event.day, "exit", event.data) for event in events]
        )

    @api.model
    def _escarcelle_registrations(self, told):
        """Facts of ``[(household id, day, kind, {sign, reason?})]``."""
        homes = self.with_context(active_test=False).browse({one[0] for one in told}).exists()
        reader = self.env["escarcelle.fact.home.reader"]
        keys = reader._escarcelle_keys(homes)
        by_day = {}
        for household, day, _kind, _data in told:
            if household in keys:
                by_day.setdefault(day, set()).add(household)
        read = {
            day: reader._escarcelle_compositions(self.browse(ids), day, keys)
            for day, ids in by_day.items()
        }
        facts = []
        for household, day, kind, data in told:
            if household not in keys:
                continue
            one, sign = read[day][household][0], data["sign"]
            facts.append(
                {
                    "day": day, "company_id": self.browse(household).company_id.id, "kind": kind,
                    "key": keys[household], "reason_id": data.get("reason"), "shape": one["shape"],
                    "district": one["district"], "department": one["department"],
                    "persons": sign * one["size"], "count": sign,
                }
            )  # fmt: skip
        return {"registration": facts}


class EscarcelleEntitlement(models.Model):
    _inherit = "escarcelle.entitlement"

    @api.model_create_multi
    def create(self, vals_list):
        entitlements = super().create(vals_list)
        entitlements._escarcelle_note_granted(1)
        return entitlements

    def write(self, vals):
        if not {"decision", "date_from", "household_id"} & vals.keys():
            return super().write(vals)
        before = {one: (one.decision, one.date_from, one.household_id) for one in self}
        told = {one: one._escarcelle_kind() for one in self if one.decision == "granted"}
        result = super().write(vals)
        changed = self.filtered(
            lambda one: (one.decision, one.date_from, one.household_id) != before[one]
        )
        for one in changed & self.browse([one.id for one in told]):
            _decision, day, household = before[one]
            one._escarcelle_note_kind(-1, day, household, told[one])
        changed._escarcelle_note_granted(1)
        return result

    def unlink(self):
        self._escarcelle_note_granted(-1)
        return super().unlink()

    def _escarcelle_note_granted(self, sign):
        for one in self.sudo().filtered(lambda one: one.decision == "granted"):
            one._escarcelle_note_kind(sign, one.date_from, one.household_id, one._escarcelle_kind())

    def _escarcelle_note_kind(self, sign, day, household, kind):
        self.env["escarcelle.fact.event"]._escarcelle_note(
            "escarcelle.entitlement", household.ids, kind, day, {"sign": sign}
        )

    def _escarcelle_kind(self):
        """``entry`` (the first period ever), ``renewal``, or ``return`` after a time without any."""
        self.ensure_one()
        before = self.sudo().search(
            [
                ("household_id", "=", self.household_id.id), ("decision", "=", "granted"),
                ("date_from", "<", self.date_from), ("id", "!=", self.id),
            ], order="date_to desc", limit=1,
        )  # fmt: skip
        if not before:
            return "entry"
        return "renewal" if self.date_from - before.date_to <= GAP else "return"

    @api.model
    def _escarcelle_facts(self, event, events):
        """Registrations, renewals and returns. These events bear the household: a period may be deleted."""
        return self.env["escarcelle.household"]._escarcelle_registrations(
            [(one.res_id, one.day, event, one.data) for one in events]
        )


class EscarcelleVisit(models.Model):
    _inherit = "escarcelle.visit"

    @api.model_create_multi
    def create(self, vals_list):
        visits = super().create(vals_list)
        visits._escarcelle_note_meetings(1)
        return visits

    def write(self, vals):
        if not {"day", "kind", "household_id"} & vals.keys():
            return super().write(vals)
        self._escarcelle_note_meetings(-1)
        result = super().write(vals)
        self._escarcelle_note_meetings(1)
        return result

    def unlink(self):
        self._escarcelle_note_meetings(-1)
        return super().unlink()

    def _escarcelle_note_meetings(self, sign):
        """Note interviews and workshops; purchases are told by their tickets."""
        for visit in self.filtered(lambda visit: visit.kind != "purchase"):
            self.env["escarcelle.fact.event"]._escarcelle_note(
                "escarcelle.visit", visit.household_id.ids, visit.kind, visit.day, {"sign": sign}
            )

    @api.model
    def _escarcelle_facts(self, event, events):
        """Interviews, workshops and others; these events bear the household."""
        households = self.env["escarcelle.household"]
        homes = households.with_context(active_test=False).browse({one.res_id for one in events})
        reader = self.env["escarcelle.fact.home.reader"]
        keys = reader._escarcelle_keys(homes.exists())
        read, facts = {}, []
        for one in events:
            if one.res_id not in keys:
                continue
            if one.day not in read:
                present = households.browse(list(keys))
                read[one.day] = reader._escarcelle_compositions(present, one.day, keys)
            home = read[one.day][one.res_id][0]
            facts.append(
                {
                    **home, "day": one.day, "company_id": households.browse(one.res_id).company_id.id,
                    "kind": event, "public": "household", "key": keys[one.res_id],
                    "visits": one.data["sign"], "tickets": 0,
                }
            )  # fmt: skip
        return {"visit": facts}

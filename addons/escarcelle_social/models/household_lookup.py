"""Finding a household: one box for a name, a number, a telephone, a card, a referent; and duplicates."""

import re

from odoo import api, fields, models
from odoo.fields import Domain

from ..tools import keys


class EscarcelleHousehold(models.Model):
    _inherit = "escarcelle.household"

    # Keys are computed from the names and go with them: an erased name leaves none.
    name_key = fields.Char(compute="_compute_keys", store=True, index="btree_not_null")
    phone_key = fields.Char(compute="_compute_keys", store=True, index="btree_not_null")
    email_key = fields.Char(compute="_compute_keys", store=True, index="btree_not_null")
    lookup_key = fields.Char(compute="_compute_lookup_key", store=True, index="trigram")
    lookup = fields.Char(
        "Household", store=False, search="_search_lookup", compute="_compute_lookup"
    )

    duplicate_ids = fields.Many2many(
        "escarcelle.household", "Possible duplicates", compute="_compute_duplicate_ids",
        search="_search_duplicate_ids", context={"active_test": False},
    )  # fmt: skip
    distinct_ids = fields.Many2many(
        "escarcelle.household", "escarcelle_household_distinct", "household_id", "other_id",
        "Other people for certain", copy=False, context={"active_test": False},
    )  # fmt: skip

    @api.depends("first_name", "last_name", "phone", "email")
    def _compute_keys(self):
        for household in self:
            household.name_key = keys.person(household.first_name, household.last_name) or False
            household.phone_key = keys.phone(household.phone) or False
            household.email_key = keys.email(household.email) or False

    @api.depends(
        "code", "first_name", "last_name", "email", "phone", "member_ids.name", "external_ref"
    )
    def _compute_lookup_key(self):
        for household in self:
            words = (
                household.code, household.external_ref, household.last_name, household.first_name,
                household.email, *household.member_ids.mapped("name"),
            )  # fmt: skip
            texts = [keys.fold(word) for word in words if word]
            household.lookup_key = " ".join(filter(None, [*texts, keys.phone(household.phone)]))

    def _compute_lookup(self):
        self.lookup = False

    @api.model
    def _search_lookup(self, operator, value):
        if operator == "in":  # a name written out in full, as an export says it
            return Domain("code", "in", [str(one).split(" · ")[0] for one in value if one])
        if operator != "ilike" or not isinstance(value, str):
            return NotImplemented
        if not keys.fold(value):
            return Domain.FALSE if value.strip() else Domain.TRUE
        # Digits as one number, however they were spaced: a telephone or a card.
        if re.fullmatch(r"[+(]?[\d\s().\-/]{4,}", value.strip()):
            digits = keys.phone(value) or "".join(filter(str.isdigit, value))
            return Domain("lookup_key", "like", digits) | self._escarcelle_card_domain(
                "".join(filter(str.isdigit, value))
            )
        every = Domain.TRUE
        for raw in value.split():
            word = keys.fold(raw)
            if word:
                every &= (
                    Domain("lookup_key", "like", word)
                    | Domain("organisation_id.name", "ilike", raw)
                    | Domain("referrer_id.name", "ilike", raw)
                    | self._escarcelle_card_domain(raw)
                )
        return every

    def _escarcelle_card_domain(self, text):
        """Who holds, or held, this card; card numbers are the shop's, not the referent's."""
        if not text.isdigit() or not self.env["escarcelle.card"].has_access("read"):
            return Domain.FALSE
        return Domain("card_ids", "any", [("number", "like", text)])

    def _escarcelle_holder_year(self):
        """Year of birth of the holder, 0 when it is not known."""
        return self.member_ids.filtered(lambda m: m.relation == "holder")[:1].birth_year or 0

    @api.depends(
        "name_key",
        "phone_key",
        "email_key",
        "member_ids.birth_year",
        "member_ids.relation",
        "distinct_ids",
    )
    def _compute_duplicate_ids(self):
        alike = {}
        for name in ("name_key", "phone_key", "email_key"):
            wanted = {household[name] for household in self if household[name]}
            found = (
                self.with_context(active_test=False).search(
                    [(name, "in", list(wanted)), ("company_id", "in", self.company_id.ids)]
                )
                if wanted
                else self.browse()
            )
            alike[name] = found.grouped(name)
        for household in self:
            found = self.browse()
            year = household._escarcelle_holder_year()
            for name, groups in alike.items():
                same = (
                    groups.get(household[name], self.browse()) if household[name] else self.browse()
                )
                if name == "name_key" and year:
                    same = same.filtered(lambda h, y=year: h._escarcelle_holder_year() in (0, y))
                found |= same
            household.duplicate_ids = (
                found.filtered(lambda h, c=household.company_id: h.company_id == c)
                - household._origin - household.distinct_ids
            )  # fmt: skip

    @api.model
    def _search_duplicate_ids(self, operator, value):
        """Only « has some » and « has none »: who shares a key with somebody."""
        if operator not in ("in", "not in") or set(value) != {False}:
            return NotImplemented
        shared = Domain.FALSE
        for name in ("name_key", "phone_key", "email_key"):
            groups = self._read_group(
                [(name, "!=", False)], ["company_id", name], having=[("__count", ">", 1)]
            )
            shared |= Domain(name, "in", [key for _company, key in groups])
        candidates = self.search(shared)
        candidates.invalidate_recordset(["duplicate_ids"])
        found = candidates.filtered("duplicate_ids").ids
        return Domain("id", "in" if operator == "not in" else "not in", found)

    def action_view_duplicates(self):
        """Show these files beside each other."""
        together = self | self.duplicate_ids
        action = self.env["ir.actions.act_window"]._for_xml_id("escarcelle_social.household_action")
        return {
            **action,
            "name": self.env._("Possible duplicates"),
            "domain": [("id", "in", together.ids)],
            "context": {"active_test": False},
        }

    def action_not_duplicate(self):
        """Two different households: do not warn about them any more."""
        for household in self:
            others = household.duplicate_ids
            household.distinct_ids |= others
            for other in others:
                other.distinct_ids |= household

"""What a file still lacks before the household can shop, in the words of who fills it in."""

from odoo import api, fields, models


class EscarcelleHousehold(models.Model):
    _inherit = "escarcelle.household"

    missing = fields.Char(
        "Still missing", compute="_compute_missing", groups="escarcelle_social.group_manager"
    )

    @api.depends(
        "member_ids.birth_year", "entitlement_ids.state", "state", "card_ids.state", "pricelist_id",
        "organisation_id", "referrer_id", "membership_until", "has_budget", "tier_id",
    )  # fmt: skip
    def _compute_missing(self):
        rules = self.env["escarcelle.household.policy"]._escarcelle_of(self.company_id)
        for household in self:
            policy = rules.get(household.company_id, self.env["escarcelle.household.policy"])
            lacks = [] if household.exit_on else household._escarcelle_lacks(policy)
            household.missing = " · ".join(lacks) or False

    def _escarcelle_lacks(self, policy):
        """What is missing, most urgent first, under the shop's rules."""
        self.ensure_one()
        unborn = len(self.member_ids.filtered(lambda member: not member.birth_year))
        none, ended = (self.state == state for state in ("none", "ended"))
        checks = [
            (none, self.env._("an entitlement")),
            (ended, self.env._("a renewal: the entitlement ended")),
            (not self.card_id, self.env._("a card")),
            (not self.pricelist_id, self.env._("a tariff")),
            (self.has_budget and not self.tier_id, self.env._("a budget tier of its size")),
            (not self.member_ids, self.env._("its members")),
            (bool(unborn), self.env._("%s years of birth", unborn)),
            (not self.organisation_id and not self.referrer_id, self.env._("who referred it")),
            (
                policy.membership_required and not self.membership_valid,
                self.env._("the membership fee"),
            ),
        ]
        return [text for lacks, text in checks if lacks]

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
        for household in self:
            lacks = [] if household.exit_on else household._escarcelle_lacks()
            household.missing = " · ".join(lacks) or False

    def _escarcelle_lacks(self):
        """What is missing, most urgent first."""
        self.ensure_one()
        _ = self.env._
        policy = self.env["escarcelle.household.policy"]._escarcelle_for(
            self.company_id or self.env.company
        )
        unborn = len(self.member_ids.filtered(lambda member: not member.birth_year))
        checks = [
            (self.state == "none", _("an entitlement")),
            (self.state == "ended", _("a renewal: the entitlement ended")),
            (not self.card_id, _("a card")),
            (not self.pricelist_id, _("a tariff")),
            (self.has_budget and not self.tier_id, _("a budget tier for its size")),
            (not self.member_ids, _("its members")),
            (bool(unborn), _("%s years of birth", unborn)),
            (not self.organisation_id and not self.referrer_id, _("who referred it")),
            (policy.membership_required and not self.membership_valid, _("the membership fee")),
        ]
        return [text for lacks, text in checks if lacks]

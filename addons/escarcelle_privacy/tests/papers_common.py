from odoo import fields
from odoo.tests import new_test_user

from .common import SocialCase


class PapersCase(SocialCase):
    """A shop that says who answers, its manager, and households made by the tests."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write(
            {
                "street": "1 rue d'Essai",
                "zip": "35000",
                "city": "Rennes",
                "email": "ici@example.com",
            }
        )
        cls.company.partner_id.phone = "02 99 00 00 00"
        cls.office = cls.env["escarcelle.privacy.office"]._escarcelle_for(cls.company)
        cls.office.write({"representative": "Jeanne Morel", "quality": "présidente"})
        cls.manager = new_test_user(
            cls.env, "papers_manager", "escarcelle_social.group_manager",
            company_id=cls.company.id, company_ids=[fields.Command.set(cls.company.ids)],
        )  # fmt: skip
        cls.manager_env = cls.env(user=cls.manager)

    def notice(self):
        """The shop's notice, put in force: from now on consents are asked for."""
        notice = self.manager_env["escarcelle.privacy.notice"].create({})
        notice.action_put_in_force()
        return notice

    def agree(self, home, purpose="email", **values):
        return self.manager_env["escarcelle.consent"].create(
            {"household_id": home.id, "purpose": purpose, **values}
        )

    def request(self, home, kind="access", **values):
        return self.manager_env["escarcelle.privacy.request"].create(
            {"household_id": home.id, "kind": kind, "received_on": self.today, **values}
        )

    def render(self, report, records):
        """The text of a paper, as the PDF is made of it."""
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            f"escarcelle_privacy.{report}", records.ids
        )
        return html.decode()

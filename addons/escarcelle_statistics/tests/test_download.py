"""The address of a file: whose figures it gives, and what it refuses."""

from odoo import Command
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger


@tagged("post_install", "-at_install")
class TestDownload(HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shop, cls.other = cls.env["res.company"].create(
            [{"name": "Boutique A"}, {"name": "Boutique B"}]
        )
        for login, group in (("down_boss", "group_manager"), ("down_keeper", "group_stock")):
            new_test_user(
                cls.env, login, f"escarcelle_social.{group}", company_id=cls.shop.id,
                company_ids=[Command.set(cls.shop.ids)],
            )  # fmt: skip
        cls.report = cls.env.ref("escarcelle_statistics.report_quarter")
        cls.statistic = cls.env.ref("escarcelle_statistics.statistic_category")

    def get(self, path, **said):
        said = {"start": "2025-01-01", "stop": "2025-03-31", "shops": self.shop.id, **said}
        query = "&".join(f"{name}={value}" for name, value in said.items())
        return self.url_open(f"/escarcelle/statistics/{path}?{query}", allow_redirects=False)

    def sent(self):
        """A mail of two files that was made."""
        boss = self.env["res.users"].search([("login", "=", "down_boss")])
        mailing = self.env["escarcelle.statistic.mailing"].create(
            {
                "report_id": self.report.id, "company_id": self.shop.id, "user_id": boss.id, "form_pdf": False,
                "form_xlsx": True, "form_csv": True, "addresses": "mairie@example.org",
            }
        )  # fmt: skip
        mailing.action_escarcelle_send_now()
        return mailing.sent_ids

    @mute_logger("odoo.http", "odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_files_and_refusals(self):
        report = f"report/{self.report.id}"
        self.assertEqual(self.get(f"{report}.csv").status_code, 303)
        self.authenticate("down_boss", "down_boss")
        answer = self.get(f"{report}.csv")
        self.assertEqual(answer.status_code, 200)
        self.assertTrue(answer.content.startswith(b"\xef\xbb\xbf"))
        self.assertIn("Boutique A", answer.content.decode("utf-8-sig"))
        self.assertIn("attachment", answer.headers["Content-Disposition"])
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        self.assertTrue(self.get(f"statistic/{self.statistic.id}.xlsx").content.startswith(b"PK"))
        for path, said, status in (
            (f"{report}.exe", {}, 404),
            (f"secret/{self.report.id}.csv", {}, 404),
            ("report/999999999.csv", {}, 404),
            (f"{report}.csv", {"start": "hier"}, 400),
            (f"{report}.csv", {"start": "2025-04-01"}, 400),
            (f"{report}.csv", {"shops": "1,x"}, 400),
            (f"{report}.csv", {"shops": self.other.id}, 403),
            (f"{report}.csv", {"shops": f"{self.shop.id},{self.other.id}"}, 403),
        ):
            with self.subTest(path=path, said=said):
                self.assertEqual(self.get(path, **said).status_code, status)
        sent = self.sent()
        answer = self.url_open(f"/escarcelle/statistics/sent/{sent.id}.zip")
        self.assertEqual((answer.status_code, answer.content[:2]), (200, b"PK"))
        self.assertEqual(
            self.url_open(f"/escarcelle/statistics/sent/{sent.id + 9999}.zip").status_code, 404
        )
        self.authenticate("down_keeper", "down_keeper")
        self.assertEqual(
            self.url_open(f"/escarcelle/statistics/sent/{sent.id}.zip").status_code, 403
        )
        self.assertEqual(self.get(f"{report}.csv").status_code, 403)
        households = self.env.ref("escarcelle_statistics.statistic_age_class")
        self.assertEqual(self.get(f"statistic/{households.id}.csv").status_code, 403)
        self.assertEqual(self.get(f"statistic/{self.statistic.id}.csv").status_code, 200)

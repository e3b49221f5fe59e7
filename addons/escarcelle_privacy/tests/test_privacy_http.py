import io
import json
import zipfile

from odoo import fields
from odoo.tests import HttpCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestPrivacyDownloads(HttpCase):
    """What leaves the shop by its address: for the shop's manager, noted, kept nowhere."""

    def test_the_file_goes_to_the_shops_manager_and_to_nobody_else(self):
        shop, other = self.env["res.company"].create([{"name": "Ici"}, {"name": "Ailleurs"}])
        for login, group, company in (
            ("gives", "escarcelle_social.group_manager", shop),
            ("stranger", "escarcelle_social.group_manager", other),
            ("referent_here", "escarcelle_social.group_referent", shop),
        ):
            new_test_user(
                self.env, login, group, password=login, company_id=company.id,
                company_ids=[fields.Command.set(company.ids)],
            )  # fmt: skip
        home = self.env["escarcelle.household"].create(
            {"first_name": "Amina", "last_name": "Benalouf", "company_id": shop.id}
        )
        self.env["ir.attachment"].create(
            {
                "name": "../../etc/../courrier.pdf",
                "raw": b"courrier",
                "res_model": home._name,
                "res_id": home.id,
            }
        )
        asked = self.env["escarcelle.privacy.request"].create(
            {"household_id": home.id, "company_id": shop.id, "received_on": "2026-11-21"}
        )
        url = f"/escarcelle/privacy/access/{asked.id}"
        before = self.env["ir.attachment"].search_count([])

        for login in (None, "stranger", "referent_here"):
            self.authenticate(login, login)
            answer = self.url_open(f"{url}/json", allow_redirects=False)
            self.assertIn(answer.status_code, (303, 404), login)
            self.assertNotIn(b"Benalouf", answer.content)
        self.assertFalse(asked.extract_ids)

        self.authenticate("gives", "gives")
        answer = self.url_open(f"{url}/json")
        self.assertEqual(json.loads(answer.content)["household"]["last_name"], "Benalouf")
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        answer = self.url_open(f"{url}/zip", timeout=60)
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            names = archive.namelist()
            self.assertEqual(archive.read(names[2]), b"courrier")
            # Within a test Odoo makes the page, not the PDF of it.
            self.assertIn("Benalouf", archive.read(f"{home.code}.pdf").decode())
        self.assertEqual(names[:2], [f"{home.code}.pdf", f"{home.code}.json"])
        self.assertTrue(names[2].startswith("documents/01-"))
        self.assertNotIn("..", names[2].removeprefix("documents/").replace("._", "").split("/"))
        self.assertEqual(asked.extract_ids.mapped("kind"), ["zip", "json"])
        self.assertEqual(set(asked.extract_ids.user_id.mapped("login")), {"gives"})
        self.assertEqual(self.env["ir.attachment"].search_count([]), before, "no copy is kept")

        for wrong in (f"{url}/exe", "/escarcelle/privacy/access/999999999/json", "/escarcelle/privacy/access/0/pdf",
                      "/escarcelle/privacy/register?ids=", "/escarcelle/privacy/register?ids=1,x",
                      "/escarcelle/privacy/register?ids=" + ",".join(["1"] * 600)):  # fmt: skip
            self.assertEqual(self.url_open(wrong).status_code, 404, wrong)
        register = self.env["escarcelle.processing"].search([("company_id", "=", shop.id)])
        answer = self.url_open(
            "/escarcelle/privacy/register?ids=" + ",".join(map(str, register.ids))
        )
        self.assertTrue(answer.content.startswith(b"PK"))
        self.authenticate("stranger", "stranger")
        self.assertEqual(
            self.url_open(
                "/escarcelle/privacy/register?ids=" + ",".join(map(str, register.ids))
            ).status_code,
            404,
        )

import base64
import json
import re

from odoo.api import SUPERUSER_ID
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..tools import configuration_file
from .common import SIRET, ConfigurationCase


@tagged("post_install", "-at_install")
class TestConfiguration(ConfigurationCase):
    """Settings of a shop taken to another: what leaves, what is shown, what is applied, what is refused."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for step in ("opening", "tariffs", "budget", "people"):
            cls.start.step = step
            cls.start.action_next()
        env = cls.env
        cls.category = env["product.category"].create({"name": "Rayon du test"})
        organisation = env["res.partner"].create(
            {"name": "CCAS du Test", "is_company": True, "company_id": cls.company.id}
        )
        env["escarcelle.funding.source"].create(
            {"name": "Achats", "code": "ACHAT", "company_id": cls.company.id, "rate_max": 30,
             "excluded_category_ids": [Command.set(cls.category.ids)]}
        )  # fmt: skip
        env["escarcelle.quota"].create(
            {
                "name": "Rayon",
                "applies_to": "category",
                "category_ids": [Command.set(cls.category.ids)],
                "limit": 2,
            }
        )
        env["escarcelle.convention"].create(
            {"name": "CCAS 3 mois", "organisation_id": organisation.id}
        )
        env["escarcelle.eligibility.threshold"].create({"amount": 10.5, "date_from": "2026-01-01"})

    # -- out -------------------------------------------------------------------------------------

    def test_nothing_personal_leaves(self):
        text = json.dumps(self.exported(), ensure_ascii=False)
        for secret in (
            SIRET, self.user.name, self.user.login, self.company.name, "1 rue du Port", "Rennes", "pin", "hash",
        ):  # fmt: skip
            self.assertNotIn(secret, text)
        self.assertFalse(re.search(r'"(id|[a-z_]*_id)": \d', text), "nothing goes by number")

    def test_the_file_is_given_to_who_asks(self):
        other, _user, _start = self.other_shop()
        export = self.env["escarcelle.configuration.export"].create({"company_id": other.id})
        self.assertEqual(export.company_id, self.company, "of this shop, whatever is asked")
        action = export.action_download()
        self.assertIn(f"/{export.id}/file/", action["url"])
        found = configuration_file.read(base64.b64decode(export.file))
        self.assertEqual(found, self.exported()["sections"])

    def test_every_section_says_what_it_needs(self):
        sections = self.env["escarcelle.portable"]._escarcelle_sections()
        self.assertEqual(len({s["section"] for s in sections}), len(sections))
        for section in sections:
            model = self.env[section["model"]]
            for name in (*section["key"], *section["fields"]):
                self.assertIn(name, model._fields, section["section"])
                self.assertNotIn(
                    model._fields[name].type,
                    ("one2many", "binary", "reference"),
                    section["section"],
                )

    # -- the same shop ---------------------------------------------------------------------------

    def test_read_back_at_once_nothing_changes(self):
        one = self.reading(self.exported())
        self.assertEqual(
            set(one.line_ids.mapped("status")), {"same"}, one.line_ids.mapped("detail")
        )
        with self.refused():
            one.action_apply()

    def test_a_change_is_shown_and_applied_alone(self):
        content = self.exported()
        content["sections"]["budget_tiers"][0]["amount"] = 47.5
        content["sections"]["budget_rules"][0]["over_budget"] = "owed"
        one = self.reading(content)
        [tier], [rules] = (
            self.of(one, "budget_tiers", "changed"),
            self.of(one, "budget_rules", "changed"),
        )
        self.assertRegex(tier.detail, r"40[.,]00.* → 47[.,]50")
        self.assertEqual(tier.title, "1 · 1 · 1 personne")
        self.assertNotIn("→ owed", rules.detail, "the words of the screen, not the code")
        self.assertEqual(
            one.line_ids[:2].mapped("status"), ["changed", "changed"], "what changes comes first"
        )
        self.assertEqual(one.chosen_count, 2)
        rules.chosen = False
        one.action_apply()
        tiers = self.env["escarcelle.budget.tier"].search([("company_id", "=", self.company.id)])
        self.assertEqual(tiers[0].amount_cents, 4750)
        self.assertEqual(
            self.env["escarcelle.budget.policy"]._escarcelle_for(self.company).over_budget, "block"
        )
        # Back to before: the same file, read the other way.
        action = one.action_read_before()
        back = self.env["escarcelle.configuration"].browse(action["res_id"])
        self.assertEqual(back.line_ids.filtered("chosen").mapped("section"), ["budget_tiers"])
        back.action_apply()
        self.assertEqual(tiers[0].amount_cents, 4000)
        with self.refused():
            back.action_apply()

    def test_what_changed_meanwhile_is_not_overwritten(self):
        content = self.exported()
        content["sections"]["budget_tiers"][0]["amount"] = 47.5
        one = self.reading(content)
        self.env["escarcelle.budget.tier"].search(
            [("company_id", "=", self.company.id)], limit=1
        ).amount = 41
        with self.refused():
            one.action_apply()

    def test_tiers_are_a_whole(self):
        content = self.exported()
        content["sections"]["budget_tiers"] = [
            {"name": "1 à 3", "min_size": 1, "max_size": 3, "amount": 60.0},
            {"name": "4 et plus", "min_size": 4, "max_size": 0, "amount": 80.0},
        ]
        one = self.reading(content)
        self.assertEqual(
            sorted(self.of(one, "budget_tiers").mapped("status")), ["gone"] * 4 + ["new"] * 2
        )
        self.assertFalse(
            self.of(one, "budget_tiers", "gone").filtered("chosen"), "nothing is archived unasked"
        )
        with self.refused():
            one.action_apply()
        tiers = self.env["escarcelle.budget.tier"]
        self.assertEqual(
            len(tiers.search([("company_id", "=", self.company.id)])), 4, "nothing half-written"
        )
        self.of(one, "budget_tiers", "gone").chosen = True
        one.action_apply()
        self.assertEqual(
            tiers.search([("company_id", "=", self.company.id)]).mapped("max_size"), [3, 0]
        )
        self.assertIn("1 · 3", one.undo_note)

    # -- another shop ----------------------------------------------------------------------------

    def test_a_second_shop_takes_the_settings_of_the_first(self):
        other, _user, start = self.other_shop()
        one = self.reading(self.exported(), env=start.env)
        self.assertEqual(set(self.of(one, "tariffs").mapped("status")), {"new"})
        self.assertFalse(
            one.line_ids.filtered(lambda line: line.status == "refused"),
            one.line_ids.mapped("detail"),
        )
        start.write({"street": "2 rue", "zip": "29000", "city": "Quimper"})
        one.action_apply()
        env = self.env(user=SUPERUSER_ID, context={"allowed_company_ids": other.ids})
        own = [("company_id", "=", other.id)]
        cheapest = (
            env["product.pricelist"]
            .search(own)
            .filtered(lambda tariff: tariff.escarcelle_rate == 10)
        )
        self.assertEqual(cheapest.name, "Tarif C")
        self.assertEqual(
            env["escarcelle.budget.tier"].search(own).mapped("amount_cents"),
            [4000, 5500, 7500, 9500],
        )
        self.assertEqual(
            env["escarcelle.funding.source"].search(own).excluded_category_ids.name, "Rayon du test"
        )
        self.assertEqual(env["escarcelle.quota"].search(own).category_ids.name, "Rayon du test")
        convention = env["escarcelle.convention"].search(own)
        self.assertEqual(
            (convention.organisation_id.name, convention.organisation_id.company_id),
            ("CCAS du Test", other),
        )
        self.assertEqual(env["escarcelle.eligibility.threshold"].search(own).amount, 10.5)
        self.assertEqual(len(env["escarcelle.start.day"].search(own)), 7)
        # The first shop has kept its own.
        self.assertEqual(set(self.reading(self.exported()).line_ids.mapped("status")), {"same"})
        with self.assertRaises(AccessError):
            one.with_user(self.user).line_ids.mapped("title")

    def test_goods_and_prices(self):
        content = self.file(catalogue=[
            {"escarcelle_catalogue_good_id": "PAT-001", "list_price": 0.95},
            {"escarcelle_catalogue_good_id": "PAT-002", "list_price": 1.05},
            {"escarcelle_catalogue_good_id": "NON-999", "list_price": 1.0},
        ], quotas=[
            {"name": "Pâtes", "applies_to": "category", "category_ids": ["Pâtes, riz et céréales"], "limit": 3},
        ])  # fmt: skip
        one = self.reading(content)
        self.assertEqual(self.of(one, "catalogue").mapped("status"), ["refused", "new", "new"])
        self.assertEqual(
            self.of(one, "catalogue").mapped("title"),
            ["NON-999", "Coquillettes 500 g (PAT-001)", "Spaghettis 500 g (PAT-002)"],
        )
        self.assertEqual(self.of(one, "quotas").status, "new", "its category comes with the goods")
        one.action_apply()
        goods = self.env["product.template"].search(
            [("default_code", "in", ("PAT-001", "PAT-002"))], order="default_code"
        )
        self.assertEqual(goods.mapped("list_price"), [0.95, 1.05])
        self.assertTrue(all(goods.mapped("available_in_pos")))
        self.assertEqual(
            self.env["escarcelle.quota"].search([("name", "=", "Pâtes")]).category_ids,
            goods.categ_id,
        )

    def test_what_every_shop_shares_is_not_changed_from_one(self):
        content = self.exported()
        content["sections"]["age_classes"][0]["age_to"] = 4
        [line] = self.of(self.reading(content), "age_classes", "refused")
        self.assertIn("4", line.detail)

    def test_another_shops_records_cannot_be_named(self):
        other, _user, start = self.other_shop()
        secret = start.env["product.pricelist"].create(
            {"name": "Tarif secret", "company_id": other.id}
        )
        base = {"name": "X", "code": "X", "kind": "purchase"}
        for rows in (
            [{**base, "pricelist_ids": ["Tarif secret"]}],
            [{**base, "pricelist_ids": [secret.id]}],
            [{**base, "pricelist_ids": secret.id}],
            [{**base, "company_id": other.id}],
            [{**base, "id": secret.id}],
        ):
            try:
                one = self.reading(self.file(funding_sources=rows))
            except UserError:
                continue  # the shape of the file is refused before
            self.assertEqual(one.line_ids.status, "refused", rows)
        self.assertFalse(self.env["escarcelle.funding.source"].search([("code", "=", "X")]))

    # -- hostile files ---------------------------------------------------------------------------

    def test_files_that_are_refused_whole(self):
        deep = b"[" * 100_000
        good = self.file()
        many = [{"code": str(n)} for n in range(configuration_file.MAX_ROWS + 1)]
        for raw in (
            b"", b"\xff\xfe\x00", b"PK\x03\x04" + b"\x00" * 100, b"null", b"[]", deep, b'{"format": NaN}',
            b"x" * (configuration_file.MAX_BYTES + 1),
            json.dumps({**good, "version": 2}).encode(), json.dumps({**good, "version": "1"}).encode(),
            json.dumps({**good, "version": True}).encode(), json.dumps({**good, "format": "x"}).encode(),
            json.dumps({**good, "sections": []}).encode(), json.dumps(self.file(tariffs={})).encode(),
            json.dumps(self.file(tariffs=["x"])).encode(), json.dumps(self.file(tariffs=many)).encode(),
            json.dumps(self.file(tariffs=[{"name": {"$ne": 1}}])).encode(),
            json.dumps(self.file(tariffs=[{"name": "x\x00"}])).encode(),
            json.dumps(self.file(tariffs=[{"name": "x" * 5000}])).encode(),
            json.dumps(self.file(tariffs=[{"name": "x", "escarcelle_rate": 10**30}])).encode(),
            json.dumps(good).replace('"version": 1', '"version": 1, "version": 1').encode(),
        ):  # fmt: skip
            with self.assertRaises(UserError, msg=raw[:60]):
                self.reading(raw)

    def test_lines_that_are_refused_alone(self):
        one = self.reading(self.file(
            tariffs=[
                {"name": "Bon", "escarcelle_rate": 15},
                {"name": "Bon", "escarcelle_rate": 16},
                {"name": "Faux", "escarcelle_rate": "15"},
                {"name": "Faux 2", "escarcelle_rounding": "0.03"},
                {"name": None},
                {"escarcelle_rate": 10},
                {"name": "Faux 3", "item_ids": []},
            ],
            budget_rules=[{"tolerance": True}],
            eligibility_thresholds=[{"date_from": "2026-13-01", "convention_id": None, "amount": 3}],
            secrets=[{"x": 1}],
        ))  # fmt: skip
        self.assertEqual(one.chosen_count, 1)
        self.assertEqual(one.refused_count, 9)
        one.line_ids.chosen = True
        with self.refused():
            one.action_apply()
        one.action_read()
        one.action_apply()
        self.assertEqual(
            self.env["product.pricelist"].search([("name", "=", "Bon")]).escarcelle_rate, 15
        )

    def test_a_value_the_model_refuses_stops_everything(self):
        one = self.reading(self.file(
            budget_supplements=[{"name": "Bébé", "age_from": 0, "age_to": 2, "amount": 5.0}],
            tariffs=[{"name": "Trop", "escarcelle_rate": 150}],
        ))  # fmt: skip
        with self.refused():
            one.action_apply()
        self.assertEqual(one.state, "preview")
        self.assertFalse(self.env["escarcelle.budget.supplement"].search([("name", "=", "Bébé")]))

    def test_reports_travel_where_they_are_read(self):
        content = self.file(
            reports=[{"name": "Rapport du réseau", "period_kind": "last_year", "shared": True,
                      "introduction": "<p>Bonjour</p><script>alert(1)</script>"}],
            report_sections=[{"report_id": "Rapport du réseau", "sequence": 1, "kind": "text", "name": "Mot",
                              "statistic_id": None, "text": "<p>…</p>", "chart": "own"}],
        )  # fmt: skip
        one = self.reading(content)
        if "escarcelle.statistic.report" not in self.env:
            self.assertEqual(
                set(one.line_ids.mapped("status")), {"refused"}, "nothing here reads reports"
            )
            return
        self.assertEqual(one.line_ids.mapped("status"), ["new", "new"])
        one.action_apply()
        report = self.env["escarcelle.statistic.report"].search(
            [("name", "=", "Rapport du réseau")]
        )
        self.assertEqual((report.company_id, report.section_ids.name), (self.company, "Mot"))
        self.assertNotIn("script", report.introduction)
        self.assertEqual(len(self.exported()["sections"]["reports"]), 1)
        _other, _user, start = self.other_shop()
        theirs = json.loads(
            start.env["escarcelle.configuration"]._escarcelle_export(start.company_id)
        )
        self.assertEqual(theirs["sections"]["reports"] + theirs["sections"]["report_sections"], [])

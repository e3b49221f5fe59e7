import json

from odoo.api import SUPERUSER_ID
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import ConfigurationCase


@tagged("post_install", "-at_install")
class TestPortable(ConfigurationCase):
    """What is hard to carry: rights of roles, filters that name records, goods given for nothing."""

    # -- roles -----------------------------------------------------------------------------------

    def roles(self, **given):
        """The file of a shop where these roles imply these groups besides what they do here."""
        rows = self.exported()["sections"]["roles"]
        for row in rows:
            row["implied_ids"] += given.get(row["escarcelle_role"], [])
        return self.file(roles=rows)

    def administrator(self):
        """Who administers the database and manages the shop: their environment."""
        user = new_test_user(
            self.env(user=SUPERUSER_ID), "start_admin", company_id=self.company.id,
            groups="escarcelle_social.group_manager,base.group_erp_manager",
            company_ids=[Command.set(self.company.ids)],
        )  # fmt: skip
        return self.env(user=user)

    def alone(self):
        """No other shop in this database: what is common is nobody else's."""
        count = type(self.env["res.company"]).search_count
        self.patch(
            type(self.env["res.company"]),
            "search_count",
            lambda model, domain, limit=None: count(model, domain, limit) if domain else 1,
        )

    def test_what_a_role_was_given_is_in_the_file(self):
        rows = {
            row["escarcelle_role"]: row["implied_ids"]
            for row in self.exported()["sections"]["roles"]
        }
        self.assertEqual(rows.keys(), {"manager", "stock", "referent", "cashier"})
        self.assertIn("stock.group_stock_manager", rows["stock"])
        self.assertNotIn("stock.group_stock_manager", rows["referent"])

    def test_an_administrator_gives_a_role_what_the_model_shop_gave(self):
        self.alone()
        one = self.reading(
            self.roles(referent=["base.group_allow_export"]), env=self.administrator()
        )
        [line] = self.of(one, "roles", "changed")
        self.assertIn("base.group_allow_export", line.detail)
        one.action_apply()
        referent = self.env.ref("escarcelle_social.group_referent")
        self.assertIn(self.env.ref("base.group_allow_export"), referent.sudo().implied_ids)
        back = self.env(user=one.env.user)["escarcelle.configuration"].browse(
            one.action_read_before()["res_id"]
        )
        back.action_apply()
        self.assertNotIn(self.env.ref("base.group_allow_export"), referent.sudo().implied_ids)

    def test_a_file_raises_nobody(self):
        self.alone()
        above = ["base.group_system", "base.group_erp_manager"]
        for env, given in (
            (self.env, ["base.group_allow_export"]),  # a manager is no administrator
            *((self.administrator(), [group]) for group in above[:1]),
        ):
            one = self.reading(self.roles(manager=given, cashier=given), env=env)
            self.assertEqual(len(self.of(one, "roles", "refused")), 2, given)
            self.assertFalse(self.of(one, "roles", "changed"))
        one = self.reading(self.roles(manager=above[1:]), env=one.env)
        self.assertEqual(len(self.of(one, "roles", "refused")), 1)
        for row in (
            {"escarcelle_role": "boss", "implied_ids": []},
            {"escarcelle_role": None, "implied_ids": []},
            {"escarcelle_role": "referent", "implied_ids": ["base.group_of_nobody"]},
            {"escarcelle_role": "referent", "implied_ids": ["base.user_admin"]},
        ):
            one = self.reading(self.file(roles=[row]), env=one.env)
            self.assertEqual(one.line_ids.status, "refused", row)

    def test_a_group_made_by_hand_is_said_to_stay(self):
        own = self.env["res.groups"].sudo().create({"name": "Groupe de la maison"})
        self.env.ref("escarcelle_social.group_referent").sudo().implied_ids = [Command.link(own.id)]
        roles = {row["escarcelle_role"] for row in self.exported()["sections"]["roles"]}
        self.assertEqual(roles, {"manager", "stock", "cashier"})
        export = self.env["escarcelle.configuration.export"].create({})
        [left] = export.left_out.splitlines()
        self.assertIn(self.env.ref("escarcelle_social.group_referent").display_name, left)

    # -- goods -----------------------------------------------------------------------------------

    def test_goods_free_and_goods_off_the_till_stay_so(self):
        shelves = self.env["escarcelle.catalogue.good"].search(
            [("code", "in", ("PAT-001", "PAT-002", "PAT-003"))], order="code"
        )
        shelves._escarcelle_activate()
        free, hidden, waiting = (good.template_id for good in shelves)
        free.action_escarcelle_free()
        hidden.write({"list_price": 2.0})
        hidden.available_in_pos = False
        content = self.file(catalogue=self.exported()["sections"]["catalogue"])
        for template in (free, hidden, waiting):
            template.escarcelle_catalogue_good_id = False
            template.default_code = False
        one = self.reading(content)
        self.assertEqual(one.line_ids.mapped("status"), ["new"] * 3)
        one.action_apply()
        self.env["escarcelle.catalogue.good"].invalidate_model()
        said = [
            (good.template_id.list_price, good.template_id.available_in_pos, good.template_id.escarcelle_unpriced)
            for good in shelves
        ]  # fmt: skip
        self.assertEqual(said, [(0, True, False), (2, False, False), (0, False, True)])
        one = self.reading(
            self.file(catalogue=[{"escarcelle_catalogue_good_id": "PAT-001", "list_price": -1}])
        )
        self.assertEqual(one.line_ids.status, "refused")

    # -- filters ---------------------------------------------------------------------------------

    def statistic(self, domain, **values):
        return self.env["escarcelle.statistic"].create(
            {
                "name": "Pâtes du tarif B", "shared": True, "subject": "goods", "domain": repr(domain),
                "measure_ids": [Command.link(self.env.ref("escarcelle_statistics.measure_weight").id)],
                **values,
            }
        )  # fmt: skip

    def test_a_filter_finds_its_records_again(self):
        if "escarcelle.statistic" not in self.env:
            return  # read and written where statistics are installed
        category = self.env["product.category"].create({"name": "Rayon du filtre"})
        tariff = self.env["product.pricelist"].create(
            {"name": "Tarif du filtre", "company_id": self.company.id}
        )
        domain = [
            "|", ("categ_id", "child_of", [category.id]), ("tariff_id", "not in", [tariff.id, False]),
            ("kind", "=", "sale"), ("source_id.kind", "=", "donation"), ("district", "ilike", "nord"),
        ]  # fmt: skip
        self.statistic(domain, period_kind="custom", date_from="2026-01-01", date_to="2026-03-31")
        content = self.exported()
        [row] = content["sections"]["statistics"]
        self.assertEqual(
            json.loads(row["domain"])[1:3],
            [["categ_id", "child_of", ["Rayon du filtre"]], ["tariff_id", "not in", ["Tarif du filtre", False]]],
        )  # fmt: skip
        self.assertEqual(
            self.of(self.reading(content), "statistics").status, "same", "nothing to change here"
        )
        other, _user, start = self.other_shop()
        one = self.reading(self.file(tariffs=[], statistics=[row]), env=start.env)
        [line] = self.of(one, "statistics")
        self.assertEqual(line.status, "refused")
        self.assertIn("Tarif du filtre", line.detail)
        one = self.reading(
            self.file(tariffs=[{"name": "Tarif du filtre"}], statistics=[row]), env=start.env
        )
        one.action_apply()
        found = start.env["escarcelle.statistic"].search([("name", "=", "Pâtes du tarif B")])
        theirs = start.env["product.pricelist"].search([("name", "=", "Tarif du filtre")])
        self.assertEqual((found.company_id, theirs.company_id), (other, other))
        resolved = eval(found.domain)  # noqa: S307 - what this test has just made
        self.assertEqual(resolved[2], ("tariff_id", "not in", [theirs.id, False]))
        self.assertEqual(resolved[1], ("categ_id", "child_of", [category.id]))
        self.assertEqual((found.period_kind, str(found.date_to)), ("custom", "2026-03-31"))

    def test_filters_that_are_none(self):
        if "escarcelle.statistic" not in self.env:
            return
        row = {"name": "Filtre", "subject": "goods", "measure_ids": ["weight"], "shared": True}
        mine = self.env["product.pricelist"].search([("company_id", "=", self.company.id)], limit=1)
        for domain in (
            "[]]", "{}", "[1]", '["|"]', '[["kind"]]', '[["kind", "=", {}]]', '[["secret", "=", 1]]',
            '[["company_id", "=", "Autre"]]', '[["company_id.name", "ilike", "a"]]', "[" * 4000,
            f'[["tariff_id", "in", [{mine.id}]]]', '[["tariff_id", "any", []]]',
            '[["tariff_id", "in", ["Tarif de nulle part"]]]', '[["tariff_id.company_id", "=", 1]]',
            '[["tariff_id.item_ids.product_id", "=", 1]]', '[["kind", "; DROP TABLE", 1]]', 3, ["x"],
            json.dumps(["!"] * 201),
        ):  # fmt: skip
            one = self.reading(self.file(statistics=[{**row, "domain": domain}]))
            self.assertEqual(one.line_ids.status, "refused", domain)
        one = self.reading(
            self.file(statistics=[{**row, "subject": "visit", "domain": '[["key", "ilike", "a"]]'}])
        )
        self.assertEqual(one.line_ids.status, "refused", "who is behind a visit is asked by nobody")
        one = self.reading(self.file(statistics=[{**row, "domain": None}]))
        self.assertEqual(one.line_ids.status, "new")

    def test_a_filter_without_a_name_is_said_to_stay(self):
        if "escarcelle.statistic" not in self.env:
            return
        twice = self.env["product.pricelist"].create(
            [{"name": "Deux fois", "company_id": self.company.id} for _one in range(2)]
        )
        for domain in (
            [("tariff_id", "=", twice[1].id)],
            [("tariff_id", "=", 2**31 - 1)],
            [("company_id", "=", self.company.id)],
        ):
            statistic = self.statistic(domain)
            self.assertFalse(self.exported()["sections"]["statistics"], domain)
            export = self.env["escarcelle.configuration.export"].create({})
            self.assertIn("Pâtes du tarif B", export.left_out)
            statistic.unlink()

    # -- erasure ---------------------------------------------------------------------------------

    def test_retentions_travel_where_they_are_kept(self):
        content = self.file(
            erasure_rules=[{"announce_days": 45, "mail": False}],
            erasure_retentions=[{"date_from": "2026-01-01", "months": 18, "reason": "Réseau"}],
        )
        if "escarcelle.erasure.policy" not in self.env:
            self.assertEqual(set(self.reading(content).line_ids.mapped("status")), {"refused"})
            return
        one = self.reading(content)
        self.assertEqual(sorted(one.line_ids.mapped("status")), ["changed", "new"])
        one.action_apply()
        rules = self.env["escarcelle.erasure.policy"]._escarcelle_for(self.company)
        self.assertEqual((rules.announce_days, rules.retention_ids.mapped("months")), (45, [18]))
        self.assertEqual(self.exported()["sections"]["erasure_retentions"][0]["reason"], "Réseau")
        one = self.reading(
            self.file(erasure_retentions=[{"date_from": "2026-02-01", "months": 240}])
        )
        with self.refused():
            one.action_apply()

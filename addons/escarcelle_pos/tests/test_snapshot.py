import gzip
import hashlib
import json
import re
from datetime import timedelta

from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from ..models import snapshot_cache
from .common import TillCase

SNAPSHOT = "/escarcelle/till/v1/snapshot"


class SnapshotCase(TillCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.till, cls.device = cls._till()
        cls.till = cls.till.sudo().with_context(lang="fr_FR")

    def setUp(self):
        super().setUp()
        snapshot_cache.PARTS.clear()

    def part(self, name):
        return json.loads(self.till._escarcelle_snapshot_parts()[name])

    def rows(self, model):
        return self.part(f"load_data/{model}")

    def later(self, records):
        """One transaction has one time: make a write look like it came in another."""
        self.env.flush_all()
        self.env.cr.execute(
            f"UPDATE {records._table} SET write_date = write_date + interval '1 second' WHERE id IN %s",
            [tuple(records.ids)],
        )
        records.invalidate_recordset()


@tagged("post_install", "-at_install")
class TestSnapshotParts(SnapshotCase):
    """What a till receives: everything it needs to live alone, nothing that is not its business."""

    def test_the_parts_of_the_contract(self):
        parts = self.till._escarcelle_snapshot_parts()
        for name in (
            "page", "assets.json", "rpc.json", "load_data_params", "settings.json", "products.json",
            "prices.json", "cashiers.json", "load_data/pos.config", "load_data/product.product",
        ):  # fmt: skip
            self.assertIn(name, parts)
            self.assertIsInstance(parts[name], bytes)
        for entry in json.loads(parts["assets.json"]).values():
            content = parts[f"asset/{entry['sha256']}"]
            self.assertEqual(hashlib.sha256(content).hexdigest(), entry["sha256"])

    def test_the_page_opens_nothing_on_the_server(self):
        page = self.till._escarcelle_snapshot_parts()["page"].decode()
        user = self.env.ref("base.user_root")
        secrets = (
            "csrf", user.login, self.till.config_id.access_token,
            self.env["ir.config_parameter"].sudo().get_param("web.base.url"), self.device.key,
        )  # fmt: skip
        for secret in secrets:
            self.assertNotIn(secret, page)
        self.assertIn('"mode": "till"', page)
        self.assertEqual(re.findall(r"""(?:src|href)=["'](?!/)""", page), [])

    def test_the_page_only_names_files_the_till_holds(self):
        parts = self.till._escarcelle_snapshot_parts()
        held = json.loads(parts["assets.json"])
        named = re.findall(r"""(?:src|href)=["']([^"']+)""", parts["page"].decode())
        self.assertGreaterEqual(len(named), 3)
        self.assertEqual([url for url in named if url not in held], [])

    def test_styles_fetch_nothing_from_elsewhere(self):
        parts = self.till._escarcelle_snapshot_parts()
        for url, entry in json.loads(parts["assets.json"]).items():
            if url.endswith(".css"):
                css = parts[f"asset/{entry['sha256']}"]
                # a value; core also has one in a selector: [style*="url(http://…"]
                self.assertEqual(re.findall(rb"[:,\s]url\([\"']?https?:", css), [])
                self.assertIn(b".escarcelle-login", css)

    def test_the_session_is_synthetic_and_open(self):
        before = self.rows("pos.session")
        self.assertEqual(before[0]["state"], "opened")
        self.assertEqual(before[0]["id"], self.till.config_id.id)
        self.assertFalse(self.env["pos.session"].search([("config_id", "=", self.till.config_id.id)]))
        self.env["pos.session"].with_context(escarcelle_session=True).create(
            {"config_id": self.till.config_id.id, "user_id": self.env.uid}
        )
        snapshot_cache.PARTS.clear()
        self.assertEqual(self.rows("pos.session"), before)

    def test_every_product_is_there_whatever_the_limits(self):
        self.env["ir.config_parameter"].sudo().set_param("point_of_sale.limited_product_count", "1")
        names = {row["display_name"] for row in self.rows("product.product")}
        for product in self.products.values():
            self.assertTrue(any(product.name in name for name in names), product.name)
        codes = {row["code"] for row in self.part("products.json")}
        self.assertLessEqual({product.default_code for product in self.products.values()}, codes)

    def test_what_goods_cost_stays_on_the_server(self):
        self.assertEqual({row["standard_price"] for row in self.rows("product.product")}, {0.0})
        self.assertEqual({row["standard_price"] for row in self.rows("product.template")}, {0.0})

    def test_no_customer_leaves_with_the_page(self):
        self.env["res.partner"].create({"name": "Amina Benali", "phone": "0299000000", "street": "3 rue X"})
        self.assertEqual(len(self.rows("res.partner")), 1)
        text = b"".join(c for n, c in self.till._escarcelle_snapshot_parts().items() if n.startswith("load_data"))
        self.assertNotIn(b"Benali", text)
        for model in ("pos.order", "account.move", "account.account"):
            self.assertEqual(self.rows(model), [])

    def test_price_rules_are_sent_sixty_days_ahead(self):
        now = self.env.cr.now()
        pricelist = self.env["product.pricelist"].create({"name": "Tarif", "company_id": self.company.id})
        rule = {"pricelist_id": pricelist.id, "compute_price": "fixed", "fixed_price": 1.0}
        soon, far = self.env["product.pricelist.item"].create(
            [{**rule, "date_start": now + timedelta(days=30)}, {**rule, "date_start": now + timedelta(days=90)}]
        )
        ids = {row["id"] for row in self.rows("product.pricelist.item")}
        self.assertIn(soon.id, ids)
        self.assertNotIn(far.id, ids)

    def test_a_price_with_vat_whichever_way_it_is_entered(self):
        tax = self.taxes[2000].copy({"name": "TVA 20 % HT", "price_include_override": "tax_excluded"})
        product = self.products[2000]
        product.write({"list_price": 10.0})
        prices = {row["id"]: row["price"] for row in self.part("products.json")}
        self.assertEqual(prices[product.id], "10.0000")
        product.taxes_id = tax
        snapshot_cache.PARTS.clear()
        prices = {row["id"]: row["price"] for row in self.part("products.json")}
        self.assertEqual(prices[product.id], "12.0000")

    def test_settings_say_who_sells_and_when_days_close(self):
        settings = self.part("settings.json")
        self.assertEqual(settings["company"]["siret"], "33417522100012")
        self.assertEqual(settings["company"]["naf"], "4711B")
        self.assertEqual(settings["till"]["config_id"], self.till.config_id.id)
        self.assertEqual(settings["period"]["timezone"], "Europe/Paris")
        codes = {method["code"]: method["cash"] for method in settings["payment_methods"]}
        self.assertEqual(codes, {"ESPECES": True, "CARTE": False})
        exempt = next(p for p in settings["fiscal_positions"] if p["id"] == self.exempt.id)
        self.assertEqual(exempt["tax_map"], {str(tax.id): [self.no_tax.id] for tax in self.taxes.values()})

    def test_the_nomenclature_is_recorded(self):
        nomenclature = self.company.nomenclature_id
        answers = self.part("rpc.json")
        self.assertIn(str(nomenclature.id), answers["barcode.nomenclature/read"])
        patterns = {rule["pattern"] for rule in answers["barcode.rule/search_read"][str(nomenclature.id)]}
        self.assertEqual(patterns, set(nomenclature.rule_ids.mapped("pattern")))

    def test_a_barcode_of_a_packaging_is_one_of_the_goods(self):
        product = self.products[550]
        product.barcode = "3760001230005"
        self.env["product.uom"].create(
            {"product_id": product.id, "uom_id": self.env.ref("uom.product_uom_dozen").id, "barcode": "3760001230128"}
        )
        row = next(r for r in self.part("products.json") if r["id"] == product.id)
        self.assertEqual(row["barcodes"], ["3760001230005", "3760001230128"])

    def test_cashiers_carry_hashes_and_no_odoo_user(self):
        cashier = self.env["escarcelle.cashier"].create(
            {"name": "Ali", "code": "C9", "company_id": self.company.id, "user_id": self.cashier_user.id}
        )
        cashier._escarcelle_set_secrets(pin="1234")
        (row,) = self.part("cashiers.json")
        self.assertEqual(set(row), {"code", "name", "role", "pin", "badge"})
        self.assertNotIn("1234", json.dumps(row))
        self.assertNotIn(self.cashier_user.login, json.dumps(row))


@tagged("post_install", "-at_install")
class TestSnapshotManifest(SnapshotCase):
    """Asked every minute by every till: free when nothing changed, exact when something did."""

    def changed(self, before):
        """Names of the parts that differ from an earlier manifest."""
        after = self.till._escarcelle_snapshot_manifest()["parts"]
        return {name for name in after if after[name] != before["parts"].get(name)}

    def test_building_twice_gives_the_same_bytes(self):
        before = self.till._escarcelle_snapshot_manifest()
        snapshot_cache.PARTS.clear()
        self.assertEqual(self.till._escarcelle_snapshot_manifest()["version"], before["version"])

    def test_nothing_is_built_when_nothing_changed(self):
        first, again = (self.till._escarcelle_snapshot_parts() for _time in range(2))
        for name in ("page", "assets.json", "load_data/product.product", "products.json"):
            self.assertIs(again[name], first[name])

    def test_a_price_changes_three_parts(self):
        before = self.till._escarcelle_snapshot_manifest()
        self.products[550].list_price = 3.21
        self.later(self.products[550].product_tmpl_id)
        self.assertEqual(
            self.changed(before), {"products.json", "load_data/product.product", "load_data/product.template"}
        )

    def test_a_write_that_ends_late_is_seen(self):
        """An older ``write_date`` than the newest of the table is still a change."""
        self.later(self.products[2000].product_tmpl_id)
        self.later(self.products[2000].product_tmpl_id)
        before = self.till._escarcelle_snapshot_manifest()
        self.products[550].list_price = 3.21
        self.later(self.products[550].product_tmpl_id)
        self.assertIn("products.json", self.changed(before))

    def test_a_product_taken_off_sale(self):
        before = self.till._escarcelle_snapshot_manifest()
        self.products[550].available_in_pos = False
        self.later(self.products[550].product_tmpl_id)
        self.assertIn("products.json", self.changed(before))
        self.assertNotIn(self.products[550].id, {row["id"] for row in self.part("products.json")})

    def test_selling_changes_nothing(self):
        """Sessions, orders and customers come and go all day."""
        before = self.till._escarcelle_snapshot_manifest()
        self.ingest(self.till, self.device.sell([self.row()]))
        self.env["res.partner"].create({"name": "Quelqu'un"})
        self.assertEqual(self.changed(before), set())

    def test_two_tills_have_their_own_page_and_the_same_goods(self):
        other, _device = self._till("Autre")
        one = self.till._escarcelle_snapshot_manifest()["parts"]
        two = other.sudo().with_context(lang="fr_FR")._escarcelle_snapshot_manifest()["parts"]
        self.assertNotEqual(one["page"], two["page"])
        self.assertEqual(one["products.json"], two["products.json"])
        self.assertEqual(one["load_data/product.product"], two["load_data/product.product"])

    def test_a_part_is_given_by_its_content_only(self):
        parts = self.till._escarcelle_snapshot_manifest()["parts"]
        sha = parts["products.json"]["sha256"]
        self.assertEqual(
            hashlib.sha256(self.till._escarcelle_snapshot_part("products.json", sha)).hexdigest(), sha
        )
        self.assertIsNone(self.till._escarcelle_snapshot_part("products.json", "0" * 64))
        self.assertIsNone(self.till._escarcelle_snapshot_part("../../etc/passwd", "0" * 64))


@tagged("post_install", "-at_install")
class TestSnapshotRoute(HttpCase, SnapshotCase):
    """The wire: a key, a manifest, parts by content."""

    def get(self, query="", key=None, **headers):
        return self.url_open(
            SNAPSHOT + query, headers={"Authorization": f"Bearer {key or self.device.key}", **headers}
        )

    def test_manifest_and_parts(self):
        manifest = self.get().json()
        self.assertRegex(manifest["made_at"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        sha = manifest["parts"]["settings.json"]["sha256"]
        answer = self.get(f"?part=settings.json&sha256={sha}")
        self.assertEqual(hashlib.sha256(answer.content).hexdigest(), sha)
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        self.assertNotIn("session_id", answer.cookies)

    def test_the_wire_is_compressed(self):
        parts = self.get().json()["parts"]
        name = "load_data/product.product"
        answer = self.get(f"?part={name}&sha256={parts[name]['sha256']}", **{"Accept-Encoding": "gzip"})
        self.assertEqual(answer.headers["Content-Encoding"], "gzip")
        self.assertLess(int(answer.headers["Content-Length"]), parts[name]["size"])
        self.assertEqual(len(answer.content), parts[name]["size"])
        self.assertEqual(gzip.decompress(gzip.compress(answer.content)), answer.content)

    def test_a_part_that_changed_meanwhile(self):
        answer = self.get(f"?part=settings.json&sha256={'0' * 64}")
        self.assertEqual((answer.status_code, answer.json()["error"]["code"]), (404, "part_changed"))

    def test_odd_parts(self):
        for query in ("?part=nothing&sha256=x", "?part=page", "?part=asset/../page&sha256=" + "0" * 64, "?part="):
            with self.subTest(query):
                self.assertEqual(self.get(query).status_code, 404)

    def test_without_a_key_nothing(self):
        for key in ("x", self.device.key + "x"):
            self.assertEqual(self.get(key=key).status_code, 401)
        self.assertEqual(self.url_open(SNAPSHOT).status_code, 401)
        self.till.with_user(self.manager).action_revoke()
        self.assertEqual(self.get().status_code, 403)

    def test_another_company_is_not_in_it(self):
        other = self.env["res.company"].create({"name": "Voisins", "country_id": self.env.ref("base.fr").id})
        self.env["product.product"].create(
            {"name": "Secret des voisins", "available_in_pos": True, "company_id": other.id,
             "taxes_id": [Command.clear()]}
        )  # fmt: skip
        snapshot_cache.PARTS.clear()
        text = b"".join(
            content for name, content in self.till._escarcelle_snapshot_parts().items() if not name.startswith("asset")
        )
        self.assertNotIn(b"Secret des voisins", text)

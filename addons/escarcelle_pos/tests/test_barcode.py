import json
from base64 import b64encode
from io import BytesIO

from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged
from openpyxl import Workbook

from escarcelle_core import ean13

from .common import TillCase

CODE, OTHER, PACK = "3017620422003", "96385074", "036000291452"


@tagged("post_install", "-at_install")
class TestBarcode(TillCase):
    """Many barcodes a good: one code, one good; packs; what tills attach; what is imported."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.till, cls.device = cls._till()
        cls.lines = cls.env["product.uom"]
        cls.milk, cls.rice = cls.products[550], cls.products[2000]

    def attach(self, product, barcode, count=1):
        return self.lines.create({"product_id": product.id, "barcode": barcode, "escarcelle_count": count})

    def row(self, product):
        rows = self.till.sudo()._escarcelle_products()
        return next(row for row in rows if row["id"] == product.id)

    def attachments(self):
        return self.env["escarcelle.barcode.attachment"].search([("till_id.company_id", "=", self.company.id)])

    # -- on the good -------------------------------------------------------------------------------

    def test_a_pack_counts_as_its_units(self):
        line, six = self.attach(self.milk, CODE), self.attach(self.milk, PACK, 6)
        self.assertEqual((line.escarcelle_count, line.uom_id), (1, self.milk.uom_id))
        self.assertEqual((six.escarcelle_count, six.uom_id.relative_factor), (6, 6.0))
        again = self.attach(self.rice, OTHER, 6)
        self.assertEqual(again.uom_id, six.uom_id)
        again.escarcelle_count = 12
        self.assertEqual(again.uom_id.relative_factor, 12.0)
        row = self.row(self.milk)
        self.assertEqual((row["barcodes"], row["packs"]), ([PACK, CODE], {PACK: 6}))

    def test_the_page_knows_the_packs(self):
        six = self.attach(self.milk, PACK, 6)
        parts = self.till.sudo()._escarcelle_load_data_parts()
        rows = {row["barcode"]: row for row in json.loads(parts["load_data/product.uom"])}
        units = {row["id"]: row for row in json.loads(parts["load_data/uom.uom"])}
        self.assertEqual(rows[PACK]["product_id"], self.milk.id)
        self.assertEqual(units[six.uom_id.id]["factor"], 6.0)

    def test_one_code_one_good(self):
        self.attach(self.milk, CODE)
        self.rice.barcode = OTHER
        for product, code in ((self.rice, CODE), (self.milk, OTHER), (self.milk, CODE), (self.rice, OTHER)):
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                self.attach(product, code)
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            self.rice.barcode = CODE

    def test_an_archived_good_keeps_its_codes(self):
        self.attach(self.milk, CODE)
        self.milk.active = False
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            self.attach(self.rice, CODE)

    def test_shops_apart(self):
        self.attach(self.milk, CODE)
        shop = self.env["res.company"].create({"name": "Autre épicerie"})
        self.env.user.company_ids |= shop
        other = self.env["product.product"].with_company(shop).create({"name": "Lait", "company_id": shop.id})
        line = self.attach(other, CODE)
        self.assertEqual(line.company_id, shop)
        self.assertEqual(self.lines._escarcelle_owner(CODE, self.company), self.milk)

    def test_what_is_no_barcode(self):
        for code in (ean13.card(7), "3017620422004", "12", "x" * 60, "30176\x1d2042", False):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                self.attach(self.milk, code)
        for count in (-1, 1001):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                self.attach(self.milk, CODE, count)
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            self.milk.barcode = ean13.card(7)
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            self.lines.create({"product_id": self.milk.id, "barcode": ean13.card(7)})
        line = self.attach(self.milk, CODE)
        with self.assertRaises(UserError):
            line.barcode = "3017620422004"

    def test_on_the_products_screen(self):
        with Form(self.milk.product_tmpl_id) as form:
            with form.escarcelle_barcode_ids.new() as line:
                line.barcode = CODE
                line.escarcelle_count = 4
        self.assertEqual(self.milk.escarcelle_barcode_ids.escarcelle_count, 4)
        with Form(self.milk.product_tmpl_id) as form:
            form.escarcelle_barcode_ids.remove(0)
        self.assertFalse(self.milk.escarcelle_barcode_ids)

    # -- from the tills ----------------------------------------------------------------------------

    def test_a_till_attaches(self):
        entry = self.device.attach(CODE, self.milk, 6)
        ack = self.ingest(self.till, entry)[0]
        self.assertEqual((ack["status"], ack["order"]), ("stored", "built"))
        self.assertEqual(self.milk.escarcelle_barcode_ids.mapped("barcode"), [CODE])
        self.assertEqual(self.milk.escarcelle_barcode_ids.escarcelle_source, "till")
        row = self.attachments()
        self.assertEqual((row.state, row.cashier, row.count, row.owner_id), ("done", "C1", 6, self.milk))

    def test_a_replay_attaches_once(self):
        entry = self.device.attach(CODE, self.milk)
        self.assertEqual([a["status"] for a in self.ingest(self.till, entry, entry)], ["stored", "known"])
        self.assertEqual(self.ingest(self.till, entry)[0]["status"], "known")
        self.assertEqual(len(self.attachments()), 1)

    def test_two_tills_two_goods(self):
        other, device = self._till("Caisse B")
        self.ingest(self.till, self.device.attach(CODE, self.milk))
        self.ingest(other, device.attach(CODE, self.rice, 2))
        conflict = self.attachments().filtered(lambda row: row.state == "conflict")
        self.assertEqual((conflict.product_id, conflict.owner_id), (self.rice, self.milk))
        self.assertIn(self.milk.name, conflict.message)
        conflict.with_user(self.manager).action_move()
        self.assertEqual(self.lines._escarcelle_owner(CODE, self.company), self.rice)
        self.assertEqual((conflict.state, self.rice.escarcelle_barcode_ids.escarcelle_count), ("settled", 2))
        with self.assertRaises(UserError):
            conflict.with_user(self.manager).action_keep()

    def test_two_tills_one_good(self):
        other, device = self._till("Caisse B")
        self.ingest(self.till, self.device.attach(CODE, self.milk))
        self.ingest(other, device.attach(CODE, self.milk))
        self.assertEqual(self.attachments().mapped("state"), ["done", "done"])

    def test_moved_from_a_first_barcode(self):
        self.milk.barcode = CODE
        self.ingest(self.till, self.device.attach(CODE, self.rice))
        self.attachments().action_move()
        self.assertFalse(self.milk.barcode)
        self.assertEqual(self.lines._escarcelle_owner(CODE, self.company), self.rice)

    def test_left_as_it_was(self):
        self.milk.barcode = CODE
        self.ingest(self.till, self.device.attach(CODE, self.rice))
        self.attachments().action_keep()
        self.assertEqual(self.attachments().state, "settled")
        self.assertEqual(self.milk.barcode, CODE)

    def test_hostile_entries_are_kept_and_do_nothing(self):
        hostile = [
            {"barcode": ean13.card(3)}, {"barcode": "3017620422004"}, {"barcode": "9" * 10_000}, {"barcode": None},
            {"barcode": {"a": 1}}, {"barcode": "ab\x01cd"}, {"count": 0}, {"count": 10**12},
            {"count": "6"}, {"product_id": 2**40}, {"product_id": "1"}, {"product_id": None}, {"cashier": ["x"]},
        ]  # fmt: skip
        before = self.lines.search_count([])
        acks = self.ingest(self.till, *[self.device.attach(CODE, self.milk, changes=bad) for bad in hostile])
        self.assertEqual({ack["status"] for ack in acks}, {"stored"})
        self.assertEqual({ack["order"] for ack in acks}, {"built"})
        states = self.attachments().mapped("state")
        # The last one only has a strange cashier.
        self.assertEqual((states.count("refused"), states.count("done")), (len(hostile) - 1, 1))
        self.assertEqual(self.lines.search_count([]), before + 1)

    def test_the_good_of_another_shop_is_not_touched(self):
        shop = self.env["res.company"].create({"name": "Autre épicerie"})
        foreign = self.env["product.product"].create({"name": "Lait", "company_id": shop.id})
        self.ingest(self.till, self.device.attach(CODE, foreign))
        self.assertEqual(self.attachments().state, "refused")
        self.assertFalse(foreign.escarcelle_barcode_ids)

    def test_what_a_till_did_is_kept(self):
        self.ingest(self.till, self.device.attach(CODE, self.milk))
        with self.assertRaises(UserError):
            self.attachments().unlink()

    # -- by hand -----------------------------------------------------------------------------------

    def test_by_phone(self):
        wizard = self.env["escarcelle.barcode.attach"].create(
            {"barcode": f" {CODE} ", "product_id": self.milk.id, "count": 2}
        )
        action = wizard.action_attach()
        self.assertIn(CODE, action["context"]["default_done"])
        self.assertEqual(self.milk.escarcelle_barcode_ids.escarcelle_count, 2)
        self.assertEqual(self.env["escarcelle.barcode.attach"].new({"barcode": CODE}).owner_id, self.milk)

    def preview(self, **values):
        wizard = self.env["escarcelle.barcode.import"].create(values)
        wizard.action_preview()
        return wizard

    def test_pasted_from_a_spreadsheet(self):
        self.attach(self.rice, OTHER)
        wizard = self.preview(
            text="Référence\tCode\tLot\n"
            f"P550\t{CODE}\t\n{self.rice.name}\t{PACK}\t6\nP550\t{CODE}\t1\nRIEN\t4006381333931\t1\n"
            f"P550\t{OTHER}\t1\nP550\t3017620422004\t\nP550\t12345678905\tsix\n\n"
        )
        self.assertEqual((wizard.ready, wizard.wrong), (3 - 1, 5))
        errors = wizard.line_ids.mapped(lambda line: bool(line.error))
        self.assertEqual(errors, [False, False, True, True, True, True, True])
        wizard.action_attach()
        self.assertEqual(self.milk.escarcelle_barcode_ids.mapped("barcode"), [CODE])
        self.assertEqual(self.row(self.rice)["packs"], {PACK: 6})

    def test_what_changed_since_the_preview_is_said_and_nothing_is_written(self):
        wizard = self.preview(text=f"P550;{CODE};1\nP550;{PACK};1")
        self.attach(self.rice, PACK)
        wizard.action_attach()
        self.assertFalse(self.milk.escarcelle_barcode_ids)
        self.assertEqual((wizard.ready, wizard.wrong), (1, 1))

    def test_an_excel_file(self):
        book = Workbook()
        book.active.append(["Article", "Code-barres", "Unités"])
        book.active.append(["P550", int(CODE), 6.0])
        content = BytesIO()
        book.save(content)
        wizard = self.preview(file=b64encode(content.getvalue()))
        self.assertEqual((wizard.ready, wizard.line_ids.barcode, wizard.line_ids.count), (1, CODE, 6))

    def test_hostile_files(self):
        for content in (b"PK\x03\x04nothing", b"\x00" * 100, b"\xff\xfe\x00", b"a" * (3 * 1024 * 1024)):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                self.preview(file=b64encode(content))
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self.preview(text="\n".join(f"P550;{n:08d};1" for n in range(5001)))
        wizard = self.preview(text='P550;"=cmd|calc";1\nP550;<script>1;1\nP550;' + "1" * 5000 + ";1")
        self.assertEqual(wizard.ready, 0)

    def test_who_may(self):
        self.assertFalse(self.env["escarcelle.barcode.attach"].with_user(self.cashier_user).has_access("create"))
        self.assertFalse(self.lines.with_user(self.cashier_user).has_access("create"))
        self.ingest(self.till, self.device.attach(CODE, self.milk))
        row = self.attachments()
        self.assertFalse(row.with_user(self.cashier_user).has_access("read"))
        for operation in ("write", "create", "unlink"):
            self.assertFalse(row.with_user(self.manager).has_access(operation))
        line = self.lines.with_user(self.manager).create({"product_id": self.milk.id, "barcode": PACK})
        self.assertEqual(line.escarcelle_count, 1)

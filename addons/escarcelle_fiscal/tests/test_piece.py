from datetime import timedelta
from unittest.mock import patch

from odoo import Command, fields
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from escarcelle_core import jet

from ..models.fiscal_journal import EscarcelleFiscalJournal
from .piece_common import PieceCase


@tagged("post_install", "-at_install")
class TestPiece(PieceCase):
    """Each event of the stock gives its document, once."""

    def test_receipt(self):
        lot = self.env["stock.lot"].create({"name": "L-1", "product_id": self.rice.id})
        self.rice.tracking = "lot"
        picking = self._transfer(self.warehouse.in_type_id, self.supplier, self.stock, 12)
        picking.move_ids.move_line_ids.lot_id = lot
        picking.move_ids.move_line_ids.quantity = 12
        picking.move_ids.picked = True
        picking._action_done()
        record, piece = self._issued("EST")
        self.assertEqual(record.shown, f"Entrée stock (GES) {record.number}")
        self.assertEqual((piece.reference, piece.party.code, piece.party.name), (picking.name, "BA21", ""))
        (line,) = piece.lines
        self.assertEqual((line.code, str(line.quantity), line.lot), ("RIZ", "12.000", "L-1"))
        self.assertEqual((line.source, line.target), (self.supplier.complete_name, self.stock.complete_name))
        self.assertEqual([o.reference for o in piece.origins], ["Appel du matin"])
        self.assertEqual(piece.operator, f"U{self.env.uid}")

    def test_partial_receipt_gives_what_came_and_its_rest_another(self):
        picking = self._transfer(self.warehouse.in_type_id, self.supplier, self.stock, 12)
        self._validate(picking, 5)
        rest = self.env["stock.picking"].search([("backorder_id", "=", picking.id)])
        self._validate(rest)
        self._drain()
        pieces = self._pieces("EST")
        self.assertEqual(
            [(p.reference, str(p._escarcelle_document().lines[0].quantity)) for p in pieces],
            [(picking.name, "5.000"), (rest.name, "7.000")],
        )
        self.assertEqual(pieces[1].seq, pieces[0].seq + 1)

    def test_delivery_gives_its_paper_and_its_issue(self):
        self._held(self.rice, 10)
        picking = self._validate(self._transfer(self.warehouse.out_type_id, self.stock, self.customer))
        _record, paper = self._issued("BLV")
        issue_record, issue = self._issued("SST")
        self.assertEqual((paper.party.code, paper.party.name), ("BA21", "Banque alimentaire 21"))
        self.assertEqual(issue.party.name, "")
        self.assertEqual([str(line.quantity) for line in issue.lines], ["2.000"])
        self.assertEqual(paper.origins[0].uid, issue_record.origin)
        self.assertEqual(picking.escarcelle_piece_count, 2)
        action = picking.action_escarcelle_pieces()
        self.assertEqual(
            set(self.env["escarcelle.fiscal.piece"].search(action["domain"]).mapped("doc_type")), {"BLV", "SST"}
        )

    def test_return_from_a_customer(self):
        self._validate(self._transfer(self.warehouse.in_type_id, self.customer, self.stock))
        self.assertEqual(str(self._issued("REI")[1].lines[0].quantity), "2.000")
        self.assertFalse(self._pieces("EST"))

    def test_return_to_a_supplier_leaves_the_stock(self):
        self._held(self.rice, 10)
        self._validate(self._transfer(self.warehouse.out_type_id, self.stock, self.supplier))
        self._issued("SST")
        self.assertFalse(self._pieces("BLV"))

    def test_change_of_shelf_gives_none(self):
        self._held(self.rice, 10)
        shelf = self.env["stock.location"].create({"name": "Rayon", "location_id": self.stock.id})
        self._validate(self._transfer(self.warehouse.int_type_id, self.stock, shelf))
        self.assertFalse(self._waiting())

    def test_transfer_between_shops(self):
        self._held(self.rice, 10)
        other = self.env["stock.warehouse"].create({"name": "Boutique sud", "code": "SUD"})
        self._validate(self._transfer(self.warehouse.int_type_id, self.stock, other.lot_stock_id))
        _record, piece = self._issued("TRM")
        self.assertEqual(piece.lines[0].target, other.lot_stock_id.complete_name)
        self.assertFalse(self._pieces("CDC"))

    def test_request_to_the_central_warehouse_and_its_delivery(self):
        shop = self.env["stock.warehouse"].create(
            {"name": "Boutique sud", "code": "SUD", "resupply_wh_ids": [Command.set(self.warehouse.ids)]}
        )
        self._held(self.rice, 10)
        self.env["stock.warehouse.orderpoint"].create(
            {
                "product_id": self.rice.id,
                "warehouse_id": shop.id,
                "location_id": shop.lot_stock_id.id,
                "product_min_qty": 4,
                "product_max_qty": 4,
                "route_id": shop.resupply_route_ids.id,
                "trigger": "manual",
            }
        ).action_replenish()
        request, piece = self._issued("CDC")
        self.assertEqual((str(piece.lines[0].quantity), piece.party.code), ("4.000", "SUD"))
        leaving = self.env["stock.picking"].search([("name", "=", request.reference)])
        self.assertEqual(leaving.location_id, self.stock)
        self._validate(leaving)
        self.assertEqual(str(self._issued("LVC")[1].lines[0].quantity), "4.000")
        arriving = leaving.move_ids.move_dest_ids.picking_id
        self._validate(arriving)
        self.assertIn(leaving.name, [o.reference for o in self._issued("EST")[1].origins])
        self.assertFalse(self._pieces("TRM") | self._pieces("SST"))
        self.assertEqual(len(self._pieces("CDC")), 1)

    def test_inventory_and_what_it_brings_to_zero(self):
        pasta = self._product("Pâtes", "PAT")
        self._held(self.rice, 10)
        self._held(pasta, 3)
        quants = self.env["stock.quant"].search(
            [("product_id", "in", (self.rice | pasta).ids), ("location_id", "=", self.stock.id)]
        )
        for quant in quants:
            quant.inventory_quantity = 8 if quant.product_id == self.rice else 0
        quants.action_apply_inventory()
        record, piece = self._issued("IVT")
        self.assertEqual(
            {(line.code, str(line.quantity), str(line.before)) for line in piece.lines},
            {("RIZ", "8.000", "10.000"), ("PAT", "0.000", "3.000")},
        )
        _record, emptied = self._issued("RAZ")
        self.assertEqual([line.code for line in emptied.lines], ["PAT"])
        self.assertEqual(emptied.origins[0].uid, record.origin)

    def test_counting_again_is_another_inventory(self):
        self._held(self.rice, 10)
        quant = self.env["stock.quant"].search(
            [("product_id", "=", self.rice.id), ("location_id", "=", self.stock.id)]
        )
        for count in (9, 9):
            quant.inventory_quantity = count
            quant.action_apply_inventory()
        self._drain()
        self.assertEqual(len(self._pieces("IVT")), 2)
        self.assertFalse(self._pieces("RAZ"))

    def _scrap(self, tags, quantity=2):
        self._held(self.rice, 10)
        scrap = self.env["stock.scrap"].create(
            {"product_id": self.rice.id, "scrap_qty": quantity, "scrap_reason_tag_ids": [Command.set(tags.ids)]}
        )
        scrap.action_validate()
        return scrap

    def test_unsold_goods(self):
        scrap = self._scrap(self.env.ref("escarcelle_fiscal.scrap_reason_unsold"))
        record, piece = self._issued("IVD")
        self.assertEqual(piece.reference, scrap.name)
        self.assertTrue(piece.lines[0].reason)
        self.assertFalse(self._pieces("SST"))
        self.assertEqual(record.res_id, scrap.id)

    def test_other_scraps_are_stock_issues(self):
        tag = self.env["stock.scrap.reason.tag"].create({"name": "Casse"})
        self._scrap(tag)
        self.assertEqual(self._issued("SST")[1].lines[0].reason, "Casse")
        self.assertFalse(self._pieces("IVD"))

    # -- levels ------------------------------------------------------------------------------------

    def _watch(self):
        self.env["escarcelle.fiscal.stock.level"]._escarcelle_watch()
        # Two looks of one test are one transaction: its clock does not move.
        self._drain()

    def _set(self, quantity):
        quants = self.env["stock.quant"].search(
            [("product_id", "=", self.rice.id), ("location_id", "=", self.stock.id)]
        )
        self._held(self.rice, quantity - sum(quants.mapped("quantity")))

    def _look(self, quantity):
        """Codes of the documents that bringing rice to ``quantity`` gives."""
        self._set(quantity)
        before = self._pieces()
        now = self.env.cr.now() + timedelta(minutes=10 * (1 + self.looks))
        self.looks += 1
        with patch.object(type(self.env.cr), "now", lambda cr: now):
            self._watch()
        return [
            p.doc_type for p in self._pieces() - before
            if any(line.code == "RIZ" for line in p._escarcelle_document().lines)
        ]  # fmt: skip

    def test_shortage_and_alert_once_a_crossing(self):
        self.looks = 0
        self.env["stock.warehouse.orderpoint"].create(
            {
                "product_id": self.rice.id, "warehouse_id": self.warehouse.id,
                "location_id": self.stock.id, "product_min_qty": 5, "product_max_qty": 20,
            }
        )  # fmt: skip
        self.assertEqual(self._look(10), [])
        self.assertEqual(self._look(4), ["ALT"])
        self.assertEqual(self._look(3), [])
        self.assertEqual(self._look(0), ["RUP"])
        self.assertEqual(self._look(-1), [])
        self.assertEqual(self._look(2), [])
        self.assertEqual(self._look(9), [])
        self.assertEqual(self._look(5), [])
        self.assertEqual(self._look(0), ["RUP"])
        line = self._pieces("ALT")[-1]._escarcelle_document().lines
        rice = next(one for one in line if one.code == "RIZ")
        self.assertEqual((str(rice.quantity), rice.reason), ("4.000", "minimum 5,000"))

    def test_levels_cost_the_same_for_one_product_or_fifty(self):
        self.looks = 0
        self._look(10)
        products = self.env["product.product"].create(
            [{"name": f"Article {n}", "is_storable": True} for n in range(50)]
        )
        for product in products:
            self._held(product, 1)
        self.env["escarcelle.fiscal.stock.level"]._escarcelle_watch()
        for product in products:
            self._held(product, -1)
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(30):
            self.env["escarcelle.fiscal.stock.level"]._escarcelle_watch()
        self.assertEqual(len(self._waiting()[-1].content["lines"]), 50)

    # -- once --------------------------------------------------------------------------------------

    def test_a_replay_issues_none(self):
        picking = self._validate(self._transfer(self.warehouse.in_type_id, self.supplier, self.stock))
        self.assertEqual(len(self._waiting()), 1)
        picking._escarcelle_issue_done()
        self.assertEqual(len(self._waiting()), 1)
        self._drain()
        picking._escarcelle_issue_done()
        self.assertFalse(self._waiting())
        self.assertEqual(len(self._pieces("EST")), 1)

    def test_what_the_journal_has_already_is_not_signed_again(self):
        """An older backup of Odoo's tables was put back: its outbox still holds what was signed."""
        self._validate(self._transfer(self.warehouse.in_type_id, self.supplier, self.stock))
        values = self._waiting().copy_data()[0]
        self._drain()
        self.outbox.create(values)
        self._drain()
        self.assertFalse(self._waiting())
        self.assertEqual(len(self._pieces("EST")), 1)

    def test_sequences_are_continuous_and_verify(self):
        self._held(self.rice, 100)
        for _n in range(3):
            self._validate(self._transfer(self.warehouse.in_type_id, self.supplier, self.stock))
            self._validate(self._transfer(self.warehouse.out_type_id, self.stock, self.customer))
        self._drain()
        for doc_type in ("EST", "SST", "BLV"):
            seqs = self._pieces(doc_type).mapped("seq")
            self.assertEqual(seqs, list(range(1, len(seqs) + 1)))
            self.assertGreaterEqual(len(seqs), 3)
        state = self._verify_everything()
        self.assertEqual(state.totals.perpetual_absolute, 0)

    def test_a_long_count_is_cut(self):
        line = {"code": "A", "label": "B", "quantity": "1.000", "unit": "U"}
        values = {
            "company": self.company, "reference": "Grand inventaire", "lines": [line] * 2500,
            "date": fields.Datetime.now().isoformat() + "+00:00",
        }  # fmt: skip
        self.outbox._escarcelle_issue("IVT", values, (self.company, "essai"))
        self._drain()
        self.assertEqual(self._pieces("IVT").mapped("lines"), [1000, 1000, 500])

    # -- refused -----------------------------------------------------------------------------------

    def test_a_refused_document_stays_and_lets_the_others_pass(self):
        bad = {"company": self.company, "reference": "X", "date": "hier", "lines": []}
        self.outbox._escarcelle_issue("EST", bad, (self.company, "un"))
        self._validate(self._transfer(self.warehouse.in_type_id, self.supplier, self.stock))
        self._drain()
        self.assertEqual(len(self._pieces("EST")), 1)
        kept = self._waiting()
        self.assertEqual(len(kept), 1)
        self.assertTrue(kept.error)
        self._drain()
        events = self.env["escarcelle.fiscal.jet"].search([("code", "=", str(jet.INTEGRITY_DEFECT))])
        self.assertEqual(len(events), 1)
        self.assertIn("Entrée stock X", events.description)
        self._drain()
        self.assertEqual(self._waiting(), kept)
        kept.content = {
            **kept.content, "date": "2026-11-22T10:00:00+00:00",
            "lines": [{"code": "A", "label": "B", "quantity": "1.000", "unit": "U"}],
        }  # fmt: skip
        kept.action_retry()
        self._drain()
        self.assertFalse(self._waiting())
        self.assertEqual(self._pieces("EST").mapped("seq"), [1, 2])

    @mute_logger("odoo.sql_db")
    def test_a_document_the_journal_refuses_lets_the_others_pass(self):
        for _n in range(3):
            self._validate(self._transfer(self.warehouse.in_type_id, self.supplier, self.stock))
        poisoned = self._waiting()[1]
        append = EscarcelleFiscalJournal._escarcelle_append

        def refusing(journal, till, records, late=None):
            if any(record.origin == poisoned.origin for record in records):
                journal.env.cr.execute("SELECT 1/0")
            return append(journal, till, records, late)

        with patch.object(EscarcelleFiscalJournal, "_escarcelle_append", refusing):
            self._drain()
        self.assertEqual(self._waiting(), poisoned)
        self.assertTrue(poisoned.error)
        self.assertEqual(self._pieces("EST").mapped("seq"), [1, 2])

    @mute_logger("odoo.sql_db")
    def test_when_the_journal_takes_nothing_no_document_is_blamed(self):
        for _n in range(2):
            self._validate(self._transfer(self.warehouse.in_type_id, self.supplier, self.stock))

        def refusing(journal, till, records, late=None):
            journal.env.cr.execute("SELECT 1/0")

        with (
            patch.object(EscarcelleFiscalJournal, "_escarcelle_append", refusing),
            self.assertRaisesRegex(Exception, "division"),
        ):
            self._drain()
        self.assertEqual(len(self._waiting()), 2)
        self.assertFalse(self._waiting().filtered("error"))

    # -- rights and paper ----------------------------------------------------------------------------

    def test_a_stock_user_reads_the_documents_of_the_stock_only(self):
        user = new_test_user(self.env, "magasinier", groups="stock.group_stock_user")
        picking = self._validate(self._transfer(self.warehouse.in_type_id, self.supplier, self.stock))
        line = {"code": "A", "label": "B", "quantity": "1.000", "unit": "U", "amount": 100, "unit_price": "1.0000"}
        values = {
            "company": self.company, "reference": "S1", "lines": [line], "total": 100, "untaxed": 100,
            "date": "2026-11-22T10:00:00+00:00", "party": {"code": "T1", "name": "Client"},
        }  # fmt: skip
        self.outbox._escarcelle_issue("BCD", values, (self.company, "commande"))
        self._drain()
        self.assertEqual(len(self._pieces()), 2)
        seen = self.env["escarcelle.fiscal.piece"].with_user(user).search([])
        self.assertEqual(seen.mapped("doc_type"), ["EST"])
        self.assertEqual(picking.with_user(user).escarcelle_piece_count, 1)
        cashier = new_test_user(self.env, "caissiere", groups="point_of_sale.group_pos_user")
        self.assertFalse(self.env["escarcelle.fiscal.piece"].with_user(cashier).has_access("read"))
        self.assertFalse(self.env["escarcelle.fiscal.outbox"].with_user(user).has_access("read"))

    def test_documents_belong_to_the_company_they_were_made_for(self):
        other = self.env["res.company"].create({"name": "Autre association"})
        line = {"code": "A", "label": "B", "quantity": "1.000", "unit": "U"}
        for company in (self.company, other):
            values = {
                "company": company, "reference": company.name, "lines": [line],
                "date": "2026-11-22T10:00:00+00:00",
            }  # fmt: skip
            self.outbox._escarcelle_issue("EST", values, (company, "essai"))
        self._drain()
        auditor = new_test_user(
            self.env, "comptable", groups="escarcelle_fiscal.group_auditor",
            company_id=self.company.id, company_ids=[Command.set(self.company.ids)],
        )  # fmt: skip
        for model in ("escarcelle.fiscal.piece", "escarcelle.fiscal.record"):
            seen = self.env[model].with_user(auditor).search([("doc_type", "=", "EST")])
            self.assertEqual(seen.company_id, self.company)
            self.assertEqual(len(seen), 1)

    @mute_logger("odoo.sql_db")
    def test_nobody_changes_it(self):
        self._validate(self._transfer(self.warehouse.in_type_id, self.supplier, self.stock))
        self._drain()
        for statement in ("UPDATE fiscal.record SET xml = ''", "DELETE FROM fiscal.record"):
            with self.assertRaisesRegex(Exception, "permission denied|droit"), self.env.cr.savepoint():
                self.env.cr.execute(f"{statement} WHERE kind = 'EST'")

    def test_the_paper_says_what_is_signed(self):
        self._held(self.rice, 10)
        self._validate(self._transfer(self.warehouse.out_type_id, self.stock, self.customer))
        self._drain()
        piece = self._pieces("BLV")
        html = self.env["ir.actions.report"]._render_qweb_html("escarcelle_fiscal.piece", piece.ids)[0].decode()
        said = (piece.shown, piece.reference, piece.excerpt, piece.digest, "Riz long", "2,000", "8899B")
        for text in (*said, "Banque alimentaire 21", "82345678900014", "Exemplaire imprimé le"):
            self.assertIn(text, html)

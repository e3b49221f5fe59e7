import json

from lxml import etree
from odoo import Command

from escarcelle_core.record import Record
from escarcelle_core.signing import Verifier
from escarcelle_core.state import TillState
from escarcelle_core.verification import verify_next
from escarcelle_core.xml import schemas

from ..tools import wire
from .common import JournalCase


class PieceCase(JournalCase):
    """A shop with stock, whose journal is open."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.outbox = cls.env["escarcelle.fiscal.outbox"].sudo()
        cls.outbox.search([]).unlink()
        cls.env["escarcelle.fiscal.instance"].sudo()._escarcelle_open()
        cls.warehouse = cls.env["stock.warehouse"].search([("company_id", "=", cls.company.id)], limit=1)
        cls.stock = cls.warehouse.lot_stock_id
        cls.supplier = cls.env.ref("stock.stock_location_suppliers")
        cls.customer = cls.env.ref("stock.stock_location_customers")
        cls.rice = cls._product("Riz long", "RIZ")
        cls.partner = cls.env["res.partner"].create({"name": "Banque alimentaire 21", "ref": "BA21"})

    @classmethod
    def _product(cls, name, code, **values):
        return cls.env["product.product"].create(
            {"name": name, "default_code": code, "is_storable": True, **values}
        )

    @classmethod
    def _held(cls, product, quantity, location=None, **values):
        """Put ``quantity`` on the shelf without any document: what was there before."""
        cls.env["stock.quant"]._update_available_quantity(product, location or cls.stock, quantity, **values)

    def _transfer(self, picking_type, here, there, quantity=2, product=None, **values):
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": picking_type.id,
                "location_id": here.id,
                "location_dest_id": there.id,
                "partner_id": self.partner.id,
                "origin": "Appel du matin",
                "move_ids": [
                    Command.create(
                        {
                            "product_id": (product or self.rice).id,
                            "product_uom_qty": quantity,
                            "location_id": here.id,
                            "location_dest_id": there.id,
                        }
                    )
                ],
                **values,
            }
        )
        picking.action_confirm()
        return picking

    def _validate(self, picking, quantity=None):
        for move in picking.move_ids:
            move.quantity = move.product_uom_qty if quantity is None else quantity
            move.picked = True
        picking._action_done()
        return picking

    def _waiting(self):
        return self.outbox.search([("doc_type", "!=", False)], order="id")

    def _drain(self):
        self.outbox._escarcelle_drain()
        self.env.invalidate_all()

    def _pieces(self, doc_type=None):
        """Documents signed, oldest first."""
        domain = [("doc_type", "=", doc_type)] if doc_type else []
        return self.env["escarcelle.fiscal.piece"].sudo().search(domain, order="id")

    def _issued(self, doc_type):
        """The one document of that type, signed now, as core reads it."""
        self._drain()
        piece = self._pieces(doc_type)
        self.assertEqual(len(piece), 1, f"{doc_type}: {len(piece)} documents")
        schemas.schema("piece.xsd").assertValid(etree.fromstring(piece.xml))
        return piece, piece._escarcelle_document()

    def _verify_everything(self):
        """Every record of the server, from its first, by the code of the verifier."""
        self.env.cr.execute("SELECT till FROM fiscal.instance")
        till = self.env.cr.fetchone()[0]
        self.env.cr.execute(f"{wire.SELECT} WHERE till = %s ORDER BY id", [till])
        records = [row[0] for row in self.env.cr.fetchall()]
        self.env.cr.execute("SELECT key_id, pem FROM fiscal.certificate WHERE till = %s", [till])
        verifiers = {key: Verifier(pem) for key, pem in self.env.cr.fetchall()}
        state = TillState()
        for data in records:
            data = json.loads(data) if isinstance(data, str) else data
            state = verify_next(state, Record.from_json(data), verifiers)
        return state

from odoo.addons.escarcelle_fiscal.tests.piece_common import PieceCase

__all__ = ["PieceCase"]

import base64
from datetime import date, datetime, timezone
from unittest.mock import patch

from odoo.addons.escarcelle_fiscal.tests.common import EscarcelleFiscalDevice, FiscalCase

NOON = datetime(2026, 11, 21, 11, 0, tzinfo=timezone.utc)
TODAY = date(2026, 11, 21)


class CatalogueCase(FiscalCase):
    """A French shop with its taxes set up; the day is 21 November 2026, whatever the machine says."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids |= cls.env.ref("escarcelle_social.group_manager")
        cls.goods = cls.env["escarcelle.catalogue.good"]
        cls.rates = cls.env["escarcelle.vat.rate"]
        # Rates are applied by the server's own jobs.
        cls.changes = cls.env["escarcelle.vat.change"].sudo()
        with patch.object(EscarcelleFiscalDevice, "_escarcelle_now", lambda self: NOON):
            cls.set_up("METROPOLE")

    def setUp(self):
        super().setUp()
        self.now(NOON)

    def now(self, instant):
        """The server's clock says ``instant`` (aware) until the end of the test."""
        at = self._at(instant)
        at.start()
        self.addCleanup(at.stop)

    @classmethod
    def set_up(cls, territory, regime="TAXABLE"):
        wizard = cls.env["escarcelle.fiscal.regime.wizard"].create(
            {"company_id": cls.company.id, "territory": territory, "regime": regime}
        )
        wizard.action_set_up()

    def good(self, code):
        return self.goods.search([("code", "=", code)])

    def category(self, code):
        return self.env["escarcelle.vat.category"].search([("code", "=", code)])

    def activated(self, *codes):
        """Products of these goods of the catalogue."""
        goods = self.goods.browse([self.good(code).id for code in codes])
        goods._escarcelle_activate()
        return self.env["product.template"].browse([good.template_id.id for good in goods])

    def rates_of(self, product):
        """The rates (%) this shop sells a product at."""
        return product.taxes_id.filtered(lambda tax: tax.company_id == self.company).mapped(
            "amount"
        )


def csv(*lines, encoding="utf-8"):
    """A file as a browser sends it."""
    return base64.b64encode("\n".join(lines).encode(encoding))


def quietly(case):
    """Writes of what is shipped, allowed as when the data files are read."""
    return case.env(context={**case.env.context, "escarcelle_loading": True})

"""Snapshot part ``customers.json``: whom a till may make an invoice out to, and whose account it may settle."""

from odoo import models
from odoo.fields import Domain

from .snapshot_json import dumps

#: A till searches these in memory; a shop with more customers asks for their code.
MOST = 5000


class EscarcelleTill(models.Model):
    _inherit = "escarcelle.till"

    def _escarcelle_customers(self):
        """Bytes of ``customers.json``: firms and customers of the company, none of its households."""
        self.ensure_one()
        Partner = self.env["res.partner"].sudo().with_company(self.company_id).with_context(lang="fr_FR")
        partners = Partner.search(self._escarcelle_customer_domain(), order="id", limit=MOST)
        rows = [
            {
                "code": f"C{partner.id}",
                "partner_id": partner.id,
                "name": partner.name or "",
                "street": ", ".join(filter(None, [partner.street, partner.street2])),
                "zip": partner.zip or "",
                "city": partner.city or "",
                "country": partner.country_id.name or "France",
                "vat": partner.vat or "",
                "due": round(partner.credit * 100),
                "terms_days": max(partner.property_payment_term_id.line_ids.mapped("nb_days"), default=0),
            }
            for partner in partners
        ]
        return dumps(rows)

    def _escarcelle_customer_domain(self):
        """Hook: which partners a till knows as customers."""
        Partner = self.env["res.partner"]
        Users = self.env["res.users"].sudo().with_context(active_test=False)
        internal = Users.search([("share", "=", False)]).partner_id
        return (
            Domain(Partner._check_company_domain(self.company_id))
            & Domain("parent_id", "=", False)
            & Domain("id", "not in", [*internal.ids, *self.env["res.company"].sudo().search([]).partner_id.ids])
            & (Domain("customer_rank", ">", 0) | (Domain("is_company", "=", True) & Domain("vat", "!=", False)))
        )

from odoo import api, models

from escarcelle_core import jet

#: What the VAT of a ticket depends on.
RATE = {"amount", "amount_type", "price_include_override", "active", "type_tax_use"}


class AccountTax(models.Model):
    """Rates of sales: each change is an event (JET 270)."""

    _inherit = "account.tax"

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'account'
        taxes = super().create(vals_list)
        if self.env.registry.ready:
            for tax in taxes.filtered(lambda tax: tax.type_tax_use == "sale"):
                self.env["escarcelle.fiscal.outbox"]._escarcelle_note(
                    jet.SETTING_CHANGED, f"Taxe {tax.id} « {tax.name} » ajoutée : {tax.amount}"
                )
        return taxes

    def write(self, vals):
        # EXTENDS 'account'
        names = RATE & vals.keys()
        outbox = self.env["escarcelle.fiscal.outbox"]
        before = outbox._escarcelle_changes(self.filtered(lambda tax: tax.type_tax_use == "sale"), names)
        result = super().write(vals)
        outbox._escarcelle_note_changes(before)
        return result

    def unlink(self):
        # EXTENDS 'account'
        for tax in self.filtered(lambda tax: tax.type_tax_use == "sale"):
            self.env["escarcelle.fiscal.outbox"]._escarcelle_note(
                jet.SETTING_CHANGED, f"Taxe {tax.id} « {tax.name} » supprimée : {tax.amount}"
            )
        return super().unlink()


class ProductTemplate(models.Model):
    _inherit = "product.template"

    def write(self, vals):
        # EXTENDS 'product': the VAT of goods that are sold at the till
        before = {good: good.taxes_id for good in self} if "taxes_id" in vals else {}
        result = super().write(vals)
        changed = [good for good, taxes in before.items() if good.taxes_id != taxes]
        if changed and self.env.registry.ready:
            rates = ", ".join(sorted({str(tax.amount) for good in changed for tax in good.taxes_id})) or "aucun"
            codes = " ".join(good.default_code or f"P{good.id}" for good in changed[:12])
            self.env["escarcelle.fiscal.outbox"]._escarcelle_note(
                jet.SETTING_CHANGED, f"TVA de {len(changed)} articles, taux {rates} : {codes}"
            )
        return result


class PosPaymentMethod(models.Model):
    _inherit = "pos.payment.method"

    def write(self, vals):
        # EXTENDS 'point_of_sale': what tickets call a means of payment
        outbox = self.env["escarcelle.fiscal.outbox"]
        before = outbox._escarcelle_changes(self, {"escarcelle_code"} & vals.keys())
        result = super().write(vals)
        outbox._escarcelle_note_changes(before)
        return result


class AccountFiscalPosition(models.Model):
    _inherit = "account.fiscal.position"

    def write(self, vals):
        # EXTENDS 'account': the VAT regime of a group of customers
        names = {"escarcelle_sector", "escarcelle_mention", "tax_ids", "active"} & vals.keys()
        outbox = self.env["escarcelle.fiscal.outbox"]
        before = outbox._escarcelle_changes(self, names)
        result = super().write(vals)
        outbox._escarcelle_note_changes(before)
        return result

"""Everything held on a household, gathered to be given to them (GDPR art. 15 and 20)."""

from datetime import date, datetime

from odoo import api, models
from odoo.tools import html2plaintext

from ..tools import dossier

#: Said instead of the name of somebody who works at the shop: the household is owed its data, not theirs.
STAFF = "la boutique"
INVOICES = ("out_invoice", "out_refund", "out_receipt")
#: What another member of the household is not given: it is the holder's, or somebody else's.
HOLDERS_OWN = frozenset({"note", "delegate_name", "delegate_until", "phone", "email"})


class EscarcelleAccessDossier(models.AbstractModel):
    """Gathers a household's file, section by section, whatever the addons installed.

    ``member``: who asks is not the holder; then the other people are counted and not described, and what only
    concerns the holder (notes, messages, documents) is left out.
    """

    _name = "escarcelle.access.dossier"
    _description = "File Given to a Household"

    @api.model
    def _escarcelle_dossier(self, household, member=None):
        """The whole file as JSON values: texts, numbers, booleans, None, lists and dicts."""
        household.ensure_one()
        household.check_access("read")
        home = household.sudo().with_context(active_test=False)
        sections = {
            section.key: self._escarcelle_section(home, section)
            for section in dossier.SECTIONS
            if section.model in self.env
        }
        file = self._escarcelle_rows(home, ("code", "last_name", "first_name"))[0]
        if member:
            sections["members"] = self._escarcelle_rows(
                member.sudo(), ("name", "relation", "birth_year")
            )
            file = {name: value for name, value in file.items() if name not in HOLDERS_OWN}
        facts = self.env["escarcelle.privacy.facts"]._escarcelle_facts(home.company_id)
        return {
            "format": dossier.FORMAT,
            "version": dossier.VERSION,
            "made_at": _plain(self.env.cr.now()),
            "controller": {
                "name": facts["shop"], "address": facts["address"], "email": facts["email"],
                "phone": facts["phone"], "dpo": facts["dpo"] if facts["has_dpo"] else None,
            },
            "household": file,
            **sections,
            "tickets": self._escarcelle_tickets(home),
            "invoices": self._escarcelle_invoices(home),
            "payments": self._escarcelle_payments(home),
            "messages": [] if member else self._escarcelle_messages(home),
            "documents": [] if member else self._escarcelle_documents(home),
            "shared_with": self._escarcelle_shared_with(home),
            "purposes": self._escarcelle_purposes(home.company_id),
        }  # fmt: skip

    @api.model
    def _escarcelle_section(self, home, section):
        records = (
            self.env[section.model].sudo().with_context(active_test=False)
            .search([(section.link, "=", home.id)])
        )  # fmt: skip
        return self._escarcelle_rows(records, section.first)

    @api.model
    def _escarcelle_rows(self, records, first=()):
        """One dict a record: all that is stored and not excluded with a reason."""
        stored = [
            name for name, field in records._fields.items()
            if field.store and field.type not in ("one2many", "binary")
        ]  # fmt: skip
        names = dossier.fields_of(records._name, stored, first)
        return [
            {name: self._escarcelle_value(record, name) for name in names} for record in records
        ]

    @api.model
    def _escarcelle_value(self, record, name):
        field, value = record._fields[name], record[name]
        if field.type in ("many2one", "many2many"):
            names = (
                [STAFF] if value and value._name == "res.users" else value.mapped("display_name")
            )
            return names if field.type == "many2many" else (names[0] if names else None)
        if field.type in ("monetary", "float"):
            return f"{value:.{2 if field.type == 'monetary' else 3}f}"
        if field.type == "html":
            return html2plaintext(value or "") or None
        return _plain(value, field.type)

    @api.model
    def _escarcelle_orders(self, home):
        orders = self.env["pos.order"].sudo()
        return (
            orders.search([("partner_id", "=", home.partner_id.id)]) if home.partner_id else orders
        )

    @api.model
    def _escarcelle_tickets(self, home):
        orders = self._escarcelle_orders(home)
        none = self.env["escarcelle.voucher"].sudo()
        vouchers = none.search([("order_id", "in", orders.ids)]).grouped("order_id")
        return [
            {
                "number": order.pos_reference or order.name,
                "at": _plain(order.date_order),
                "state": order.state,
                "total": f"{order.amount_total:.2f}",
                "note": order.general_customer_note or None,
                "lines": [
                    {
                        "good": line.full_product_name or line.product_id.display_name,
                        "quantity": f"{line.qty:.3f}",
                        "unit_price": f"{line.price_unit:.4f}",
                        "discount": f"{line.discount:.2f}",
                        "amount": f"{line.price_subtotal_incl:.2f}",
                        "note": line.customer_note or None,
                    }
                    for line in order.lines
                ],
                "payments": [
                    {"method": payment.payment_method_id.name, "amount": f"{payment.amount:.2f}"}
                    for payment in order.payment_ids
                ],
                "vouchers": [
                    {
                        "number": one.number,
                        "issuer": one.issuer_id.name,
                        "amount": f"{one.amount:.2f}",
                    }
                    for one in vouchers.get(order, none)
                ],
            }
            for order in orders
        ]

    @api.model
    def _escarcelle_invoices(self, home):
        moves = (
            self.env["account.move"].sudo().search(
                [("partner_id", "=", home.partner_id.id), ("move_type", "in", INVOICES)]
            ) if home.partner_id else []
        )  # fmt: skip
        return [
            {
                "number": move.name, "date": _plain(move.invoice_date or move.date), "state": move.state,
                "total": f"{move.amount_total_signed:.2f}", "due": f"{move.amount_residual_signed:.2f}",
                "lines": [
                    {"what": line.name or line.product_id.display_name, "quantity": f"{line.quantity:.3f}",
                     "amount": f"{line.price_total:.2f}"}
                    for line in move.invoice_line_ids if line.display_type == "product"
                ],
            }
            for move in moves
        ]  # fmt: skip

    @api.model
    def _escarcelle_payments(self, home):
        """What was paid on an account, apart from the tickets."""
        payments = self.env["account.payment"].sudo()
        found = (
            payments.search([("partner_id", "=", home.partner_id.id)])
            if home.partner_id
            else payments
        )
        return [
            {
                "date": _plain(one.date), "amount": f"{one.amount_signed:.2f}", "what": one.memo or None,
                "state": one.state,
            }
            for one in found
        ]  # fmt: skip

    @api.model
    def _escarcelle_threads(self, home):
        """``{model: ids}`` of what carries messages or documents of the household."""
        return {
            "escarcelle.household": home.ids,
            "escarcelle.entitlement": home.entitlement_ids.ids,
            "escarcelle.consent": home.consent_ids.ids,
            "escarcelle.privacy.request": home.request_ids.ids,
        }

    @api.model
    def _escarcelle_messages(self, home):
        out = []
        for model, ids in self._escarcelle_threads(home).items():
            for message in (
                self.env["mail.message"]
                .sudo()
                .search(
                    [
                        ("model", "=", model),
                        ("res_id", "in", ids),
                        ("message_type", "!=", "user_notification"),
                    ],
                    order="id",
                )
            ):
                changes = [
                    {
                        "field": tracked.field_id.field_description,
                        "before": _tracked(tracked, "old"), "after": _tracked(tracked, "new"),
                    }
                    for tracked in message.tracking_value_ids
                ]  # fmt: skip
                text = html2plaintext(message.body or "").strip()
                if text or changes:
                    out.append(
                        {
                            "at": _plain(message.date),
                            "about": model,
                            "text": text or None,
                            "changes": changes,
                        }
                    )
        out += [
            {
                "at": _plain(activity.date_deadline), "about": "mail.activity", "changes": [],
                "text": " ".join(filter(None, (activity.summary, html2plaintext(activity.note or "").strip()))) or None,
            }
            for activity in home.activity_ids
        ]  # fmt: skip
        return out

    @api.model
    def _escarcelle_attachments(self, home):
        """The documents of the household's file (sudo)."""
        attachments = self.env["ir.attachment"].sudo()
        for model, ids in self._escarcelle_threads(home).items():
            attachments |= attachments.search(
                [("res_model", "=", model), ("res_id", "in", ids), ("res_field", "=", False)]
            )
        return attachments | home.entitlement_ids.document_ids | home.consent_ids.document_ids

    @api.model
    def _escarcelle_documents(self, home):
        return [
            {"name": one.name, "type": one.mimetype, "bytes": one.file_size, "added_on": _plain(one.create_date.date())}
            for one in self._escarcelle_attachments(home)
        ]  # fmt: skip

    @api.model
    def _escarcelle_shared_with(self, home):
        """Who received data of the household: organisations, referents, payers, providers."""
        people = home.organisation_id | home.referrer_id
        people |= home.entitlement_ids.organisation_id | home.entitlement_ids.referrer_id
        shared = [
            {
                "who": person.display_name,
                "why": "Orientation du foyer et suivi du droit",
                "what": "Dossier, droits",
            }
            for person in people
        ]
        vouchers = (
            self.env["escarcelle.voucher"]
            .sudo()
            .search([("order_id", "in", self._escarcelle_orders(home).ids)])
        )
        shared += [
            {
                "who": issuer.display_name,
                "why": "Remboursement des bons",
                "what": "Numéro et montant du bon, sans nom",
            }
            for issuer in vouchers.issuer_id
        ]
        providers = (
            self.env["escarcelle.processor"]
            .sudo()
            .search([("company_id", "=", home.company_id.id)])
        )
        return shared + [
            {
                "who": one.partner_id.display_name,
                "why": one.purpose or one.name,
                "what": "Sous-traitant (RGPD, art. 28)",
            }
            for one in providers
        ]

    @api.model
    def _escarcelle_purposes(self, company):
        """What the register says of a household's data: why, on what ground, how long."""
        register = self.env["escarcelle.processing"].sudo()
        return [
            {
                "activity": one.name, "purpose": one.purpose, "legal_basis": one.legal_basis,
                **{name: one[name] or None for name in ("recipients", "retention", "transfers")},
            }
            for one in register._escarcelle_of_households(company)
        ]  # fmt: skip


def _plain(value, kind=None):
    """A JSON value: instants in UTC with Z, days as AAAA-MM-JJ, nothing as None."""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%dT%H:%M:%SZ}"
    if isinstance(value, date):
        return value.isoformat()
    if value is False and kind != "boolean":
        return None
    return value


def _tracked(tracked, side):
    for kind in ("char", "text", "datetime", "float", "integer"):
        value = tracked[f"{side}_value_{kind}"]
        if value:
            return _plain(value)
    return None

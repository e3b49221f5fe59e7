"""Households as a spreadsheet: what the import reads, it wrote."""

import base64
import io

from odoo import api, fields, models
from odoo.exceptions import UserError


class EscarcelleHouseholdExport(models.TransientModel):
    """Households as a spreadsheet, in the columns the import reads: one row a person."""

    _name = "escarcelle.household.export"
    _description = "Export Households"

    file = fields.Binary(readonly=True, attachment=False)
    filename = fields.Char(readonly=True)

    @api.model
    def _escarcelle_labels(self):
        """``{key: heading}`` of the columns, in the reader's language."""
        _ = self.env._
        return {
            "ref": _("Reference"),
            "last_name": _("Last name"),
            "first_name": _("First name"),
            "street": _("Street"),
            "street2": _("Street 2"),
            "zip": _("ZIP"),
            "city": _("City"),
            "phone": _("Phone"),
            "email": _("Email"),
            "organisation": _("Referring organisation"),
            "referrer": _("Social referent"),
            "pricelist": _("Tariff"),
            "convention": _("Convention"),
            "date_from": _("Entitled from"),
            "date_to": _("Entitled until"),
            "card": _("Card"),
            "delegate": _("Delegated shopper"),
            "note": _("Notes"),
            "relation": _("Relation"),
            "member": _("First name of the member"),
            "birth_year": _("Born in"),
        }

    @api.model
    def _escarcelle_template(self):
        """Bytes of an .xlsx with the headings and an example of two rows."""
        _ = self.env._
        today = self.env.company._escarcelle_today()
        holder = {
            "ref": "A-001", "last_name": "Exemple", "first_name": "Camille", "street": "1 rue de la Mairie",
            "zip": "01000", "city": "Bourg", "phone": "06 39 98 00 00", "email": "camille@exemple.example",
            "date_from": today.replace(month=1, day=1), "date_to": today.replace(month=12, day=31),
            "relation": _("Holder"), "member": "Camille", "birth_year": 1985,
        }  # fmt: skip
        child = {
            "ref": "A-001", "last_name": "Exemple", "relation": _("Child"), "member": "Sacha", "birth_year": 2015
        }  # fmt: skip
        return self._escarcelle_workbook([holder, child])

    @api.model
    def _escarcelle_workbook(self, rows):
        """Bytes of an .xlsx of ``rows`` (dicts by column key). Texts stay texts: nothing is a formula."""
        import xlsxwriter  # noqa: PLC0415 - heavy, and only an export needs it

        labels = self._escarcelle_labels()
        stream = io.BytesIO()
        book = xlsxwriter.Workbook(
            stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        )
        page = book.add_worksheet(self.env._("Households"))
        bold = book.add_format({"bold": True, "bg_color": "#DDEBF7"})
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        for column, (key, label) in enumerate(labels.items()):
            page.write_string(0, column, label, bold)
            page.set_column(column, column, max(12, len(label) + 2))
            for number, row in enumerate(rows, 1):
                value = row.get(key)
                if value is None or value is False or value == "":
                    continue
                if hasattr(value, "isoformat"):
                    page.write_datetime(number, column, fields.Datetime.to_datetime(value), day)
                elif isinstance(value, int):
                    page.write_number(number, column, value)
                else:
                    page.write_string(number, column, str(value))
        page.freeze_panes(1, 0)
        page.autofilter(0, 0, max(len(rows), 1), len(labels) - 1)
        book.close()
        return stream.getvalue()

    @api.model
    def _escarcelle_rows(self, households):
        """One row a person; the household's own columns on the first."""
        relations = dict(
            self.env["escarcelle.household.member"]
            ._fields["relation"]
            ._description_selection(self.env)
        )
        rows = []
        for household in households:
            last = household.entitlement_ids.filtered(lambda e: e.decision == "granted")[:1]
            first = {
                "last_name": household.last_name, "first_name": household.first_name, "street": household.street,
                "street2": household.street2, "zip": household.zip, "city": household.city, "phone": household.phone,
                "email": household.email, "organisation": household.organisation_id.name,
                "referrer": household.referrer_id.name, "pricelist": household.pricelist_id.name,
                "convention": last.convention_id.name, "date_from": last.date_from, "date_to": last.date_to,
                "card": household.card_id.number, "delegate": household.delegate_name,
            }  # fmt: skip
            for member in household.member_ids or [False]:
                rows.append(
                    {
                        "ref": household.external_ref or household.code,
                        **first,
                        "relation": member and relations[member.relation],
                        "member": member and member.name,
                        "birth_year": member and member.birth_year,
                    }
                )
                first = {"last_name": household.last_name}
        return rows


class EscarcelleHousehold(models.Model):
    _inherit = "escarcelle.household"

    def action_export_sheet(self):
        """Download these households as .xlsx, in the columns of the import."""
        if not self.env.user.has_group("base.group_allow_export"):
            raise UserError(self.env._("You are not allowed to export data."))
        self.check_access("read")
        exporter = self.env["escarcelle.household.export"]
        exported = exporter.create(
            {
                "file": base64.b64encode(
                    exporter._escarcelle_workbook(exporter._escarcelle_rows(self))
                ),
                "filename": self.env._("households.xlsx"),
            }
        )
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{exported._name}/{exported.id}/file/{exported.filename}?download=true",
            "target": "self",
        }

"""Import of donors: the file, what will happen line by line, then all of it at once."""

import base64
import re
import unicodedata

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from stdnum.fr import siren

from .workbook import workbook

MOST = 5_000
LONGEST = 128
#: Column → field; what a heading may be called is compared without accents, capitals and signs.
COLUMNS = {
    "type": "kind", "typededonateur": "kind", "nom": "name", "raisonsociale": "name", "donateur": "name",
    "prenom": "first_name", "formejuridique": "legal_form", "siren": "siren", "siret": "siren",
    "rue": "street", "adresse": "street", "codepostal": "zip", "cp": "zip", "ville": "city", "commune": "city",
    "email": "email", "mail": "email", "courriel": "email", "telephone": "phone", "tel": "phone",
}  # fmt: skip
KINDS = {
    "societe": "company", "entreprise": "company", "particulier": "individual", "personne": "individual",
    "association": "association", "associationouautreorganisme": "association",
}  # fmt: skip
MODEL = ("Type", "Nom", "Prénom", "Forme juridique", "SIREN", "Rue", "Code postal", "Ville", "E-mail", "Téléphone")
EXAMPLES = (
    ("Entreprise", "Supermarché des Halles", "", "SAS", "732829320", "1 rue des Halles", "38000", "Grenoble", "", ""),
    ("Particulier", "Marchebleu", "Solène", "", "", "8 rue Haute", "38000", "Grenoble", "", ""),
)
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def _plain(text):
    """Letters and digits alone: « Code postal » and « CODE_POSTAL » are the same column."""
    bare = unicodedata.normalize("NFD", text.lower())
    return re.sub(r"[^a-z0-9]", "", bare)


class EscarcelleDonationDonorImport(models.TransientModel):
    """Donors from Excel or CSV. Nothing is written before « Import », and then all or nothing.

    A donor who is there already (same SIREN, else same name and postcode) is left as it is.
    """

    _name = "escarcelle.donation.donor.import"
    _inherit = "escarcelle.sheet.import"
    _description = "Import Donors"

    state = fields.Selection(
        [("file", "File"), ("preview", "Preview"), ("done", "Imported")], default="file", required=True
    )
    template = fields.Binary(compute="_compute_template")
    template_name = fields.Char(compute="_compute_template")
    line_ids = fields.One2many("escarcelle.donation.donor.import.line", "import_id", "Lines", readonly=True)
    ignored = fields.Char("Columns that are not read", readonly=True)
    new_count = fields.Integer("New donors", compute="_compute_counts")
    known_count = fields.Integer("There already", compute="_compute_counts")
    error_count = fields.Integer("Lines with errors", compute="_compute_counts")

    def _compute_template(self):
        self.template = base64.b64encode(workbook([("Donateurs", [(title, "text") for title in MODEL], EXAMPLES)]))
        self.template_name = "donateurs.xlsx"

    @api.depends("line_ids.action")
    def _compute_counts(self):
        for wizard in self:
            counts = [line.action for line in wizard.line_ids]
            wizard.new_count = counts.count("new")
            wizard.known_count = counts.count("known")
            wizard.error_count = counts.count("error")

    def action_preview(self):
        """Say line by line what will happen; write nothing."""
        self.ensure_one()
        plan, ignored = self._escarcelle_plan()
        self.write(
            {
                "state": "preview",
                "ignored": ", ".join(ignored)[:500],
                "line_ids": [
                    Command.clear(),
                    *(
                        Command.create({"line": n, "name": row.get("name", ""), "action": action, "message": message})
                        for n, row, action, message in plan
                    ),
                ],
            }
        )
        return self._escarcelle_reopen()

    def action_back(self):
        self.state = "file"
        return self._escarcelle_reopen()

    def action_import(self):
        """Write the new donors, in this one transaction."""
        self.ensure_one()
        if self.state == "done":
            raise UserError(self.env._("This file was imported."))
        plan, _ignored = self._escarcelle_plan()
        wrong = [number for number, _row, action, _message in plan if action == "error"]
        if wrong:
            raise UserError(
                self.env._("Nothing was imported: correct the lines with errors first (%s).", wrong[0])
            )
        made = self.env["res.partner"].create(
            [self._escarcelle_values(row) for _number, row, action, _message in plan if action == "new"]
        )
        self.state = "done"
        action = self.env["ir.actions.act_window"]._for_xml_id("escarcelle_donation.donor_action")
        return {**action, "domain": [("id", "in", made.ids)], "target": "main"}

    def _escarcelle_plan(self):
        """``([(line, {field: text}, new | known | error, message)], headings not read)``."""
        rows = self._escarcelle_rows()
        targets = [COLUMNS.get(_plain(heading)) for heading in rows[0][1]]
        if "name" not in targets:
            raise UserError(self.env._("The first line must name the columns, « Nom » at least: take the model."))
        named = [target for target in targets if target]
        if len(set(named)) < len(named):
            raise UserError(self.env._("Two columns are the same thing: leave one of them out."))
        if len(rows) < 2:
            raise UserError(self.env._("This file has a heading and no line below it."))
        if len(rows) - 1 > MOST:
            raise UserError(self.env._("This file has too many lines: %s at most. Split it.", MOST))
        read = [
            (number, {t: text for t, text in zip(targets, cells, strict=False) if t and text})
            for number, cells in rows[1:]
        ]
        known, seen, plan = self._escarcelle_known(), {}, []
        for number, row in read:
            message = self._escarcelle_wrong(row)
            key = self._escarcelle_key(row)
            if message:
                plan.append((number, row, "error", message))
            elif key in known:
                plan.append((number, row, "known", self.env._("Left as it is.")))
            elif key in seen:
                plan.append((number, row, "error", self.env._("The same donor as line %s.", seen[key])))
            else:
                seen[key] = number
                plan.append((number, row, "new", False))
        return plan, [h for h, target in zip(rows[0][1], targets, strict=True) if h and not target]

    def _escarcelle_known(self):
        """Keys of the donors of this database, in one query."""
        donors = self.env["res.partner"].with_context(active_test=False)
        rows = donors.search_read([("escarcelle_donor", "=", True)], ["name", "zip", "escarcelle_siren"])
        keys = {self._escarcelle_key({"name": r["name"] or "", "zip": r["zip"] or ""}) for r in rows}
        return keys | {("siren", r["escarcelle_siren"]) for r in rows if r["escarcelle_siren"]}

    def _escarcelle_key(self, row):
        number = re.sub(r"\D", "", row.get("siren", ""))[:9]
        if number:
            return ("siren", number)
        return ("name", _plain(row.get("name", "")), _plain(row.get("zip", "")))

    def _escarcelle_wrong(self, row):
        """What is wrong with this line, False when nothing is."""
        number = re.sub(r"\D", "", row.get("siren", ""))
        if not row.get("name"):
            return self.env._("The name is missing.")
        if any(len(text) > LONGEST for text in row.values()):
            return self.env._("A text is too long: %s letters at most.", LONGEST)
        if row.get("kind") and _plain(row["kind"]) not in KINDS:
            return self.env._("« %s » is no kind of donor: business, individual or association.", row["kind"])
        if row.get("siren") and (len(number) not in (9, 14) or not siren.is_valid(number[:9])):
            return self.env._("« %s » is no SIREN: nine digits, the last of which checks the others.", row["siren"])
        if row.get("email") and not EMAIL.fullmatch(row["email"]):
            return self.env._("« %s » is no e-mail address.", row["email"])
        return False

    def _escarcelle_values(self, row):
        person = row.get("first_name") and not row.get("siren")
        kind = KINDS.get(_plain(row.get("kind", ""))) or ("individual" if person else "company")
        digits = re.sub(r"\D", "", row.get("siren", ""))
        return {
            "name": row["name"],
            "is_company": kind != "individual",
            "escarcelle_donor": True,
            "escarcelle_donor_kind": kind,
            "escarcelle_first_name": row.get("first_name"),
            "escarcelle_legal_form": row.get("legal_form"),
            "escarcelle_siren": digits[:9] or False,
            "company_registry": digits if len(digits) == 14 else False,
            "country_id": self.env.ref("base.fr").id,
            **{name: row.get(name) for name in ("street", "zip", "city", "email", "phone")},
        }

    def _escarcelle_reopen(self):
        return {
            "type": "ir.actions.act_window", "res_model": self._name, "res_id": self.id, "view_mode": "form",
            "target": "new", "name": self.env._("Import donors"),
        }  # fmt: skip


class EscarcelleDonationDonorImportLine(models.TransientModel):
    """What will happen to a line of the file."""

    _name = "escarcelle.donation.donor.import.line"
    _description = "Line of an Import of Donors"
    _order = "line, id"

    import_id = fields.Many2one("escarcelle.donation.donor.import", required=True, ondelete="cascade", index=True)
    line = fields.Integer()
    name = fields.Char()
    action = fields.Selection([("new", "New"), ("known", "There already"), ("error", "Error")])
    message = fields.Char()

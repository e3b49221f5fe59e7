import base64
import json

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..tools import configuration_file
from .configuration_line import CHANGED, GONE, NEW, REFUSED, SAME
from .portable import WrongValue

#: In which a preview is read.
ORDER = (REFUSED, CHANGED, NEW, GONE, SAME)


class EscarcelleConfiguration(models.Model):
    """Settings of another shop, read from a file: seen line by line, chosen, applied at once or not at all.

    Kept afterwards, with the settings of before: they are a file of the same kind, that can be read back.
    """

    _name = "escarcelle.configuration"
    _description = "Settings from a File"
    _order = "id desc"
    _rec_name = "filename"

    company_id = fields.Many2one(
        "res.company",
        "Shop",
        required=True,
        readonly=True,
        default=lambda self: self.env.company,
        index=True,
    )
    file = fields.Binary(required=True, attachment=True)
    filename = fields.Char("Name of the file")
    state = fields.Selection(
        [("file", "File"), ("preview", "Preview"), ("done", "Applied")],
        default="file",
        required=True,
        readonly=True,
    )
    line_ids = fields.One2many("escarcelle.configuration.line", "configuration_id", "Settings")
    chosen_count = fields.Integer("To apply", compute="_compute_counts")
    same_count = fields.Integer("Already so", compute="_compute_counts")
    refused_count = fields.Integer("Settings refused", compute="_compute_counts")
    applied_at = fields.Datetime("Settings applied on", readonly=True)
    applied_by = fields.Many2one("res.users", "Settings applied by", readonly=True)
    before = fields.Binary("Settings of before", attachment=True, readonly=True)
    before_name = fields.Char(compute="_compute_before_name")
    undo_note = fields.Text("To go back", readonly=True)

    @api.depends("line_ids.status", "line_ids.chosen")
    def _compute_counts(self):
        for one in self:
            lines = one.line_ids
            one.chosen_count = len(lines.filtered("chosen"))
            one.same_count = len(lines.filtered(lambda line: line.status == SAME))
            one.refused_count = len(lines.filtered(lambda line: line.status == REFUSED))

    def _compute_before_name(self):
        for one in self:
            one.before_name = f"reglages-avant-{one.id}.json"

    # -- out -------------------------------------------------------------------------------------

    @api.model
    def _escarcelle_export(self, company):
        """The bytes of the settings of a shop. No person, no key, nothing of who the shop is for the tax office."""
        sections, _left = self._escarcelle_gathered(company)
        return configuration_file.write(sections, fields.Datetime.to_string(fields.Datetime.now()))

    @api.model
    def _escarcelle_gathered(self, company):
        """``({section: [row]}, [what has no name to travel under, as the screens call it])``."""
        portable = self.env["escarcelle.portable"]
        sections, left = {}, []
        for section in portable._escarcelle_sections():
            rows = sections[section["section"]] = []
            for record in portable._escarcelle_records(section, company):
                row = portable._escarcelle_row(section, record)
                if row is None:
                    left.append(f"{section['label']} : {record.display_name}")
                else:
                    rows.append(row)
        return sections, left

    # -- in: preview -----------------------------------------------------------------------------

    def action_read(self):
        """Read the file and show what it would change; nothing is changed yet."""
        self.ensure_one()
        self.check_access("write")
        self._escarcelle_check_open()
        try:
            content = configuration_file.read(base64.b64decode(self.file or b""))
        except configuration_file.FileRefused as refused:
            raise UserError(self._escarcelle_why(refused)) from None
        self.line_ids.unlink()
        self.env["escarcelle.configuration.line"].create(
            [
                {
                    **line,
                    "configuration_id": self.id,
                    # What needs a look comes first.
                    "sequence": ORDER.index(line["status"]) * configuration_file.MAX_ROWS * 2
                    + rank,
                    "chosen": line["status"] in (NEW, CHANGED),
                }
                for rank, line in enumerate(self._escarcelle_plan(content))
            ]
        )
        self.state = "preview"

    def _escarcelle_check_open(self):
        if self.state == "done":
            raise UserError(
                self.env._("These settings were applied already: read the file again to compare.")
            )

    @api.model
    def _escarcelle_why(self, refused):
        return {
            "size": self.env._("This file is too large to be settings of a shop (2 MB at most)."),
            "json": self.env._(
                "This file cannot be read: it is no settings file, or it is damaged. Export it again."
            ),
            "format": self.env._(
                "This is not a settings file: choose one made by « Export the settings »."
            ),
            "version": self.env._(
                "This file has version %s, which this program does not know: update the program first.",
                refused.detail,
            ),
            "rows": self.env._("This file has too many settings (5 000 at most)."),
        }.get(
            refused.code,
            self.env._("The list « %s » of this file is not as it should be.", refused.detail),
        )

    # -- in: for good ----------------------------------------------------------------------------

    def action_apply(self):
        """Apply what is chosen, all of it or nothing; keep the settings of before."""
        self.ensure_one()
        self.check_access("write")
        self._escarcelle_check_open()
        chosen = self.line_ids.filtered("chosen")
        if not chosen:
            raise UserError(self.env._("Tick at least one setting to apply."))
        if any(status in (SAME, REFUSED) for status in chosen.mapped("status")):
            raise UserError(
                self.env._("A setting that is refused, or already so, cannot be applied.")
            )
        # What was seen is what is applied: another person may have changed something since.
        shown = {
            _seen(line.section, line.title, line.status, line.detail, line.row or {})
            for line in chosen
        }
        content = configuration_file.read(base64.b64decode(self.file))
        plan = {
            _seen(line["section"], line["title"], line["status"], line["detail"], line["row"]): line
            for line in self._escarcelle_plan(content)
        }
        if shown - plan.keys():
            raise UserError(
                self.env._(
                    "The settings of the shop have changed since this preview: read the file again."
                )
            )
        before = self._escarcelle_export(self.company_id)
        plan = [line for seen, line in plan.items() if seen in shown]
        for section in self.env["escarcelle.portable"]._escarcelle_sections():
            lines = [line for line in plan if line["section"] == section["section"]]
            try:
                self._escarcelle_apply_section(section, lines)
                self.env.flush_all()
            except (UserError, ValidationError, WrongValue) as error:
                raise UserError(
                    self.env._(
                        "« %(list)s »: %(why)s Nothing was applied.",
                        list=section["label"],
                        why=str(error),
                    )
                ) from None
        self.write(
            {
                "state": "done",
                "applied_at": fields.Datetime.now(),
                "applied_by": self.env.uid,
                "before": base64.b64encode(before),
                "undo_note": self._escarcelle_undo_note(chosen),
            }
        )

    def _escarcelle_apply_section(self, section, lines):
        portable, company = self.env["escarcelle.portable"], self.company_id
        model = portable._escarcelle_scope(company).env[section["model"]]
        changed = [line for line in lines if line["status"] == CHANGED]
        gone = model.browse([line["record"] for line in lines if line["status"] == GONE])
        if gone:
            gone.active = False
        for line in changed:
            record = model.browse(line["record"])
            row = {name: value for name, value in line["row"].items() if name not in section["key"]}
            values = portable._escarcelle_values(section, row, company)
            if "active" in model._fields and not record.active:
                values["active"] = True
            record.write(values)
        new = [line["row"] for line in lines if line["status"] == NEW]
        if new:
            portable._escarcelle_make(section, new, company)

    def _escarcelle_undo_note(self, chosen):
        """What was added or archived, that the settings of before do not put back by themselves."""
        added = chosen.filtered(lambda line: line.status == NEW)
        gone = chosen.filtered(lambda line: line.status == GONE)
        note = [
            self.env._("« Read the settings of before » shows what was changed and puts it back.")
        ]
        if added:
            note.append(self.env._("Added, to be archived by hand if they are not wanted:"))
            note += [f"– {line.label} : {line.title}" for line in added[:200]]
        if gone:
            note.append(self.env._("Archived:"))
            note += [f"– {line.label} : {line.title}" for line in gone[:200]]
        return "\n".join(note)

    def action_read_before(self):
        """The settings of before, as a file to preview and apply."""
        self.ensure_one()
        back = self.create(
            {"file": self.before, "filename": self.before_name, "company_id": self.company_id.id}
        )
        back.action_read()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": back.id,
            "views": [(False, "form")],
            "target": "current",
        }


def _seen(*what):
    """What a person saw of a line, to know it again."""
    return json.dumps(what, sort_keys=True)

"""Import of households: the file, what its columns are, what will happen, then all of it at once."""

import base64

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..tools import household_sheet

#: Lines of the preview besides those that have something to say, and of the latter.
SHOWN, SHOWN_PROBLEMS = 30, 500


class EscarcelleHouseholdImport(models.TransientModel):
    """Households and members from Excel or CSV. Nothing is written before « Import », and then all or nothing."""

    _name = "escarcelle.household.import"
    _inherit = "escarcelle.sheet.import"
    _description = "Import Households"

    company_id = fields.Many2one(
        "res.company", "Shop", required=True, default=lambda self: self.env.company
    )
    state = fields.Selection(
        [("file", "File"), ("columns", "Columns"), ("preview", "Preview"), ("done", "Imported")],
        default="file", required=True,
    )  # fmt: skip
    give_cards = fields.Boolean("Give a card to each household without one")
    leave_wrong = fields.Boolean("Leave out the households with errors")
    leave_duplicates = fields.Boolean("Leave out those that may be there already")
    column_ids = fields.One2many("escarcelle.household.import.column", "import_id", "Columns")
    line_ids = fields.One2many(
        "escarcelle.household.import.line", "import_id", "Lines", readonly=True
    )
    new_count = fields.Integer("New households", readonly=True)
    update_count = fields.Integer("Households brought up to date", readonly=True)
    member_count = fields.Integer("People", readonly=True)
    error_count = fields.Integer("Households with errors", readonly=True)
    duplicate_count = fields.Integer("Perhaps there already", readonly=True)
    can_import = fields.Boolean(compute="_compute_can_import")
    template = fields.Binary(compute="_compute_template")
    template_name = fields.Char(compute="_compute_template")

    @api.depends("state", "error_count", "leave_wrong", "new_count", "update_count")
    def _compute_can_import(self):
        for wizard in self:
            ready = wizard.state == "preview" and (wizard.new_count or wizard.update_count)
            wizard.can_import = bool(ready and (wizard.leave_wrong or not wizard.error_count))

    def _compute_template(self):
        exporter = self.env["escarcelle.household.export"]
        for wizard in self:
            wizard.template = base64.b64encode(exporter._escarcelle_template())
            wizard.template_name = self.env._("households.xlsx")

    def action_template(self):
        """Download the file to fill in."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self._name}/{self.id}/template/{self.template_name}?download=true",
            "target": "self",
        }

    def action_read(self):
        """Read the file and guess what its columns are."""
        self.ensure_one()
        rows = self._escarcelle_rows()
        headings = rows[0][1]
        if len(rows) < 2:
            raise UserError(self.env._("This file has a heading and no line below it."))
        labels = self.env["escarcelle.household.export"]._escarcelle_labels()
        guessed = household_sheet.guess(headings, labels)
        samples = [
            next((cells[i] for _n, cells in rows[1:20] if i < len(cells) and cells[i]), "")
            for i in range(len(headings))
        ]
        self.column_ids = [fields.Command.clear()] + [
            fields.Command.create(
                {"position": i, "heading": heading or f"({i + 1})", "sample": samples[i][:60], "target": guessed[i]}
            )
            for i, heading in enumerate(headings)
            if heading or samples[i]
        ]  # fmt: skip
        self.state = "columns"
        return self._escarcelle_reopen()

    def action_preview(self):
        """Say line by line what will happen; write nothing."""
        self.ensure_one()
        targets = [column.target for column in self.column_ids if column.target]
        if len(set(targets)) < len(targets):
            raise UserError(self.env._("Two columns are the same thing: leave one of them out."))
        if not {"last_name", "first_name"} <= set(targets):
            raise UserError(self.env._("Say which columns are the last name and the first name."))
        self._escarcelle_show(self._escarcelle_steps())
        self.state = "preview"
        return self._escarcelle_reopen()

    def action_back(self):
        """To the step before."""
        self.state = {"preview": "columns", "columns": "file"}.get(self.state, "file")
        return self._escarcelle_reopen()

    def action_import(self):
        """Write everything, in this one transaction; the progress is told on the side."""
        self.ensure_one()
        self.check_access("write")
        if self.state == "done":
            raise UserError(self.env._("This file was imported."))
        steps = self._escarcelle_steps()
        wrong = [step for step in steps if step.blocked]
        if wrong and not self.leave_wrong:
            self._escarcelle_show(steps)
            raise UserError(
                self.env._(
                    "Nothing was imported: %s households have errors. Correct the file, or leave them out.",
                    len(wrong),
                )
            )
        kept = self._escarcelle_kept(steps)
        progress = self.env["escarcelle.progress"]._escarcelle_reporter(self._escarcelle_token())
        created, updated = self.env["escarcelle.household.importer"]._escarcelle_apply(
            kept, self.company_id, progress, give_cards=self.give_cards
        )
        self.write(
            {
                "state": "done",
                "file": False,
                "new_count": len(created),
                "update_count": len(updated),
            }
        )
        self.line_ids.unlink()
        return self._escarcelle_reopen()

    def action_view_households(self):
        """The households of this shop, the newest first."""
        action = self.env["ir.actions.act_window"]._for_xml_id("escarcelle_social.household_action")
        return {**action, "target": "main", "context": {}}

    def action_progress(self):
        """``{"done", "total"}`` of this import, while it runs in another request."""
        self.ensure_one()
        return self.env["escarcelle.progress"]._escarcelle_read(self._escarcelle_token())

    def _escarcelle_token(self):
        return f"{self._name},{self.id}"

    def _escarcelle_steps(self):
        rows = self._escarcelle_rows()
        mapping = [""] * max(len(cells) for _number, cells in rows)
        for column in self.column_ids:
            if column.position < len(mapping):
                mapping[column.position] = column.target or ""
        return self.env["escarcelle.household.importer"]._escarcelle_plan(
            rows[1:], mapping, self.company_id, give_cards=self.give_cards
        )

    def _escarcelle_kept(self, steps):
        return [
            step
            for step in steps
            if not step.blocked and not (self.leave_duplicates and step.alike)
        ]

    def _escarcelle_show(self, steps):
        """The preview: counts, every line with something to say, and a few of the others."""
        kept = self._escarcelle_kept(steps)
        labels = self.env["escarcelle.household.export"]._escarcelle_labels()
        lines, plain = [], 0
        for step in steps:
            action = "update" if step.household else "new"
            name = " ".join(
                filter(None, (step.values.get("first_name"), step.values.get("last_name")))
            )
            for problem in sorted(step.problems, key=lambda p: (not p.blocking, p.line)):
                if len(lines) < SHOWN_PROBLEMS:
                    lines.append(
                        {
                            "line": problem.line,
                            "name": name,
                            "action": "error" if problem.blocking else "warning",
                            "column": labels.get(problem.column, ""),
                            "message": self._escarcelle_says(problem),
                        }
                    )
            if not step.problems and plain < SHOWN:
                plain += 1
                lines.append(
                    {
                        "line": step.entry.line,
                        "name": name,
                        "action": action,
                        "column": "",
                        "message": "",
                    }
                )
        order = {"error": 0, "warning": 1}
        lines.sort(key=lambda line: (order.get(line["action"], 2), line["line"]))
        self.line_ids.unlink()
        self.write(
            {
                "line_ids": [fields.Command.create(line) for line in lines],
                "new_count": sum(not step.household for step in kept),
                "update_count": sum(bool(step.household) for step in kept),
                "member_count": sum(len(step.entry.members) for step in kept),
                "error_count": sum(step.blocked for step in steps),
                "duplicate_count": sum(bool(step.alike) for step in steps),
            }
        )

    def _escarcelle_says(self, problem):
        _, facts = self.env._, problem.facts
        text = facts.get("text", "")
        says = {
            "missing": lambda: _("This is needed."),
            "too_long": lambda: _("Longer than %s characters.", facts["limit"]),
            "formula": lambda: _("« %s » is a formula: type its value.", text),
            "date": lambda: _("« %s » is not a date: write 31/12/2026.", text),
            "year": lambda: _("« %s » is not a year of birth: write 1985.", text),
            "email": lambda: _("« %s » is not an e-mail address.", text),
            "phone": lambda: _("« %s » is not a telephone number.", text),
            "relation": lambda: _("« %s » is not known: holder, partner, child, parent or other.", text),
            "two_holders": lambda: _("This household has another holder already: give this person another relation."),
            "order": lambda: _("The entitlement ends before it starts."),
            "overlap": lambda: _(
                "Already entitled from %(start)s to %(end)s.",
                start=format_date(self.env, facts["start"]), end=format_date(self.env, facts["end"]),
            ),
            "unknown": lambda: _("« %s » is not known here: create it first, or correct the name.", text),
            "differs": lambda: _(
                "« %(text)s » here, « %(first)s » on line %(line)s of the same household.",
                text=text, first=facts["first"], line=facts["line"],
            ),
            "card": lambda: _(
                "« %(text)s » is not a card number: thirteen digits starting with %(prefix)s, the last one being the"
                " check digit. Leave it empty to receive a new card.",
                text=text, prefix=facts["prefix"],
            ),
            "card_twice": lambda: _("This card is on line %s too.", facts["line"]),
            "card_taken": lambda: _("This card belongs to another household."),
            "card_ended": lambda: _("This card was lost or replaced: it stays so."),
            "card_other": lambda: _("This household has the card %s already.", facts["number"]),
            "same_line": lambda: _("The same as line %s: left out.", facts["other"]),
            "duplicate_line": lambda: _("This household may be on line %s too.", facts["other"]),
            "duplicate": lambda: _("This household may be there already: %s.", facts["household"]),
        }  # fmt: skip
        return says[problem.code]()

    def _escarcelle_reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Import households"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            # The button of the import calls this itself: nobody completes the action for it.
            "views": [(False, "form")],
            "target": "new",
        }


class EscarcelleHouseholdImportColumn(models.TransientModel):
    """A column of the file and what it is."""

    _name = "escarcelle.household.import.column"
    _description = "Column of an Import"
    _order = "position"

    import_id = fields.Many2one("escarcelle.household.import", required=True, ondelete="cascade")
    position = fields.Integer(readonly=True)
    heading = fields.Char("Heading in the file", readonly=True)
    sample = fields.Char("For instance", readonly=True)
    target = fields.Selection(selection="_selection_target", string="Is")

    @api.model
    def _selection_target(self):
        return list(self.env["escarcelle.household.export"]._escarcelle_labels().items())


class EscarcelleHouseholdImportLine(models.TransientModel):
    """What happens to a line of the file."""

    _name = "escarcelle.household.import.line"
    _description = "Line of an Import"
    _order = "id"

    import_id = fields.Many2one("escarcelle.household.import", required=True, ondelete="cascade")
    line = fields.Integer(readonly=True)
    name = fields.Char("Household", readonly=True)
    action = fields.Selection(
        [("new", "New"), ("update", "Brought up to date"), ("warning", "Worth a look"), ("error", "Error")],
        readonly=True,
    )  # fmt: skip
    column = fields.Char(readonly=True)
    message = fields.Char("What to do", readonly=True)

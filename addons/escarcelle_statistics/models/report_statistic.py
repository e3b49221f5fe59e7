from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..rendering.document import Section
from ..tools.dimensions import DIMENSIONS

#: What may be changed of a delivered statistic: where it stands.
PLACE = {"sequence", "active"}


class EscarcelleStatistic(models.Model):
    """A statistic that is read, downloaded and sent."""

    _name = "escarcelle.statistic"
    _inherit = ["escarcelle.statistic", "escarcelle.statistic.document"]
    _escarcelle_paper = "escarcelle_statistics.paper_statistic"

    preview = fields.Html(compute="_compute_preview", sanitize=False)
    dimension_ids = fields.Many2many(
        "escarcelle.statistic.dimension", compute="_compute_dimension_ids", string="Possible lines"
    )

    @api.depends("subject")
    def _compute_dimension_ids(self):
        """What the facts of this subject are told apart by: the rest is not proposed."""
        every = self.env["escarcelle.statistic.dimension"].search([])
        for statistic in self:
            # Ages are those of the people who came.
            subjects = {statistic.subject, "person" if statistic.subject == "visit" else ""}
            statistic.dimension_ids = every.filtered(
                lambda one, subjects=subjects: subjects & set(DIMENSIONS[one.code].subjects)
            )

    @api.onchange("subject")
    def _onchange_subject(self):
        """Another subject: what does not belong to it goes."""
        self.measure_ids = self.measure_ids.filtered(lambda one: one.subject == self.subject)
        if self.row_dimension_id not in self.dimension_ids:
            self.row_dimension_id = False
        if self.column_dimension_id not in self.dimension_ids:
            self.column_dimension_id = False

    @api.depends(
        "name", "subject", "measure_ids", "row_dimension_id", "column_dimension_id", "domain",
        "period_kind", "date_from", "date_to", "compare", "chart", "sort", "limit",
    )  # fmt: skip
    @api.depends_context("allowed_company_ids", "lang")
    def _compute_preview(self):
        """What it answers now, while it is being made: unmasked, the shop looks at its own figures."""
        for statistic in self:
            statistic.preview = statistic._escarcelle_preview()

    def _escarcelle_preview(self):
        if not self.measure_ids:
            return self._escarcelle_hint(
                self.env._("Choose what is counted: the figures appear here as you go.")
            )
        if self.period_kind == "custom" and not (
            self.date_from and self.date_to and self.date_from <= self.date_to
        ):
            return self._escarcelle_hint(
                self.env._("Give the first and the last day of the period, in this order.")
            )
        try:
            period = self._escarcelle_period()
            document = self._escarcelle_document(period, self.env.companies, leaving=False)
        except UserError as error:
            return self._escarcelle_hint(str(error))
        return self._escarcelle_html(document)

    @api.model
    def _escarcelle_hint(self, words):
        return self.env["ir.qweb"]._render("escarcelle_statistics.hint", {"words": words})

    def _escarcelle_sections(self, period, companies, leaving):
        table = self._escarcelle_table(period=period, companies=companies, leaving=leaving)
        return (Section(table.title, table),)

    @api.constrains("shared")
    def _check_shared(self):
        """One that a shared report shows stays shared."""
        sections = self.env["escarcelle.statistic.report.section"].sudo()
        alone = self.filtered(lambda one: not one.shared)
        used = sections.search(
            [("statistic_id", "in", alone.ids), ("report_id.shared", "=", True)], limit=1
        )
        if used:
            raise ValidationError(
                self.env._(
                    "The shared report « %s » shows this statistic: it stays shared.",
                    used.report_id.name,
                )
            )

    def write(self, vals):
        if not self.env.su and not vals.keys() <= PLACE and any(self.mapped("code")):
            raise UserError(
                self.env._(
                    "This statistic is delivered, reports rely on it. Duplicate it (⚙ Duplicate) and change your copy."
                )
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_delivered(self):
        if any(self.mapped("code")):
            raise UserError(
                self.env._(
                    "This statistic is delivered with the software: archive it instead of deleting it."
                )
            )

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        for statistic, vals in zip(self, vals_list, strict=True):
            if "name" not in (default or {}):
                vals["name"] = self.env._("%s (copy)", statistic.name)
            # A copy is its maker's, even of a statistic of every shop.
            vals.update({"shared": False, "company_id": self.env.company.id, **(default or {})})
        return vals_list

    def action_escarcelle_open(self):
        """Read it for another period, download it, send it."""
        self.ensure_one()
        return self.env["escarcelle.statistic.preview"]._escarcelle_open(statistic_id=self.id)

    def action_escarcelle_schedule(self):
        """Have it sent by mail, a period after the other."""
        self.ensure_one()
        return self.env["escarcelle.statistic.mailing"]._escarcelle_new(statistic_id=self.id)

    def action_escarcelle_add(self):
        """Choose the report this statistic goes into."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "escarcelle_statistics.report_section_action_add"
        )
        action["context"] = {
            "default_statistic_id": self.id, "default_sequence": 100, "escarcelle_choose_report": True
        }  # fmt: skip
        return action

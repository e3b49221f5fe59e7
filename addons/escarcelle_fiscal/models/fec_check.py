from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import SQL

ERROR, WARNING = "error", "warning"


class EscarcelleFecProblem(models.TransientModel):
    """Something the self-check of a FEC found: what is wrong, where to mend it."""

    _name = "escarcelle.fec.problem"
    _description = "Problem found before a FEC export"
    _order = "level, id"

    wizard_id = fields.Many2one("l10n_fr.fec.export.wizard", required=True, ondelete="cascade", index=True)
    level = fields.Selection([(ERROR, "To mend"), (WARNING, "To know")], required=True, readonly=True)
    code = fields.Char(required=True, readonly=True)
    name = fields.Char("What is wrong", required=True, readonly=True)
    remedy = fields.Char("What to do", readonly=True)
    count = fields.Integer("How many", readonly=True)
    res_model = fields.Char(readonly=True)
    res_ids = fields.Json(readonly=True)

    def action_open(self):
        """The records concerned (the first thousand)."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.name,
            "res_model": self.res_model,
            "view_mode": "list,form",
            "domain": [("id", "in", self.res_ids or [])],
            "context": {"active_test": False},
        }


class FecExportWizard(models.TransientModel):
    """The self-check: each rule is one query."""

    _inherit = "l10n_fr.fec.export.wizard"

    def _escarcelle_problems(self):
        """Values of ``escarcelle.fec.problem`` for what is wrong, worst first."""
        self.ensure_one()
        self.env.flush_all()
        found = [problem for rule in self._escarcelle_rules() for problem in rule()]
        return sorted(found, key=lambda problem: problem["level"] != ERROR)

    def _escarcelle_rules(self):
        return (
            self._check_identity, self._check_year, self._check_empty, self._check_balance, self._check_drafts,
            self._check_accounts, self._check_journals, self._check_numbers, self._check_labels, self._check_dates,
            self._check_validation,
        )  # fmt: skip

    def _check_identity(self):
        if not self._escarcelle_siren():
            yield self._problem(
                ERROR, "siren", self.env._("The SIREN of the company is not known: the file has no legal name."),
                self.env._("Fill in the SIRET of the company."), self.env.company,
            )  # fmt: skip

    def _check_year(self):
        year = self.env.company.compute_fiscalyear_dates(self.date_to)
        if (year["date_from"], year["date_to"]) != (self.date_from, self.date_to):
            yield self._problem(
                WARNING, "year",
                self.env._("The dates are not those of a fiscal year (%(start)s to %(end)s).",
                           start=f"{year['date_from']:%d/%m/%Y}", end=f"{year['date_to']:%d/%m/%Y}"),
                self.env._("An official file covers one whole fiscal year, unless the company began or ended in it."),
            )  # fmt: skip
        if self.date_to > fields.Date.context_today(self):
            yield self._problem(
                WARNING, "open", self.env._("The fiscal year is not over."),
                self.env._("Make the official file when the accounts of the year are closed."),
            )  # fmt: skip

    def _check_empty(self):
        if not self._moves(SQL("m.state = 'posted'")):
            yield self._problem(
                WARNING, "empty", self.env._("No entry is posted between these dates: the file would say nothing."),
                self.env._("Look at the dates, and at the journals left out."),
            )  # fmt: skip

    def _check_balance(self):
        ids = self._moves(
            SQL("m.state = 'posted'"),
            SQL("""EXISTS (SELECT FROM account_move_line l WHERE l.move_id = m.id
                           HAVING round(sum(l.debit - l.credit), 2) <> 0)"""),
        )
        if ids:
            yield self._problem(
                ERROR, "unbalanced", self.env._("Entries are not balanced."),
                self.env._("Open each entry and correct it: debit and credit must be equal."), self._of(ids),
            )  # fmt: skip
        total = self.env.execute_query(
            SQL(
                """SELECT round(sum(l.debit - l.credit), 2)
                   FROM account_move_line l JOIN account_move m ON m.id = l.move_id
                   WHERE %s AND m.state = 'posted'""",
                self._dated(),
            )
        )[0][0]  # fmt: skip
        if total:
            yield self._problem(
                ERROR, "total", self.env._("Debit and credit of the year differ by %s €.", total),
                self.env._("Correct the entries that are not balanced, and do not leave out a journal."),
            )  # fmt: skip

    def _check_drafts(self):
        ids = self._moves(SQL("m.state = 'draft'"))
        if ids:
            yield self._problem(
                ERROR, "draft", self.env._("Entries of the year are still drafts: they are not in the file."),
                self.env._("Post them, or delete those that must not be."), self._of(ids),
            )  # fmt: skip

    def _check_accounts(self):
        Account = self.env["account.account"]
        query = self.env["account.move.line"]._search(
            Domain(self._get_base_domain()) & Domain("date", ">=", self.date_from) & Domain("date", "<=", self.date_to)
        )
        alias = query.left_join("account_move_line", "account_id", "account_account", "id", "account_id")
        code = Account._field_to_sql(alias, "code", query)
        query.add_where(SQL("coalesce(%s, '') !~ '^[1-9][0-9]{2}'", code))
        rows = self.env.execute_query(query.select(SQL("DISTINCT account_move_line.move_id")))
        ids = [row[0] for row in rows]
        if ids:
            yield self._problem(
                ERROR, "account",
                self.env._("Entries use no account, or one without a French number of three figures at least."),
                self.env._("Give these accounts their number in the chart of accounts."), self._of(ids),
            )  # fmt: skip

    def _check_journals(self):
        rows = self.env.execute_query(
            SQL(
                """SELECT array_agg(DISTINCT j.id), coalesce(j.code, '') FROM account_journal j
                   WHERE EXISTS (SELECT FROM account_move m WHERE m.journal_id = j.id AND %s)
                   GROUP BY 2 HAVING count(DISTINCT j.id) > 1 OR coalesce(j.code, '') = ''""",
                self._dated(),
            )
        )
        ids = [journal for group, _code in rows for journal in group]
        if ids:
            yield self._problem(
                ERROR, "journal", self.env._("Journals have no code, or the same code."),
                self.env._("Give each journal a code of its own."), self.env["account.journal"].browse(ids),
            )  # fmt: skip

    def _check_numbers(self):
        rows = self.env.execute_query(
            SQL(
                """SELECT array_agg(m.id) FROM account_move m WHERE %s AND m.state = 'posted'
                   GROUP BY m.name HAVING count(*) > 1 LIMIT 500""",
                self._dated(),
            )
        )
        ids = [move for (group,) in rows for move in group]
        if ids:
            yield self._problem(
                ERROR, "number", self.env._("Several entries have the same number."),
                self.env._("Renumber them (list of entries, Actions, Resequence)."), self._of(ids),
            )  # fmt: skip
        gaps = self._moves(SQL("m.state = 'posted'"), SQL("m.made_sequence_gap"))
        if gaps:
            yield self._problem(
                WARNING, "gap", self.env._("Numbers are missing before these entries."),
                self.env._("Resequence them, or keep a note of why: an inspector asks."), self._of(gaps),
            )  # fmt: skip

    def _check_labels(self):
        rows = self.env.execute_query(
            SQL(
                r"""SELECT count(*), (array_agg(DISTINCT m.id))[1:1000]
                    FROM account_move_line l JOIN account_move m ON m.id = l.move_id
                    WHERE %s AND m.state = 'posted' AND l.balance <> 0 AND coalesce(l.name, '') ~ '^\s*$'""",
                self._dated(),
            )
        )
        count, ids = rows[0]
        if count:
            problem = self._problem(
                WARNING, "label", self.env._("Lines have no label: the file says the reference of the entry."),
                self.env._("Fill in the label when it says more."), self._of(ids),
            )  # fmt: skip
            yield {**problem, "count": count}

    def _check_dates(self):
        rows = self.env.execute_query(
            SQL(
                """SELECT DISTINCT m.id FROM account_move_line l JOIN account_move m ON m.id = l.move_id
                   WHERE l.date <> m.date AND (%s OR (l.company_id IN %s AND l.date BETWEEN %s AND %s)) LIMIT 1000""",
                self._dated(), self._companies(), self.date_from, self.date_to,
            )  # fmt: skip
        )
        if rows:
            yield self._problem(
                ERROR, "date", self.env._("Lines have another date than their entry, perhaps outside the year."),
                self.env._("Set the date of the entry again."), self._of([row[0] for row in rows]),
            )  # fmt: skip

    def _check_validation(self):
        ids = self._moves(SQL("m.state = 'posted'"), SQL("m.escarcelle_validated_at IS NULL"))
        if ids:
            yield self._problem(
                WARNING, "validation",
                self.env._("Entries were posted before this module: their validation date is that of their entry."),
                self.env._("Nothing to do; say it if you are asked."), self._of(ids),
            )  # fmt: skip

    # -- helpers ---------------------------------------------------------------------------------

    def _companies(self):
        return tuple(self.env.company._accessible_branches().ids)

    def _dated(self):
        """SQL: the entry ``m`` is one of the file's."""
        left_out = tuple(self.excluded_journal_ids.ids)
        excluded = SQL("AND m.journal_id NOT IN %s", left_out) if left_out else SQL()
        return SQL(
            "m.company_id IN %s AND m.date BETWEEN %s AND %s %s",
            self._companies(), self.date_from, self.date_to, excluded,
        )  # fmt: skip

    def _moves(self, *conditions):
        where = SQL(" AND ").join((self._dated(), *conditions))
        rows = self.env.execute_query(SQL("SELECT m.id FROM account_move m WHERE %s ORDER BY m.id LIMIT 1000", where))
        return [row[0] for row in rows]

    def _of(self, ids):
        return self.env["account.move"].browse(ids)

    def _problem(self, level, code, name, remedy, records=None):
        return {
            "level": level, "code": code, "name": name, "remedy": remedy,
            "count": len(records) if records is not None else 0,
            "res_model": records._name if records is not None else False,
            "res_ids": records.ids[:1000] if records is not None else [],
        }  # fmt: skip

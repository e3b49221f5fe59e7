import logging
from datetime import timezone
from pathlib import Path

from markupsafe import Markup
from odoo import SUPERUSER_ID, api, fields, models
from odoo.api import Environment
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from psycopg2 import OperationalError

from ..tools import archive_files
from .fiscal_archive import LEVELS
from .fiscal_archive_maker import ArchiveTaken

_logger = logging.getLogger(__name__)
COPY = "escarcelle_fiscal.archive_copy"
#: Beyond that many records an archive asked for by hand is made in the background.
AT_ONCE = 5000


class EscarcelleFiscalArchiveTask(models.Model):
    """An archive that waits, is being made, or could not be made; removed from sight once it is there.

    Automatic ones come from the plan, others from somebody's request. The journal decides what exists:
    a task only says what is to be done, and doing it twice makes one archive.
    """

    _name = "escarcelle.fiscal.archive.task"
    _description = "Fiscal archive to make"
    _order = "id desc"
    _rec_name = "first_day"

    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    level = fields.Selection(LEVELS, "Period", required=True, readonly=True)
    first_day = fields.Date(required=True, readonly=True)
    last_day = fields.Date(required=True, readonly=True)
    is_automatic = fields.Boolean("Automatic", readonly=True)
    state = fields.Selection(
        [("waiting", "Waits for tills"), ("queued", "To be made"), ("making", "Being made"),
         ("failed", "Failed"), ("done", "Made")],
        required=True, readonly=True, default="queued",
    )  # fmt: skip
    missing = fields.Char("Tills awaited", readonly=True)
    until = fields.Datetime("Made without them on", readonly=True)
    after = fields.Integer(readonly=True, help="Number of the archive it follows.")
    total = fields.Integer("Records", readonly=True)
    done = fields.Integer("Archived", readonly=True)
    progress = fields.Float(compute="_compute_progress")
    error = fields.Text(readonly=True)
    name = fields.Char("Archive", readonly=True)

    _open_uniq = models.UniqueIndex(
        "(company_id, level, first_day) WHERE state <> 'done'", "This period is already waiting to be archived."
    )

    @api.depends("total", "done", "state")
    def _compute_progress(self):
        for task in self:
            whole = 100 if task.state == "done" else 0
            task.progress = min(99, 100 * task.done / task.total) if task.total and not whole else whole

    # -- asking ----------------------------------------------------------------------------------

    @api.model
    def _escarcelle_request(self, company, period):
        """Queue an archive somebody asks for; returns the task. UserError when it is queued already."""
        known = self.search(
            [("company_id", "=", company.id), ("level", "=", period.level),
             ("first_day", "=", period.first), ("state", "!=", "done")]
        )  # fmt: skip
        if known.filtered(lambda task: task.state in ("queued", "making")):
            raise UserError(self.env._("This period is being archived already: see the archives to come."))
        values = {"company_id": company.id, "level": period.level, "first_day": period.first,
                  "last_day": period.last, "state": "queued", "missing": False, "error": False,
                  "is_automatic": False, "after": -1}  # fmt: skip
        if known:
            known.write(values)
        else:
            known = self.create(values)
        self.env.ref("escarcelle_fiscal.cron_archive")._trigger()
        return known

    def action_retry(self):
        """Try again now."""
        self._escarcelle_manager()
        tasks = self.sudo().filtered(lambda task: task.state in ("failed", "waiting"))
        tasks.write({"state": "queued", "error": False})
        if tasks:
            self.env.ref("escarcelle_fiscal.cron_archive").sudo()._trigger()

    def action_give_up(self):
        """Take a request off the list; the plan asks again for what the law wants."""
        self._escarcelle_manager()
        self.sudo().filtered(lambda task: task.state in ("failed", "queued", "waiting")).unlink()

    def _escarcelle_manager(self):
        if not self.env.user.has_group("escarcelle_fiscal.group_manager"):
            raise AccessError(self.env._("Only a fiscal manager archives a period."))
        if self.company_id - self.env.companies:
            raise AccessError(self.env._("This company is not one of yours."))

    # -- doing -----------------------------------------------------------------------------------

    @api.model
    def _escarcelle_run(self):
        """Make what is due (cron): one archive a transaction, the oldest first."""
        instance = self.env["escarcelle.fiscal.instance"]
        if instance._escarcelle_row() is None or instance._escarcelle_problem():
            return
        cron = self.env["ir.cron"]
        # Whoever was making them is gone: only this job does.
        self.search([("state", "=", "making")]).write({"state": "queued"})
        companies = self.env["res.company"].search([]).filtered(lambda c: c._escarcelle_is_concerned())
        for company in companies:
            self._escarcelle_plan(company)
            cron._commit_progress(0)
        tried = self.browse()
        while task := self._escarcelle_next(tried):
            tried |= task
            # A period follows the one before it: what is due is asked again each time.
            if task._escarcelle_do():
                self._escarcelle_plan(task.company_id)
            if not cron._commit_progress(1, remaining=self.search_count([("state", "=", "queued")])):
                break
        self._escarcelle_copy_all()

    @api.model
    def _escarcelle_next(self, tried):
        """The oldest task that can be done and was not tried yet."""
        domain = [("state", "=", "queued"), ("id", "not in", tried.ids)]
        return self.search(domain, order="last_day, level desc, id", limit=1)

    @api.model
    def _escarcelle_plan(self, company):
        """Write down what is due for ``company``: the next period of each level."""
        now = self.env["escarcelle.fiscal.device"]._escarcelle_now()
        plan = self.env["escarcelle.fiscal.archive.plan"]
        levels = "JMA" if company.escarcelle_archive_days else "MA"
        current = self.browse()
        for level in levels:
            for due in plan._escarcelle_due(company, level, now):
                current |= self._escarcelle_write_down(company, due)
                # A period is not archived before the one it follows; a supplement may come late.
                if due["ready"] or not due["supplement"]:
                    break
        # What an older period waited for will be in a later archive.
        self.search(
            [("company_id", "=", company.id), ("is_automatic", "=", True), ("id", "not in", current.ids),
             ("state", "in", ("waiting", "queued", "failed"))]
        ).unlink()  # fmt: skip

    def _escarcelle_write_down(self, company, due):
        period = due["period"]
        task = self.search(
            [("company_id", "=", company.id), ("level", "=", period.level),
             ("first_day", "=", period.first), ("state", "!=", "done")]
        )  # fmt: skip
        values = {
            "last_day": period.last,
            "missing": ", ".join(map(str, due["missing"])) or False,
            "until": due["until"].astimezone(timezone.utc).replace(tzinfo=None),
            "after": due["after"],
            "state": "queued" if due["ready"] else "waiting",
        }
        if not task:
            task = self.create({"company_id": company.id, "level": period.level, "first_day": period.first,
                                "is_automatic": True, **values})  # fmt: skip
        elif task.is_automatic:
            task.write(values)
        return task

    def _escarcelle_do(self):
        """Make it; True when the archive is there. What goes wrong is written on the task and told."""
        self.ensure_one()
        company, level, day = self.company_id, self.level, self.first_day
        maker = self.env["escarcelle.fiscal.archive.maker"]
        total = maker._escarcelle_count(company, level, day)
        self.write({"state": "making", "total": total, "done": 0})
        self.env["ir.cron"]._commit_progress(0)
        try:
            with self.env.cr.savepoint():
                after = self.after if self.is_automatic else None
                name = maker._escarcelle_make(company, level, day, after, self._escarcelle_heard())
        except OperationalError:
            raise  # somebody else wrote in the server's chain: the whole job is done again
        except ArchiveTaken:
            # Made by hand meanwhile: the next plan says whether anything is left to do.
            self._escarcelle_end({"state": "done"})
            return True
        except Exception as error:
            told = str(error) if isinstance(error, UserError) else self.env._(
                "Unexpected error (%s). The server's log has the details.", type(error).__name__
            )  # fmt: skip
            if not isinstance(error, UserError):
                _logger.exception("archive of %s %s failed", level, day)
            self._escarcelle_failed(told, self.error)
            return False
        self._escarcelle_end({"state": "done", "name": name})
        return True

    def _escarcelle_end(self, values):
        # Its progress was written by other transactions: this one must not have seen it older.
        self.env["ir.cron"]._commit_progress(0)
        self.invalidate_recordset()
        self.write({"missing": False, "error": False, **values})

    def _escarcelle_failed(self, told, before):
        self.env["ir.cron"]._commit_progress(0)
        self.invalidate_recordset()
        self.write({"state": "failed", "error": told})
        if told == before:
            return  # said already
        self._escarcelle_tell(
            self.company_id, self.env._("A fiscal archive could not be made"),
            self.env._("Period from %(first)s to %(last)s: %(error)s", first=self.first_day, last=self.last_day,
                       error=told),
        )  # fmt: skip

    def _escarcelle_heard(self):
        """Tells how far it is, seen by others while the archive is made."""
        registry, task = self.env.registry, self.id

        def heard(done):
            with registry.cursor() as cr:
                Environment(cr, SUPERUSER_ID, {})[self._name].browse(task).write({"done": done})

        return heard

    @api.model
    def _escarcelle_tell(self, company, subject, body):
        """A message to the fiscal managers of ``company``."""
        group = self.env.ref("escarcelle_fiscal.group_manager").sudo()
        users = group.all_user_ids.filtered(lambda user: user.active and company in user.company_ids)
        if users:
            self.env["mail.thread"].sudo().message_notify(
                partner_ids=users.partner_id.ids, subject=subject, body=Markup("<p>%s</p>") % body
            )

    # -- second folder ---------------------------------------------------------------------------

    @api.model
    def _escarcelle_copy_all(self):
        """Copy to the second folder of the settings what is not there yet; what goes wrong is shown."""
        parameters = self.env["ir.config_parameter"].sudo()
        elsewhere = parameters.get_param(COPY)
        if not elsewhere:
            return
        folder = self.env["escarcelle.fiscal.instance"]._escarcelle_folder()
        problem = ""
        try:
            for path in sorted(archive_files.final(folder, "").glob("ARC*")):
                archive_files.copy(folder, path.name, Path(elsewhere))
        except OSError as error:
            problem = error.strerror or str(error)
        if problem != (parameters.get_param(f"{COPY}_problem") or ""):
            parameters.set_param(f"{COPY}_problem", problem or False)

    @api.autovacuum
    def _gc_escarcelle_tasks(self):
        """What was made is in the list of archives."""
        self.search(
            Domain("state", "=", "done") & Domain("write_date", "<", "now -30d")
        ).unlink()

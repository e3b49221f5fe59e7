from datetime import timedelta

from odoo import api, fields, models

#: Past this many hours without a successful backup, people are told in red.
LATE_HOURS = 48
#: How long the list goes back.
KEPT_DAYS = 730


class EscarcelleFiscalBackup(models.Model):
    """What the nightly backup and its restore test gave.

    Rows are written by the program that saves (``./escarcelle backup``), as the database's superuser:
    it runs beside Odoo, and must be able to say that it failed while Odoo is stopped.
    """

    _name = "escarcelle.fiscal.backup"
    _description = "Backup"
    _order = "at desc, id desc"
    _rec_name = "at"
    _log_access = False

    at = fields.Datetime("Ended on", required=True, readonly=True, index=True)
    kind = fields.Selection(
        [("backup", "Backup"), ("restore_test", "Restore test")], required=True, readonly=True
    )
    state = fields.Selection([("done", "Successful"), ("failed", "Failed")], required=True, readonly=True)
    seconds = fields.Float("Duration (s)", digits=(12, 1), readonly=True)
    megabytes = fields.Float("Size (MB)", digits=(12, 1), readonly=True)
    place = fields.Char("Folder", readonly=True)
    file = fields.Char(readonly=True)
    message = fields.Text(readonly=True)

    @api.model
    def _escarcelle_concerned(self):
        """Who can do something about it: the fiscal managers and those of the settings."""
        user = self.env.user
        return user.has_group("escarcelle_fiscal.group_manager") or user.has_group("base.group_system")

    @api.model
    def _escarcelle_standing(self):
        """(last successful backup, last restore test's state and message). One query."""
        self.env.cr.execute(
            """
            -- A line of the future was written while the clock was wrong: it counts for nothing.
            SELECT (SELECT max(at) FROM escarcelle_fiscal_backup
                    WHERE kind = 'backup' AND state = 'done' AND at < now() AT TIME ZONE 'UTC' + interval '1 day'),
                   t.state, t.message
            FROM (VALUES (1)) one
            LEFT JOIN (SELECT state, message FROM escarcelle_fiscal_backup WHERE kind = 'restore_test'
                       ORDER BY at DESC, id DESC LIMIT 1) t ON true
            """
        )
        return self.env.cr.fetchone()

    @api.model
    def _escarcelle_since(self):
        """When the house began to hold something: backups are awaited from there."""
        self.env.cr.execute("SELECT opened_at AT TIME ZONE 'UTC' FROM fiscal.instance")
        row = self.env.cr.fetchone()
        if row:
            return row[0]
        created = self.env["ir.config_parameter"].sudo().get_param("database.create_date")
        return fields.Datetime.to_datetime(created) or fields.Datetime.now()

    @api.model
    def escarcelle_banner(self):
        """Red sentences for the back office, none when all is well or for those who can do nothing."""
        if not self._escarcelle_concerned():
            return []
        if self.env["escarcelle.fiscal.instance"]._escarcelle_problem():
            return []  # a copy: what it holds is saved where it comes from
        last, test_state, test_message = self._escarcelle_standing()
        sentences = []
        reference = last or self._escarcelle_since()
        hours = int((fields.Datetime.now() - reference).total_seconds() // 3600)
        if hours >= LATE_HOURS:
            if last:
                sentences.append(
                    self.env._("No backup has succeeded for %s hours. Call the administrator.", hours)
                )
            else:
                sentences.append(
                    self.env._(
                        "This database has never been backed up. The administrator sets the nightly backup with:"
                        " ./escarcelle backup FOLDER --nightly"
                    )
                )
        if test_state == "failed":
            sentences.append(
                self.env._(
                    "The last backup could not be restored (%s). Call the administrator.", test_message or ""
                )
            )
        return sentences

    @api.autovacuum
    def _gc_escarcelle_backups(self):
        """Forget the oldest lines of the list (never a backup itself)."""
        self.search([("at", "<", fields.Datetime.now() - timedelta(days=KEPT_DAYS))]).unlink()

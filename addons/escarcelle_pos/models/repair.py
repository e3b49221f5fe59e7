from odoo import models

from .day_sessions import DaySessions
from .till_job import Job


class EscarcelleTill(models.Model):
    _inherit = "escarcelle.till"

    def _escarcelle_repair(self, entries):
        """Build ``entries`` (of this till, to repair) again from what is kept of them."""
        self.ensure_one()
        self._escarcelle_lock()
        sessions = DaySessions(self)
        for entry in entries:
            job = self._escarcelle_job(entry)
            if entry.session_id.state == "closed":
                # The day was closed without it: it gets a session of its own, of the same day.
                job.session = sessions.of(entry.business_day, entry.made_at)
                job.session.escarcelle_closed_at = job.session.escarcelle_closed_at or self.env.cr.now()
            else:
                job.session = entry.session_id
            if job.sale:
                self._escarcelle_build([job])
            elif job.paper:
                self._escarcelle_attempt(job, self._escarcelle_paper)
            elif job.type == "barcode":
                self._escarcelle_attempt(job, self._escarcelle_barcode)
            else:
                self._escarcelle_attempt(job, self._escarcelle_cash)
            entry.write(
                {
                    "build": job.build,
                    "error": job.error or False,
                    "order_id": job.order.id if job.order else False,
                    "move_id": job.move.id if job.move else False,
                    "session_id": job.session.id,
                }
            )
            if job.order:
                self._escarcelle_after(job)
                self._escarcelle_relink([job])
            self._escarcelle_note_differences([(job, entry)])
        self.env.ref("escarcelle_pos.cron_close_days")._trigger()

    def _escarcelle_job(self, entry):
        """The job of a stored entry; its signed records are read from the fiscal journal."""
        records = self.env["escarcelle.fiscal.journal"]._escarcelle_records(self.uid8, entry.uuid)
        data = {
            "n": entry.n,
            "uuid": entry.uuid,
            "till": self.uid8,
            "made_at": f"{entry.made_at.isoformat()}Z",
            "records": records,
            **entry.payload,
        }
        return Job(data, entry.digest)

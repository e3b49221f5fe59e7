import base64
import logging
from datetime import timedelta

from markupsafe import Markup
from odoo import models

from escarcelle_core.errors import EscarcelleError
from escarcelle_core.printing import paper, preview
from escarcelle_core.record import Record
from escarcelle_core.xml import duplicate_xml, stamp

_logger = logging.getLogger(__name__)
#: A server restored from a backup gets entries again: what was mailed long ago is not mailed twice.
MAILED_WITHIN = timedelta(days=15)
PAGE = Markup(
    '<!DOCTYPE html><html lang="fr"><head><meta charset="utf-8"><title>{title}</title></head>'
    "<body>{ticket}</body></html>"
)


class EscarcelleTill(models.Model):
    """Receipts by e-mail: the till signs the copy and says where to; the server sends it, once.

    Invariant: the address is in the mail, as long as it waits to be sent, and nowhere else.
    """

    _inherit = "escarcelle.till"

    def _escarcelle_store(self, jobs):
        # EXTENDS 'escarcelle_pos'
        super()._escarcelle_store(jobs)
        for job in jobs:
            if job.status != "quarantined":
                self._escarcelle_mail(job)

    def _escarcelle_entry_values(self, job):
        # EXTENDS 'escarcelle_pos'
        values = super()._escarcelle_entry_values(job)
        event = {key: value for key, value in job.entry["event"].items() if key != "email"}
        return {**values, "payload": {**values["payload"], "event": event}}

    def _escarcelle_mail(self, job):
        """Queue the mail an entry asks for. Its fault is nobody's sale: it is logged and noted."""
        address = _address(job.entry)
        copy = next((record for record in job.records if record["kind"] == "DUP"), None)
        if not address or not copy or job.made_at < self.env.cr.now() - MAILED_WITHIN:
            return
        self.env.flush_all()
        try:
            with self.env.cr.savepoint():
                copy = Record.from_json(copy)
                original = self._escarcelle_original(job, copy)
                if original:
                    self._escarcelle_queue_mail(original, copy, address)
        except EscarcelleError:
            _logger.exception("Till %s: the mail of entry %s could not be made", self.uid8, job.uuid)

    def _escarcelle_original(self, job, copy):
        """The record a duplicate is of: in the same entry, or in the journal; None when it is not here."""
        target = duplicate_xml.read(stamp.parse(copy.xml)).original
        for data in job.records:
            if (data["kind"], data["seq"]) == (target.document, target.seq):
                return Record.from_json(data)
        journal = self.env["escarcelle.fiscal.journal"]
        found = [r for r in journal._escarcelle_records(self.uid8, target.uid) if r["kind"] == target.document]
        return Record.from_json(found[0]) if found else None

    def _escarcelle_queue_mail(self, original, copy, address):
        """The mail of a signed copy: the paper's own text, in the message and attached (a PDF once it leaves)."""
        commands = paper.commands(original, duplicate=copy)
        company = self.company_id
        said = {"number": original.number, "shop": company.name}
        if original.kind == "FCT":
            title = self.env._("Your invoice no. %(number)s — %(shop)s", **said)
            text = self.env._("Here is the invoice you asked for, from %s. Thank you for your visit.", company.name)
        else:
            title = self.env._("Your receipt no. %(number)s — %(shop)s", **said)
            text = self.env._("Here is the receipt you asked for, from %s. Thank you for your visit.", company.name)
        shown = Markup(preview.html(commands))
        page = PAGE.format(title=title, ticket=shown)
        sent = self.env["mail.mail"].create(
            {
                "subject": title,
                "email_from": company.email_formatted or self.env.user.email_formatted,
                "email_to": address,
                "body_html": Markup("<p>{}</p>{}").format(text, shown),
                "auto_delete": True,
                "escarcelle_receipt": True,
                "attachment_ids": [
                    (0, 0, {
                        "name": f"{original.doc_type.lower()}-{original.number}.html",
                        "datas": base64.b64encode(str(page).encode()),
                        "mimetype": "text/html",
                        "res_model": "mail.message",
                    }),
                ],
            }
        )  # fmt: skip
        self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()
        return sent


def _address(entry):
    """Where the entry's copy goes, ``""`` when nobody asked for a mail."""
    event, order = entry["event"], entry["order"] or {}
    if event["type"] == "training":
        return ""
    address = event.get("email") or (order.get("email") if order.get("paper") == "email" else "")
    return address if isinstance(address, str) and 3 < len(address) < 255 and "\n" not in address else ""

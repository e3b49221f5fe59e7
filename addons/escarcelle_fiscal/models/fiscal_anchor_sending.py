from datetime import timedelta

from markupsafe import Markup, escape
from odoo import api, fields, models

from escarcelle_core import anchor as anchors
from escarcelle_core import jet
from escarcelle_core.money import euros
from escarcelle_core.xml import stamp

#: A message that could not leave is tried again this often, and as long as that.
RETRY = timedelta(hours=1)
MOST = 240
#: People are told in red when an anchor has waited that long.
LATE = timedelta(days=3)


class EscarcelleFiscalAnchorSending(models.Model):
    """An anchor of the shop on its way to an accountant: sent again until it leaves (JET 290)."""

    _name = "escarcelle.fiscal.anchor.sending"
    _description = "Anchor sent to the accountant"
    _order = "id desc"

    name = fields.Char("Anchor", required=True, readonly=True)
    value = fields.Char("Hash", required=True, readonly=True)
    signed_at = fields.Datetime("Signed on", required=True, readonly=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade", index=True)
    email = fields.Char("Sent to", required=True, readonly=True)
    lines = fields.Text("Anchors to keep", readonly=True)
    totals = fields.Text("Totals per taxpayer", readonly=True)
    state = fields.Selection(
        [("waiting", "To be sent"), ("failed", "Not sent yet"), ("sent", "Sent")],
        required=True, readonly=True, default="waiting",
    )  # fmt: skip
    attempts = fields.Integer(readonly=True)
    tried_at = fields.Datetime("Last attempt", readonly=True)
    sent_at = fields.Datetime("Sent on", readonly=True)
    error = fields.Char(readonly=True)
    mail_id = fields.Many2one("mail.mail", "Message", readonly=True, ondelete="set null")
    stamped_at = fields.Datetime("Time-stamped on", compute="_compute_stamped_at")

    _once = models.UniqueIndex("(company_id, name)")

    def _compute_stamped_at(self):
        seqs = {sending: int(sending.name.partition("-")[2]) for sending in self}
        self.env.cr.execute(
            "SELECT s.seq, min(s.stamped_at AT TIME ZONE 'UTC') FROM fiscal.time_stamp s"
            " JOIN fiscal.instance i ON i.till = s.till WHERE s.kind = 'ANC' AND s.seq = ANY(%s) GROUP BY s.seq",
            [list(seqs.values())],
        )
        stamped = dict(self.env.cr.fetchall())
        for sending, seq in seqs.items():
            sending.stamped_at = stamped.get(seq)

    @api.model
    def _escarcelle_queue(self, record):
        """Write to the accountant of each company that has one."""
        anchor = anchors.read(stamp.parse(record.xml))
        companies = self.env["res.company"].sudo().search([("escarcelle_accountant_email", "!=", False)])
        for company in companies:
            siren = company._escarcelle_company().siret[:9]
            sums = [
                f"SIREN {who} : total perpétuel réel {euros(real)} €, absolu {euros(absolute)} €".replace(".", ",")
                for who, (real, absolute) in sorted(anchor.taxpayers.items())
                if who == siren
            ]
            lines = [f"{record.number}={anchor.value}", *self._escarcelle_tills(company)]
            self.create(
                {
                    "name": record.number,
                    "value": anchor.value,
                    "signed_at": record.at.replace(tzinfo=None),
                    "company_id": company.id,
                    "email": company.escarcelle_accountant_email,
                    "lines": "\n".join(lines),
                    "totals": "\n".join(sums),
                }
            )._escarcelle_write_mail(record)

    def _escarcelle_tills(self, company):
        """``1-40=<hash>``: the last anchor of each till of the company, as its Z printed it."""
        self.env.cr.execute(
            "SELECT DISTINCT t.number, h.seq, split_part(r.payload, ',', 1) FROM fiscal.till t"
            " JOIN fiscal.head h ON h.till = t.uid AND h.kind = 'ANC'"
            " JOIN fiscal.record r ON r.id = h.record_id"
            " WHERE t.number > 0 AND t.company_id = %s ORDER BY t.number",
            [company.id],
        )
        return [f"{number}-{seq}={value}" for number, seq, value in self.env.cr.fetchall()]

    def _escarcelle_write_mail(self, record):
        """The message, in French: who reads it is an accountant in France."""
        self.ensure_one()
        day = f"{record.business_day:%d/%m/%Y}"
        text = (
            f"Ancres fiscales de {self.company_id.name}, le {record.local}\n\n{self.lines}\n\n"
            f"Signature {record.signature}\n{self.totals}\n"
        )
        body = Markup(
            "<p>Ancre fiscale du magasin, journée du %(day)s.</p>"
            "<p><strong>Gardez ce message</strong> (il suffit de le classer : six ans au moins). Il prouve où en"
            " étaient les caisses à cette date. Quiconque retirerait ou réécrirait ensuite des ventes, ou"
            " remettrait une ancienne sauvegarde, contredirait ce que vous tenez, et qu'il ne peut pas changer.</p>"
            "<pre>%(lines)s</pre><p>%(totals)s</p>"
            "<p>Signature du serveur : %(signature)s</p>"
            "<p>Pour contrôler : <code>escarcelle-verify --anchor %(name)s=%(value)s DOSSIER-DES-ARCHIVES</code>,"
            " ou donnez au vérificateur le fichier joint.</p>"
        ) % {
            "day": day, "lines": self.lines, "totals": Markup("<br/>").join(map(escape, self.totals.splitlines())),
            "signature": record.signature, "name": self.name, "value": self.value,
        }  # fmt: skip
        attachment = self.env["ir.attachment"].sudo().create(
            {"name": f"ancre-{self.name}.txt", "raw": text.encode(), "mimetype": "text/plain"}
        )
        self.mail_id = self.env["mail.mail"].sudo().create(
            {
                "subject": f"Ancre fiscale {self.name} du {day} — {self.company_id.name}",
                "email_to": self.email,
                "email_from": self.company_id.email_formatted or False,
                "body_html": body,
                "attachment_ids": [(6, 0, attachment.ids)],
                "auto_delete": False,
            }
        )
        attachment.write({"res_model": "mail.mail", "res_id": self.mail_id.id})
        self.tried_at = self.env.cr.now()

    @api.model
    def _escarcelle_follow(self):
        """What became of the messages (cron): sent is an event, the others are tried again."""
        if self.env["escarcelle.fiscal.instance"]._escarcelle_problem():
            return  # a copy of the database follows nothing
        now = self.env.cr.now()
        sendings = self.search([("state", "!=", "sent"), ("attempts", "<", MOST)], order="id")
        cron = self.env["ir.cron"]
        cron._commit_progress(0, remaining=len(sendings))
        for sending in sendings:
            mail = sending.mail_id
            if mail.state in ("sent", "received"):
                sending.write({"state": "sent", "sent_at": now, "error": False})
                self.env["escarcelle.fiscal.outbox"]._escarcelle_note(
                    jet.ACCOUNTANT_EXCHANGE, f"ancre {sending.name} envoyée au comptable"
                )
            elif mail.state in ("exception", "cancel"):
                sending.write({"state": "failed", "error": (mail.failure_reason or "")[:500] or False})
                if not sending.tried_at or now - sending.tried_at >= RETRY:
                    # The address may have been mended since.
                    email = sending.company_id.escarcelle_accountant_email or sending.email
                    sending.write({"attempts": sending.attempts + 1, "tried_at": now, "email": email})
                    mail.write({"email_to": email})
                    mail.mark_outgoing()
            elif not mail:
                self.browse(sending.id)._escarcelle_lost()
            if not cron._commit_progress(1):
                break

    def _escarcelle_lost(self):
        """Somebody removed the message before it left: it is written again from the journal."""
        record = self.env["escarcelle.fiscal.anchor"]._escarcelle_record(int(self.name.partition("-")[2]))
        self.attempts += 1
        self._escarcelle_write_mail(record)

    def action_send_again(self):
        """Try again now."""
        self.check_access("read")
        for sending in self.sudo().filtered(lambda s: s.state == "failed" and s.mail_id):
            sending.mail_id.write({"email_to": sending.company_id.escarcelle_accountant_email or sending.email})
            sending.mail_id.mark_outgoing()
            sending.write({"state": "waiting", "attempts": 0, "tried_at": self.env.cr.now()})

    @api.model
    def _escarcelle_late(self):
        """Anchors that should have left days ago."""
        before = self.env.cr.now() - LATE
        return self.sudo().search_count([("state", "!=", "sent"), ("signed_at", "<", before)])

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError

#: After this time without a signature of what waits, somebody must look.
QUEUE_LATE = timedelta(hours=2)
#: The anchor of the shop is daily; the job may run late once.
ANCHOR_LATE = timedelta(hours=48)

OK, NOTE, WARNING, DANGER = "ok", "note", "warning", "danger"


class EscarcelleFiscalSituation(models.AbstractModel):
    """« Situation fiscale »: what a manager reads in the morning. Each card is a sentence, a colour and
    the screen where one acts. Other addons add theirs (``_escarcelle_cards``, ``_escarcelle_devices``)."""

    _name = "escarcelle.fiscal.situation"
    _description = "Fiscal situation"

    @api.model
    def escarcelle_situation(self):
        """``{"cards": […], "devices": […]}`` for the screen; AccessError for who may not read the journal."""
        if not self.env.user.has_group("escarcelle_fiscal.group_auditor"):
            raise AccessError(self.env._("Only people in charge of the fiscal journal read its situation."))
        self.env["escarcelle.fiscal.visit"]._escarcelle_visited("escarcelle.fiscal.till")
        cards = self.sudo()._escarcelle_cards()
        order = (DANGER, WARNING, NOTE, OK)
        return {
            "cards": sorted(cards, key=lambda card: order.index(card["state"])),
            "devices": self.sudo()._escarcelle_devices(self.env.companies),
        }

    @api.model
    def _escarcelle_card(self, key, state, title, text, action=False):
        """A card: ``action`` is the xmlid of the screen it leads to."""
        return {"key": key, "state": state, "title": title, "text": text, "action": action}

    @api.model
    def _escarcelle_cards(self):
        """The cards, in no order. Each is one or two queries."""
        return [
            self._escarcelle_card_guard(),
            self._escarcelle_card_release(),
            self._escarcelle_card_queue(),
            self._escarcelle_card_anchor(),
            self._escarcelle_card_archives(),
            self._escarcelle_card_quarantine(),
            self._escarcelle_card_backup(),
        ]

    def _escarcelle_card_guard(self):
        title = self.env._("Protection of the journal")
        problem = self.env["escarcelle.fiscal.instance"]._escarcelle_problem()
        if problem:
            return self._escarcelle_card("guard", DANGER, title, problem)
        if self.env["escarcelle.fiscal.guard"]._escarcelle_level() == 1:
            text = self.env._(
                "Level 1: signatures hold, but the database no longer protects the journal by itself. Call the"
                " administrator."
            )
            return self._escarcelle_card("guard", DANGER, title, text)
        text = self.env._("Level 2: nobody, not even Odoo, can change what is recorded.")
        return self._escarcelle_card("guard", OK, title, text)

    def _escarcelle_card_release(self):
        title, action = self.env._("Fiscal version"), "escarcelle_fiscal.fiscal_release_action"
        release = self.env["escarcelle.fiscal.release"]._escarcelle_current()
        if release.accepted_at:
            text = self.env._("%s, accepted.", release.fiscal_version)
            return self._escarcelle_card("release", OK, title, text, action)
        if not self.env["escarcelle.fiscal.release"]._escarcelle_is_accepted():
            text = self.env._(
                "Version %s waits for your word: no new day begins before it on tablets.", release.fiscal_version or ""
            )
            return self._escarcelle_card("release", DANGER, title, text, action)
        text = self.env._(
            "Files of version %s were changed: the attestation no longer covers them. Read the list and accept it, or"
            " call your supplier.",
            release.fiscal_version,
        )
        return self._escarcelle_card("release", WARNING, title, text, action)

    def _escarcelle_card_queue(self):
        title = self.env._("Waiting to be signed")
        self.env.cr.execute(
            "SELECT count(*), min(at), count(error) FROM escarcelle_fiscal_outbox"
        )
        count, oldest, refused = self.env.cr.fetchone()
        if refused:
            text = self.env._("%s lines cannot be signed: look at the reason of each.", refused)
            return self._escarcelle_card("queue", DANGER, title, text, "escarcelle_fiscal.fiscal_outbox_action")
        if count and fields.Datetime.now() - oldest > QUEUE_LATE:
            text = self.env._("%s events wait since %s: are the scheduled tasks running?", count, self._when(oldest))
            return self._escarcelle_card("queue", WARNING, title, text, "escarcelle_fiscal.fiscal_outbox_action")
        return self._escarcelle_card("queue", OK, title, self.env._("Nothing late (%s waiting).", count))

    def _escarcelle_card_anchor(self):
        title = self.env._("Anchor of the shop")
        self.env.cr.execute(
            "SELECT max(r.at) FROM fiscal.record r JOIN fiscal.instance i ON i.till = r.till WHERE r.kind = 'ANC'"
            " AND r.xml LIKE '%%<magasin>%%' AND r.received_at > now() - interval '30 days'"
        )
        last = self.env.cr.fetchone()[0]
        mailed = self.env["res.company"].search_count([("escarcelle_accountant_email", "!=", False)])
        if not mailed:
            text = self.env._(
                "Nobody outside receives the daily anchor: give the accountant's address in the settings. It is what"
                " proves that nothing was taken away."
            )
            return self._escarcelle_card("anchor", WARNING, title, text, "point_of_sale.action_pos_configuration")
        if last is None:
            return self._escarcelle_card("anchor", NOTE, title, self.env._("None yet: the first one comes tonight."))
        last = last.replace(tzinfo=None) - (last.utcoffset() or timedelta())
        late = fields.Datetime.now() - last > ANCHOR_LATE
        text = self.env._("Last one on %s.", self._when(last))
        return self._escarcelle_card("anchor", WARNING if late else OK, title, text)

    def _escarcelle_card_archives(self):
        title, action = self.env._("Archives"), "escarcelle_fiscal.fiscal_archive_action"
        bad = self.env["escarcelle.fiscal.archive.check"]._escarcelle_bad()
        if bad:
            text = self.env._("Damaged or missing: %s.", ", ".join(bad[:3]))
            return self._escarcelle_card("archives", DANGER, title, text, action)
        due = []
        if self.env["escarcelle.fiscal.instance"]._escarcelle_row():
            now = self.env["escarcelle.fiscal.device"]._escarcelle_now()
            plan = self.env["escarcelle.fiscal.archive.plan"]
            for company in self.env["res.company"].search([]).filtered(lambda c: c._escarcelle_is_concerned()):
                for level in ("M", "A"):
                    due += [found for found in plan._escarcelle_due(company, level, now) if found["ready"]]
        if due:
            text = self.env._("%s archives are to be made: the night does it.", len(due))
            return self._escarcelle_card("archives", NOTE, title, text, action)
        return self._escarcelle_card("archives", OK, title, self.env._("Up to date and sound."), action)

    def _escarcelle_card_quarantine(self):
        title, action = self.env._("Quarantine"), "escarcelle_fiscal.fiscal_quarantine_action"
        open_ones = self.env["escarcelle.fiscal.quarantine"].search_count([("state", "!=", "resolved")])
        if open_ones:
            text = self.env._("%s signed documents do not follow the others: decide on each.", open_ones)
            return self._escarcelle_card("quarantine", DANGER, title, text, action)
        return self._escarcelle_card("quarantine", OK, title, self.env._("Nothing to decide."), action)

    def _escarcelle_card_backup(self):
        title, action = self.env._("Backups"), "escarcelle_fiscal.fiscal_backup_action"
        last, tested, _message = self.env["escarcelle.fiscal.backup"]._escarcelle_standing()
        if not last:
            text = self.env._("None yet. The administrator sets it: ./escarcelle backup FOLDER --nightly")
            return self._escarcelle_card("backup", DANGER, title, text, action)
        hours = int((fields.Datetime.now() - last).total_seconds() // 3600)
        if hours >= 48 or tested == "failed":
            text = self.env._("Last success %s hours ago; restore test: %s.", hours, tested or "—")
            return self._escarcelle_card("backup", DANGER, title, text, action)
        return self._escarcelle_card("backup", OK, title, self.env._("Last one %s hours ago.", hours), action)

    # -- devices ---------------------------------------------------------------------------------

    @api.model
    def _escarcelle_devices(self, companies):
        """One row a device: what it signed last, its last day closing, its last anchor."""
        self.env.cr.execute(
            """
            SELECT t.id, t.uid8, t.number, t.name, t.signer, t.is_revoked, t.retired_as,
                   (SELECT max(r.at) FROM fiscal.head h JOIN fiscal.record r ON r.id = h.record_id
                    WHERE h.till = t.uid8) AT TIME ZONE 'UTC' AS last_record,
                   tck.seq AS tickets, split_part(z.payload, ',', 6) AS closing,
                   z.at AT TIME ZONE 'UTC' AS closed_at, anc.seq AS anchor
            FROM escarcelle_fiscal_till t
            LEFT JOIN fiscal.head tck ON tck.till = t.uid8 AND tck.kind = 'TCK'
            LEFT JOIN fiscal.head gtj ON gtj.till = t.uid8 AND gtj.kind = 'GTJ'
            LEFT JOIN fiscal.record z ON z.till = gtj.till AND z.kind = 'GTJ' AND z.seq = gtj.seq
            LEFT JOIN fiscal.head anc ON anc.till = t.uid8 AND anc.kind = 'ANC'
            WHERE t.company_id IS NULL OR t.company_id = ANY(%s)
            ORDER BY t.number
            """,
            [companies.ids],
        )
        return [
            {
                "id": row["id"],
                "uid8": row["uid8"],
                "name": f"{row['number']} · {row['name']}",
                "state": NOTE if row["is_revoked"] or row["retired_as"] else OK,
                "retired": bool(row["is_revoked"] or row["retired_as"]),
                "last_record": self._when(row["last_record"]),
                "tickets": row["tickets"] or 0,
                "closing": self._day(row["closing"]),
                "anchor": row["anchor"] or 0,
                "queue": "",
            }
            for row in self.env.cr.dictfetchall()
        ]

    def _when(self, at):
        """An instant as people of the shop say it."""
        return fields.Datetime.context_timestamp(self, at).strftime("%d/%m/%Y %H:%M") if at else "—"

    def _day(self, period):
        """« 21/11/2026 » of the name of a day closing."""
        if not period:
            return "—"
        day, _dash, rank = period.partition("-")
        return f"{day[6:8]}/{day[4:6]}/{day[:4]}" + (f" ({rank})" if rank else "")

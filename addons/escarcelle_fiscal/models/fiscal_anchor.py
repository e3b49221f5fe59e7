from odoo import api, models

from escarcelle_core.anchor import Head, ShopTill
from escarcelle_core.chain import issue_shop_anchor
from escarcelle_core.record import Record
from escarcelle_core.register import Reception, Register

from ..tools import wire


class EscarcelleFiscalAnchor(models.AbstractModel):
    """The anchor of the shop: every day the server signs where each device stands, and sends it to the
    accountant. Who removes or rewrites records afterwards contradicts a paper they do not hold."""

    _name = "escarcelle.fiscal.anchor"
    _description = "Fiscal anchor of the shop"

    @api.model
    def _escarcelle_anchor(self):
        """Sign today's anchor (cron). Nothing to say before the first device, nor on a copy."""
        instance = self.env["escarcelle.fiscal.instance"]
        if instance._escarcelle_row() is None or instance._escarcelle_problem():
            return None
        # The first line of the server's journal says that it starts: an anchor is not it.
        self.env["escarcelle.fiscal.outbox"]._escarcelle_drain()
        files = instance._escarcelle_open()
        device = self.env["escarcelle.fiscal.device"]
        journal = self.env["escarcelle.fiscal.journal"]
        state = journal._escarcelle_standing(files.till)
        shop = self._escarcelle_shop()
        if not shop:
            return None
        desk = device._escarcelle_server_desk(files)
        issue = issue_shop_anchor(state, desk, shop, device._escarcelle_now(), self._escarcelle_register())
        journal._escarcelle_append(files.till, issue.records)
        self.env["escarcelle.fiscal.anchor.sending"].sudo()._escarcelle_queue(issue.records[-1])
        stamps = self.env.ref("escarcelle_fiscal.cron_time_stamp", raise_if_not_found=False)
        if stamps:
            stamps.sudo()._trigger()
        return issue.records[-1]

    def _escarcelle_shop(self):
        """Every device but the server, by number, as this transaction sees them: a device that sells
        meanwhile is in the next anchor."""
        self.env.cr.execute(
            """
            SELECT t.uid, t.number, left(replace(t.siret, ' ', ''), 9),
                   json_object_agg(h.kind, json_build_array(h.seq, h.signature)),
                   (array_agg(h.totals ORDER BY h.record_id DESC))[1]
            FROM fiscal.till t JOIN fiscal.head h ON h.till = t.uid
            WHERE t.number > 0 AND t.version = (SELECT max(v.version) FROM fiscal.till v WHERE v.uid = t.uid)
            GROUP BY t.uid, t.number, t.siret ORDER BY t.number
            """
        )
        return tuple(
            ShopTill(
                uid,
                number,
                siren,
                tuple(sorted((kind, Head(*head)) for kind, head in heads.items())),
                totals["perpetual_real"],
                totals["perpetual_absolute"],
            )
            for uid, number, siren, heads, totals in self.env.cr.fetchall()
        )

    def _escarcelle_register(self):
        """Where the register and the receptions stand, in the snapshot that sees the heads."""
        self.env.cr.execute("SELECT number, digest FROM fiscal.fact ORDER BY number DESC LIMIT 1")
        number, digest = self.env.cr.fetchone()
        self.env.cr.execute(
            "SELECT till, appends, reception FROM fiscal.till_clock WHERE appends > 0 ORDER BY till"
        )
        return Register(number, digest, tuple(Reception(*row) for row in self.env.cr.fetchall()))

    def _escarcelle_record(self, seq):
        """The anchor of that number, as it was signed."""
        self.env.cr.execute(
            f"{wire.SELECT} WHERE till = (SELECT till FROM fiscal.instance) AND kind = 'ANC' AND seq = %s", [seq]
        )
        return Record.from_json(self.env.cr.fetchone()[0])

from odoo import api, fields, models
from odoo.exceptions import UserError

from escarcelle_core import jet
from escarcelle_core.chain import issue_event, issue_ticket
from escarcelle_core.documents import JetEvent
from escarcelle_core.errors import EscarcelleError

from ..tools import mention
from ..tools.school import School

BEGIN, END = "Début du mode école", "Fin du mode école"
SIGN = "ÉCOLE – SIMULATION"


class PosConfig(models.Model):
    """The training mode of a tablet: a manager begins it, its event journal says so and remembers it.

    What is sold meanwhile is signed in the tablet's school chain and leaves no order, no payment, no stock
    move (BOI-TVA-DECLA-30-10-30 §150). A till with its program has its own.
    """

    _inherit = "pos.config"

    escarcelle_training = fields.Boolean("Training mode", compute="_compute_escarcelle_training")

    def _compute_escarcelle_training(self):
        # The last word of each tablet's journal.
        self.env.cr.execute(
            """
            SELECT t.config_id, (
                SELECT split_part(r.payload, ',', 3) FROM fiscal.record r
                WHERE r.till = t.uid AND r.kind = 'JET' AND split_part(r.payload, ',', 2) = %s
                ORDER BY r.seq DESC LIMIT 1
            )
            FROM (SELECT DISTINCT uid, config_id FROM fiscal.till
                  WHERE signer = 'server' AND config_id = ANY(%s)) t
            """,
            [str(jet.TRAINING_MODE), self.ids],
        )
        said = {config: (text or "").replace("_", " ") for config, text in self.env.cr.fetchall()}
        for config in self:
            school = said.get(config.id, "").startswith(BEGIN)
            config.escarcelle_training = school and config.escarcelle_signer == "server"

    def escarcelle_train(self, on):
        """Begin (managers only) or end the training mode; the mode it is in then."""
        self.ensure_one()
        self.check_access("read")
        if on and not self.env.user.has_group("point_of_sale.group_pos_manager"):
            self.env["escarcelle.fiscal.outbox"]._escarcelle_refused(
                f"Mode école demandé sans responsable sur {self.name}"
            )
            raise UserError(self.env._("Only a manager of the point of sale begins the training mode."))
        if self.escarcelle_signer != "server":
            raise UserError(self.env._("%s has its own training mode, at its till.", self.display_name))
        if bool(on) != self.escarcelle_training:
            event = JetEvent(jet.TRAINING_MODE, BEGIN if on else END, f"U{self.env.uid}")
            self.env["escarcelle.fiscal.device"].sudo()._escarcelle_issue(
                self, lambda state, desk, at: issue_event(state, desk, event, at)
            )
            self.invalidate_recordset(["escarcelle_training"])
        return self.escarcelle_training


class PosOrder(models.Model):
    _inherit = "pos.order"

    @api.model
    def escarcelle_school(self, orders):
        """Sign one order of a browser as school: it is made, read, and undone.

        Takes what ``sync_from_ui`` takes; returns ``{"number", "mention"}``. Nothing of it stays but the
        signed record of the school chain.
        """
        if len(orders) != 1:
            raise UserError(self.env._("One school sale at a time."))
        try:
            with self.env.cr.savepoint():
                self.sync_from_ui(orders)
                raise UserError(self.env._("This point of sale is not in training mode: reload the page."))
        except School as school:
            ticket = school.ticket
        self.env.invalidate_all()
        session = self.env["pos.session"].browse(orders[0].get("session_id")).exists()
        signed = self.env["escarcelle.fiscal.device"].sudo()._escarcelle_issue(
            session.config_id, lambda state, desk, at: issue_ticket(state, desk, ticket, at, training=True)
        )[-1]
        lines = mention.lines(signed.xml, f"{SIGN} {signed.number}", signed.excerpt)
        return {"number": signed.number, "mention": "\n".join([SIGN, *lines])}


class EscarcelleFiscalDevice(models.AbstractModel):
    _inherit = "escarcelle.fiscal.device"

    @api.model
    def _escarcelle_issue(self, config, make):
        """Store what ``make(state, desk, at)`` issues on the device of ``config``; its Records.

        Raises UserError, in French, when it contradicts itself.
        """
        desk = self._escarcelle_desk(config)
        journal = self.env["escarcelle.fiscal.journal"]
        state = journal._escarcelle_standing(desk.device.uid)
        at = self._escarcelle_now()
        records = []
        try:
            if not state.seq("JET"):
                text = f"{desk.device.software} {desk.device.software_version} caisse {desk.device.number}"
                first = issue_event(state, desk, JetEvent(jet.INITIALISATION, text), at)
                state, records = first.state, [*first.records]
            issue = make(state, desk, at)
        except EscarcelleError as error:
            raise UserError(str(error)) from error
        journal._escarcelle_append(desk.device.uid, [*records, *issue.records])
        return issue.records

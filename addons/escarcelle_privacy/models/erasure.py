"""What will be erased, what was kept and why, what is gone."""

import logging
from datetime import timedelta

from dateutil.relativedelta import relativedelta
from odoo import api, fields, models
from odoo.exceptions import UserError

_logger = logging.getLogger(__name__)


class EscarcelleErasure(models.Model):
    """A household, or somebody who left one, that will be erased on a day, or was.

    Invariants: at most one line waits for a household or a person; what is erased stays erased: its line
    bears a token by which the erasure is done again after an older backup was restored.
    """

    _name = "escarcelle.erasure"
    _description = "Erasure"
    _order = "erase_on, id"
    _rec_name = "household_id"

    household_id = fields.Many2one(
        "escarcelle.household", required=True, readonly=True, index=True, ondelete="cascade",
        context={"active_test": False},
    )  # fmt: skip
    company_id = fields.Many2one(related="household_id.company_id", store=True, index=True)
    code = fields.Char(related="household_id.code", string="Number")
    member_id = fields.Many2one(
        "escarcelle.household.member",
        "Person who left",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    kind = fields.Selection(
        [("household", "Household"), ("member", "Person who left")],
        required=True,
        readonly=True,
        default="household",
    )
    cause = fields.Selection(
        [("retention", "Not seen any more"), ("request", "Asked for"), ("restore", "Erased before a restoration")],
        required=True, readonly=True, default="retention",
    )  # fmt: skip
    state = fields.Selection(
        [("announced", "Will be erased"), ("kept", "Kept"), ("erased", "Erased")],
        required=True, readonly=True, default="announced", index=True,
    )  # fmt: skip
    last_contact_on = fields.Date("Last contact", readonly=True)
    erase_on = fields.Date("Will be erased on", readonly=True)
    owed = fields.Monetary("Owes the shop", compute="_compute_owed")
    currency_id = fields.Many2one(related="company_id.currency_id")
    kept_reason = fields.Char(
        "Kept because", readonly=True, help="No name: it goes with the erasure anyway."
    )
    kept_by_id = fields.Many2one("res.users", "Kept by", readonly=True)
    erased_on = fields.Datetime("Erased at", readonly=True)
    erased_by_id = fields.Many2one("res.users", "Erased by", readonly=True)
    result = fields.Char("What went", readonly=True)
    problem = fields.Text("Not done because", readonly=True)
    token = fields.Char(readonly=True, index="btree_not_null", groups="base.group_system")

    _one_waits = models.UniqueIndex(
        "(household_id, coalesce(member_id, 0)) WHERE state IN ('announced', 'kept')",
        "This erasure waits already.",
    )

    @api.depends("household_id", "kind")
    def _compute_display_name(self):
        for line in self:
            line.display_name = line.household_id.code or ""

    def _compute_owed(self):
        for company, lines in self.grouped("company_id").items():
            for line in lines:
                whole = line.kind == "household" and line.household_id
                line.owed = whole and whole.sudo().partner_id.with_company(company).credit or 0.0

    # -- every night -------------------------------------------------------------------------------

    @api.model
    def _escarcelle_cron_erase(self):
        """Announce who will be erased; erase who was announced and whose day has come."""
        for company in self.env["res.company"].search([]):
            self.with_company(company)._escarcelle_announce(company)
        self.env["ir.cron"]._commit_progress()
        self._escarcelle_erase_due()

    @api.model
    def _escarcelle_announce(self, company):
        """Bring the list of ``company`` up to date and tell its managers what is new on it."""
        policy = self.env["escarcelle.erasure.policy"]._escarcelle_for(company)
        today = company._escarcelle_today()
        ahead = timedelta(days=policy.announce_days)
        soon = policy._escarcelle_limit(today + ahead)
        months = relativedelta(months=policy._escarcelle_months(today))
        waiting = self.search(
            [("company_id", "=", company.id), ("state", "in", ("announced", "kept"))]
        )
        seen = self.env["escarcelle.household"]._escarcelle_last_contacts(company, until=soon)
        gone = self._escarcelle_members_gone(company, soon)
        due = {(household, 0): day for household, day in seen.items()}
        # Who leaves with the whole household needs no line of their own.
        due.update({key: day for key, day in gone.items() if key[0] not in seen})
        known = {(line.household_id.id, line.member_id.id or 0): line for line in waiting}
        # Only what comes of time alone is taken back: a request stands whatever happens since.
        self.browse(
            [line.id for key, line in known.items() if line.cause == "retention" and key not in due]
        ).unlink()
        fresh = self.create(
            [
                {
                    "household_id": household,
                    "member_id": member or False,
                    "kind": "member" if member else "household",
                    "last_contact_on": day,
                    # Whoever waited long already is announced like the others.
                    "erase_on": max(day + months, today + ahead),
                }
                for (household, member), day in due.items()
                if (household, member) not in known
            ]
        )
        again = waiting.exists().filtered(
            lambda line: line.state == "kept" and line.erase_on <= today + ahead
        )
        again.state = "announced"
        (fresh | again)._escarcelle_tell(policy)

    @api.model
    def _escarcelle_members_gone(self, company, soon):
        """``{(household id, member id): last day}`` of those who left their household before ``soon``."""
        gone = self.env["escarcelle.household.member"].with_context(active_test=False).search(
            [("company_id", "=", company.id), ("left_on", "<=", soon), ("household_id.erased_on", "=", False)]
        )  # fmt: skip
        return {(member.household_id.id, member.id): member.left_on for member in gone}

    def _escarcelle_tell(self, policy):
        """An activity for each manager, and a mail: how many, from which day on; no name."""
        if not self:
            return
        company = policy.company_id
        waiting = self.search([("company_id", "=", company.id), ("state", "=", "announced")])
        managers = policy.user_id or self.env.ref(
            "escarcelle_social.group_manager"
        ).sudo().all_user_ids.filtered(
            lambda user: company in user.company_ids and not user.share and user.active
        )
        policy._escarcelle_remind(managers, len(waiting), min(waiting.mapped("erase_on")))

    @api.model
    def _escarcelle_erase_due(self):
        """Erase what is due, a household a transaction; what is left waits for the next run."""
        companies = self.env["res.company"].search([])
        today = {company.id: company._escarcelle_today() for company in companies}
        due = self.search(
            [("state", "=", "announced"), ("erase_on", "<=", max(today.values()))]
        ).filtered(lambda line: line.erase_on <= today[line.company_id.id])
        left = len(due)
        self.env["ir.cron"]._commit_progress(remaining=left)
        for line in due:
            left -= 1
            line._escarcelle_erase_alone()
            if not self.env["ir.cron"]._commit_progress(1, remaining=left):
                break
        if due:
            self.env["escarcelle.household"]._escarcelle_sweep_files()

    def _escarcelle_erase_alone(self):
        """Erase this line; a fault leaves everything as it was, and is said on the line."""
        try:
            with self.env.cr.savepoint():
                if not self.try_lock_for_update():
                    return
                self._escarcelle_erase()
        except Exception as error:  # noqa: BLE001 - one file at fault stops nobody else's erasure
            _logger.error("erasure %s: %s", self.id, type(error).__name__)
            self.env.invalidate_all()
            self.problem = f"{type(error).__name__}: {self._escarcelle_safe(str(error))}"

    def _escarcelle_safe(self, text):
        """What a fault says, without the names it may have met."""
        needles = self.household_id.sudo()._escarcelle_needles()
        return needles.replaced(text, self.household_id.code)[:500]

    def _escarcelle_erase(self):
        """Erase what these lines are about (sudo), in this transaction."""
        for line in self.sudo():
            token = line._escarcelle_token()
            if line.kind == "member":
                # Linked rows keep the household; the person is not in it any more.
                line.member_id.exists().unlink()
                went = {"person": 1}
            else:
                went = line.household_id._escarcelle_erase()
            line.write(
                {
                    "state": "erased",
                    "erased_on": fields.Datetime.now(),
                    "erased_by_id": self.env.uid,
                    "result": ", ".join(
                        f"{name} {count}" for name, count in sorted(went.items()) if count
                    ),
                    "problem": False,
                    "token": token,
                }
            )
            self._escarcelle_bury(token)

    # -- by hand -----------------------------------------------------------------------------------

    @api.model
    def _escarcelle_erase_now(self, household):
        """Erase ``household`` because it was asked for (sudo). Its files leave the disk after the commit."""
        mine = [("household_id", "=", household.id), ("state", "in", ("announced", "kept"))]
        self.sudo().search(mine).unlink()
        line = self.sudo().create(
            {
                "household_id": household.id,
                "cause": "request",
                "last_contact_on": household.last_contact_on,
                "erase_on": household.company_id._escarcelle_today(),
            }
        )
        line._escarcelle_erase()
        line.erased_by_id = self.env.uid
        self.env.cr.postcommit.add(self.env["escarcelle.household"]._escarcelle_sweep_files)
        return line

    @api.model
    def _escarcelle_drop_seen(self, households):
        """These households were seen: what time alone would have erased is kept."""
        self.search(
            [
                ("household_id", "in", households.ids), ("member_id", "=", False),
                ("cause", "=", "retention"), ("state", "in", ("announced", "kept")),
            ]
        ).unlink()  # fmt: skip

    def action_keep(self):
        """Keep these files longer: asks why and until when."""
        if self.filtered(lambda line: line.state == "erased"):
            raise UserError(self.env._("What is erased cannot be kept."))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Keep longer"),
            "res_model": "escarcelle.erasure.keep",
            "view_mode": "form",
            "target": "new",
            "context": {"default_line_ids": self.ids},
        }

    def action_open_household(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "escarcelle.household",
            "res_id": self.household_id.id,
            "view_mode": "form",
        }

    @api.ondelete(at_uninstall=False)
    def _unlink_except_erased(self):
        if self.filtered(lambda line: line.state == "erased"):
            raise UserError(self.env._("The trace of an erasure stays."))

from dateutil.relativedelta import relativedelta
from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class EscarcellePrivacyRequest(models.Model):
    """Somebody uses a right on their data (GDPR art. 15 to 22): what, when, until when, and the answer.

    An answer is due within one month, three when the request is complex and the person was told (art. 12, § 3).
    The file given is made on the spot and kept nowhere: the request says that it was, not what was in it.
    """

    _name = "escarcelle.privacy.request"
    _description = "Request on Personal Data"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "received_on desc, id desc"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company", "Shop", required=True, index=True, default=lambda self: self.env.company
    )
    household_id = fields.Many2one(
        "escarcelle.household", index="btree_not_null", ondelete="cascade", check_company=True
    )
    member_id = fields.Many2one(
        "escarcelle.household.member", "Asked by", ondelete="set null",
        domain="[('household_id', '=', household_id)]",
        help="Empty: the holder, who is given the whole file. Somebody else is given their own part.",
    )  # fmt: skip
    who = fields.Char("Somebody else", help="A donor, a volunteer… who is no household.")
    kind = fields.Selection(
        [
            ("access", "Access"),
            ("rectification", "Rectification"),
            ("erasure", "Erasure"),
            ("objection", "Objection"),
            ("restriction", "Restriction"),
            ("portability", "Portability"),
        ],
        "Right", required=True, default="access",
    )  # fmt: skip
    channel = fields.Selection(
        [("desk", "At the shop"), ("letter", "By letter"), ("mail", "By e-mail"), ("phone", "By telephone")],
        "How it came", required=True, default="desk",
    )  # fmt: skip
    details = fields.Text(help="What is asked for. Emptied a year after the answer.")
    received_on = fields.Date(required=True, default=fields.Date.context_today)
    extended = fields.Boolean(
        "Two months more",
        help="The request is complex: the person must be told within the first month, and why.",
    )
    due_on = fields.Date(
        "Answer before", compute="_compute_due_on", store=True, precompute=True, index=True
    )
    identity = fields.Selection(
        [("known", "Known to the shop"), ("card", "Card of the household"), ("paper", "Identity paper shown")],
        "Identity checked", help="Look at a paper, keep no copy of it.",
    )  # fmt: skip
    state = fields.Selection(
        [("open", "To answer"), ("done", "Answered"), ("refused", "Refused")],
        "Status", required=True, default="open", index=True, tracking=True,
    )  # fmt: skip
    answered_on = fields.Date(readonly=True, copy=False)
    answered_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    refusal = fields.Text(
        "Refused because", help="The person is told why, and that the CNIL can be asked."
    )
    late = fields.Boolean(compute="_compute_late", search="_search_late")
    extract_ids = fields.One2many(
        "escarcelle.privacy.extract", "request_id", "Copies given", readonly=True
    )
    line_ids = fields.One2many("escarcelle.rectification.line", "request_id", "Corrections")

    _somebody = models.Constraint(
        "CHECK (household_id IS NOT NULL OR who IS NOT NULL OR state <> 'open')",
        "Say who asks: a household, or somebody else's name.",
    )

    @api.depends("received_on", "extended")
    def _compute_due_on(self):
        for one in self:
            months = 3 if one.extended else 1
            one.due_on = one.received_on and one.received_on + relativedelta(months=months)

    @api.depends("state", "due_on")
    def _compute_late(self):
        today = fields.Date.context_today(self)
        for one in self:
            one.late = one.state == "open" and bool(one.due_on) and one.due_on < today

    @api.model
    def _search_late(self, operator, value):
        if operator != "in" or set(value) != {True}:
            return NotImplemented
        return [("state", "=", "open"), ("due_on", "<", fields.Date.context_today(self))]

    @api.depends("kind", "household_id", "received_on")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for one in self:
            # The code and no name: this text goes into activities and mails.
            code = one.household_id.code or self.env._("other")
            one.display_name = f"{labels.get(one.kind, '')} · {code}"

    @api.constrains("member_id", "household_id")
    def _check_member(self):
        for one in self:
            if one.member_id and one.member_id.household_id != one.household_id:
                raise ValidationError(self.env._("The person who asks is not of this household."))

    @api.onchange("household_id")
    def _onchange_household_id(self):
        self.member_id = False

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'mail'
        requests = super().create(vals_list)
        # Nobody is mailed: the list of requests and the activity are enough.
        for one in requests.with_context(mail_activity_quick_update=True):
            if one.state == "open":
                one.activity_schedule(
                    "mail.mail_activity_data_todo", one.due_on, user_id=self.env.uid,
                    summary=self.env._("Request on personal data to answer"),
                )  # fmt: skip
        return requests

    def write(self, vals):
        result = super().write(vals)
        if {"received_on", "extended"} & vals.keys():
            for one in self.filtered(lambda r: r.state == "open"):
                one.activity_ids.date_deadline = one.due_on
        return result

    def action_answer(self):
        """It is answered: today, by whoever presses the button."""
        self._escarcelle_close("done")

    def action_refuse(self):
        """It is refused, with the reason that the person is told."""
        if any(not (one.refusal or "").strip() for one in self):
            raise UserError(
                self.env._("Write why it is refused: the person is told so, and may ask the CNIL.")
            )
        self._escarcelle_close("refused")

    def action_reopen(self):
        """A button was pressed by mistake."""
        self.write({"state": "open", "answered_on": False, "answered_by_id": False})

    def _escarcelle_close(self, state):
        for one in self:
            if (
                one.kind in ("access", "rectification", "erasure", "portability")
                and not one.identity
            ):
                raise UserError(
                    self.env._("Say first how you checked who asks (« %s »).", one.display_name)
                )
        self.write(
            {
                "state": state,
                "answered_on": fields.Date.context_today(self),
                "answered_by_id": self.env.uid,
            }
        )
        self.with_context(mail_activity_quick_update=True).activity_ids.action_done()

    def action_give_pdf(self):
        """The file as a document to read."""
        return self._escarcelle_give("pdf")

    def action_give_json(self):
        """The file for another program (portability)."""
        return self._escarcelle_give("json")

    def action_give_zip(self):
        """Both, with the documents of the file."""
        return self._escarcelle_give("zip")

    def _escarcelle_give(self, kind):
        self.ensure_one()
        if not self.household_id:
            raise UserError(self.env._("Choose the household whose data is asked for."))
        return {
            "type": "ir.actions.act_url",
            "url": f"/escarcelle/privacy/access/{self.id}/{kind}",
            "target": "self",
        }

    @api.model
    def _escarcelle_cron_clear(self):
        """Each day: what a request no longer needs is emptied, a year after its answer."""
        old = fields.Date.context_today(self) - relativedelta(years=1)
        self.search(
            [("state", "!=", "open"), ("answered_on", "<", old), ("details", "!=", False)]
        ).write({"details": False})


class EscarcellePrivacyExtract(models.Model):
    """A copy of a household's file was given: when, in which form, by whom. Never what was in it."""

    _name = "escarcelle.privacy.extract"
    _description = "Copy of a File Given"
    _order = "at desc, id desc"
    _rec_name = "at"

    request_id = fields.Many2one(
        "escarcelle.privacy.request", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="request_id.company_id", store=True, index=True)
    at = fields.Datetime(
        "Given on", required=True, readonly=True, default=lambda self: self.env.cr.now()
    )
    kind = fields.Selection(
        [("pdf", "PDF"), ("json", "JSON"), ("zip", "PDF, JSON and documents")], "Form", required=True, readonly=True
    )  # fmt: skip
    user_id = fields.Many2one(
        "res.users", "By", required=True, readonly=True, default=lambda self: self.env.user
    )


class EscarcelleHousehold(models.Model):
    _inherit = "escarcelle.household"

    request_ids = fields.One2many(
        "escarcelle.privacy.request", "household_id", "Requests", groups="escarcelle_social.group_manager"
    )  # fmt: skip
    open_request_count = fields.Integer(
        "Requests to answer", compute="_compute_open_request_count", groups="escarcelle_social.group_manager"
    )  # fmt: skip

    @api.depends("request_ids.state")
    def _compute_open_request_count(self):
        for household in self:
            household.open_request_count = len(
                household.request_ids.filtered(lambda one: one.state == "open")
            )

    def _escarcelle_access_request(self):
        """The request of access that is open, or a new one received today."""
        self.ensure_one()
        requests = self.env["escarcelle.privacy.request"]
        found = requests.search(
            [("household_id", "=", self.id), ("kind", "in", ("access", "portability")), ("state", "=", "open")],
            limit=1,
        )  # fmt: skip
        return found or requests.create(
            {
                "household_id": self.id,
                "company_id": self.company_id.id,
                "received_on": fields.Date.context_today(self),
            }
        )

    def action_give_file(self):
        """In one click: the whole file, as PDF, JSON and documents."""
        self.check_access("read")
        return self._escarcelle_access_request().action_give_zip()

    def action_view_requests(self):
        """Open the requests of these households."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "escarcelle_privacy.privacy_request_action"
        )
        return {
            **action,
            "domain": [("household_id", "in", self.ids)],
            "context": {"default_household_id": self.id if len(self) == 1 else False},
        }

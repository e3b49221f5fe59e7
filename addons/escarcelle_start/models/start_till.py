from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class EscarcelleStart(models.Model):
    _inherit = "escarcelle.start"

    till_name = fields.Char("Name of the till", default=lambda self: self.env._("Till 1"))
    by_card = fields.Boolean("Bank cards", default=True)
    by_cheque = fields.Boolean("Cheques", default=True)
    till_id = fields.Many2one("escarcelle.till", compute="_compute_till")
    till_state = fields.Selection(
        lambda self: self.env["escarcelle.till"]._fields["state"]._description_selection(self.env),
        "State",
        compute="_compute_till",
    )
    till_computer = fields.Char("Computer", compute="_compute_till")
    server_url = fields.Char(compute="_compute_till")
    enroll_command = fields.Char("1. Pair this computer", compute="_compute_till")
    run_command = fields.Char("2. Start the till", compute="_compute_till")

    def _compute_till(self):
        tills = self.env["escarcelle.till"].search(
            [("company_id", "in", self.company_id.ids), ("state", "!=", "revoked")],
            order="number, id",
        )
        url = self.env["ir.config_parameter"].sudo().get_param("web.base.url")
        code = self.env._("CODE")
        for start in self:
            start.till_id = tills.filtered(
                lambda till, company=start.company_id: till.company_id == company
            )[:1]
            start.till_state = start.till_id.state
            start.till_computer = start.till_id.hostname
            start.server_url = url
            start.enroll_command = f"escarcelle-till --server {url} enroll {code}"
            start.run_command = f"escarcelle-till --server {url} run"

    def action_make_till(self):
        """Point of sale, means of payment and till, each made only when missing."""
        self.ensure_one()
        if not self.till_id:
            self._escarcelle_make_till()

    def action_pair(self):
        """The pairing code, shown once."""
        self.ensure_one()
        self.action_make_till()
        return self.till_id.action_pair()

    def action_look(self):
        """Read again what the till says."""

    def action_open_sale(self):
        """The screen of the till: its own page when a program runs it, else the server's."""
        self.ensure_one()
        self.action_make_till()
        return self.till_id.config_id.open_ui()

    def _escarcelle_apply_till(self):
        self.action_make_till()

    def _escarcelle_make_till(self):
        name = (self.till_name or "").strip()
        if not name:
            raise UserError(self.env._("The till needs a name, such as « Till 1 »."))
        self._escarcelle_make_french()
        company = self._escarcelle_company()
        tills = self._escarcelle_sudo("escarcelle.till")
        number = tills._default_number()
        taken = tills.search(
            [("company_id", "=", company.id), ("state", "!=", "revoked")]
        ).config_id
        configs = self._escarcelle_sudo("pos.config")
        config = configs.search(
            [("company_id", "=", company.id), ("name", "=", name), ("id", "not in", taken.ids)],
            limit=1,
        ) or configs.create(
            {
                "name": name,
                "company_id": company.id,
                "payment_method_ids": [Command.set(self._escarcelle_methods(number).ids)],
                "iface_tax_included": "total",
            }
        )
        self._escarcelle_show_tariffs()
        self._escarcelle_set_up_vat(self.territory, self.regime)
        tills.create(
            {"name": name, "number": number, "config_id": config.id, "company_id": company.id}
        )
        self.invalidate_recordset(["till_id"])

    # -- means of payment ------------------------------------------------------------------------

    def _escarcelle_methods(self, number):
        """Cash of this till, card and cheque of the shop: what the page asks for."""
        journals = self._escarcelle_sudo("account.journal")
        cash = journals.create(
            {
                "name": self.env._("Cash of till %s", number),
                "code": f"ESP{number}"[:5],
                "type": "cash",
                "company_id": self.company_id.id,
            }
        )
        bank = journals.search(
            [("company_id", "=", self.company_id.id), ("type", "=", "bank")], order="id", limit=1
        )
        bank = bank or journals.create(
            {
                "name": self.env._("Bank"),
                "code": "BNK1",
                "type": "bank",
                "company_id": self.company_id.id,
            }
        )
        methods = self._escarcelle_method(self.env._("Cash"), "ESPECES", cash)
        if self.by_card:
            methods |= self._escarcelle_method(self.env._("Bank card"), "CARTE", bank)
        if self.by_cheque:
            cheques = self._escarcelle_sudo("account.chart.template").ref(
                "pcg_5112", raise_if_not_found=False
            )
            methods |= self._escarcelle_method(self.env._("Cheque"), "CHEQUE", bank, cheques)
        return methods

    def _escarcelle_method(self, name, code, journal, account=None):
        methods = self._escarcelle_sudo("pos.payment.method")
        found = methods.search(
            [("journal_id", "=", journal.id), ("escarcelle_code", "=", code)], limit=1
        )
        return found or methods.create(
            {
                "name": name,
                "company_id": self.company_id.id,
                "journal_id": journal.id,
                "escarcelle_code": code,
                **({"outstanding_account_id": account.id} if account else {}),
            }
        )

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

#: Goods made between two looks at the progress bar; each step is its own transaction.
STEP = 100


class EscarcelleCatalogueWizard(models.TransientModel):
    """Choose categories, see their goods, activate or deactivate them.

    Runs by steps the screen asks for, so that it can show where it is: stopped half-way, what is done is whole,
    and the wizard run again goes on with the rest.
    """

    _name = "escarcelle.catalogue.wizard"
    _description = "Goods of the Generic Catalogue"

    task = fields.Selection(
        [("activate", "Sell these goods"), ("deactivate", "Not sell these goods any more")],
        default="activate",
        required=True,
    )
    state = fields.Selection(
        [("choose", "Choose"), ("done", "Done")], default="choose", required=True
    )
    chosen = fields.Boolean(help="The goods were chosen in the list: categories are not asked.")
    category_ids = fields.Many2many("escarcelle.catalogue.category", string="Categories")
    good_ids = fields.Many2many(
        "escarcelle.catalogue.good", "escarcelle_catalogue_wizard_good", string="Goods to treat",
        compute="_compute_good_ids", store=True, readonly=False,
    )  # fmt: skip
    good_count = fields.Integer("Goods chosen", compute="_compute_counts")
    stock_ids = fields.Many2many(
        "escarcelle.catalogue.good", string="Still in stock", compute="_compute_counts"
    )
    stock_count = fields.Integer("Goods still in stock", compute="_compute_counts")
    force = fields.Boolean(
        "Deactivate goods in stock too",
        help="Their stock stays in the books and can no longer be sold.",
    )
    shared = fields.Boolean(compute="_compute_shared")
    todo_ids = fields.Many2many("escarcelle.catalogue.good", "escarcelle_catalogue_wizard_todo")
    made_count = fields.Integer("Goods made", readonly=True)
    restored_count = fields.Integer("Goods out of the archives", readonly=True)
    adopted_count = fields.Integer("Goods you already had", readonly=True)
    archived_count = fields.Integer("Goods archived", readonly=True)
    refused_ids = fields.Many2many(
        "escarcelle.catalogue.good",
        "escarcelle_catalogue_wizard_refused",
        string="Left, still in stock",
        readonly=True,
    )

    @api.model
    def _escarcelle_open(self, task, goods):
        goods._escarcelle_check_keeper()
        if not goods:
            raise UserError(self.env._("Tick goods in the list first."))
        wizard = self.create({"task": task, "chosen": True, "good_ids": [Command.set(goods.ids)]})
        return wizard._escarcelle_screen()

    def _escarcelle_screen(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Goods of the catalogue"),
            "res_model": self._name,
            "res_id": self.id,
            # Said in full: the screen that asks for steps gets it as it is.
            "views": [(False, "form")],
            "target": "new",
            "context": {"escarcelle_show_counts": True},
        }

    @api.depends("category_ids", "task", "chosen")
    def _compute_good_ids(self):
        for wizard in self:
            if wizard.chosen:
                continue
            wanted = ["used"] if wizard.task == "deactivate" else ["free", "archived"]
            wizard.good_ids = self.env["escarcelle.catalogue.good"].search(
                [("category_id", "in", wizard.category_ids.ids), ("state", "in", wanted)]
            )

    @api.depends("good_ids", "task")
    def _compute_counts(self):
        for wizard in self:
            wizard.good_count = len(wizard.good_ids)
            goods = (
                wizard.good_ids._origin if wizard.task == "deactivate" else wizard.good_ids.browse()
            )
            wizard.stock_ids = goods._escarcelle_in_stock()
            wizard.stock_count = len(wizard.stock_ids)

    def _compute_shared(self):
        """Whether other shops of this database sell the same goods."""
        self.shared = self.env["res.company"].sudo().search_count([], limit=2) > 1

    def action_run(self):
        """Begin: the screen then asks for one step after the other."""
        self.ensure_one()
        self.good_ids._escarcelle_check_keeper()
        if not self.good_ids:
            raise UserError(
                self.env._("Choose at least one category that still has goods to activate.")
            )
        self.todo_ids = self.good_ids
        return {
            "type": "ir.actions.client",
            "tag": "escarcelle_catalogue.run",
            "params": {"wizard_id": self.id, "total": len(self.todo_ids)},
        }

    def action_step(self):
        """Do the next goods; returns {"left", "action"}: how many are left, and the screen once it is over."""
        self.ensure_one()
        goods = self.todo_ids[:STEP]
        if self.task == "activate":
            done = goods._escarcelle_activate()
            self.made_count += len(done["made"])
            self.restored_count += len(done["restored"])
            self.adopted_count += len(done["adopted"])
        else:
            done = goods._escarcelle_deactivate(self.force)
            self.archived_count += len(done["archived"])
            self.refused_ids |= done["refused"]
        self.todo_ids -= goods
        if self.todo_ids:
            return {"left": len(self.todo_ids), "action": False}
        self.state = "done"
        return {"left": 0, "action": self._escarcelle_screen()}

    def action_prices(self):
        """Type the prices of the goods that have none."""
        return self.env["ir.actions.act_window"]._for_xml_id("escarcelle_catalogue.price_action")

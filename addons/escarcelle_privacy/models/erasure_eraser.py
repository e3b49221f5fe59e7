"""Erasing a household: the rows that are its own, what Odoo keeps of its contact, what stays and where."""

from odoo import api, models
from odoo.tools import SQL

from ..tools import erasure_columns, needles


class EscarcelleHousehold(models.Model):
    _inherit = "escarcelle.household"

    @api.model
    def _escarcelle_places(self):
        """``{model: what becomes of its columns}``, of the addons that are there."""
        places = {**erasure_columns.PLACES, **self._escarcelle_personal_columns()}
        return {model: place for model, place in places.items() if model in self.env}

    def _escarcelle_rows(self, model, place):
        """The rows of ``model`` that belong to this household (sudo, archived ones too)."""
        return (
            self.env[model]
            .sudo()
            .with_context(active_test=False)
            .search([(place["link"], "in", self.ids)], order="id")
        )

    def _escarcelle_belongings(self):
        """``{model: rows}`` of everything there is of this household, itself included."""
        self.ensure_one()
        rows = {
            model: self._escarcelle_rows(model, place)
            for model, place in self._escarcelle_places().items()
        }
        buyers = self._escarcelle_buyers(rows["pos.order"])
        moves = self.env["account.move"].sudo().search([("partner_id", "in", buyers.ids)])
        people = rows["res.partner"] | buyers
        rows["res.partner"] = people | people.with_context(active_test=False).child_ids
        rows["account.move"] |= moves
        # A day's entry has a line for what each household owes: it says who in its label.
        lines = (
            self.env["account.move.line"]
            .sudo()
            .search([("partner_id", "in", rows["res.partner"].ids)])
        )
        rows["account.move.line"] |= moves.line_ids | lines
        return rows

    def _escarcelle_buyers(self, orders):
        """Contacts an invoice of these sales was made out to under the household's own name: nobody else's,
        and no firm."""
        partners = orders.account_move.partner_id - self.sudo().partner_id
        people = partners.filtered(
            lambda one: not one.is_company and not one.vat and not one.user_ids
        )
        others = self.env["pos.order"].sudo().search(
            [
                ("account_move.partner_id", "in", people.ids),
                ("partner_id", "not in", (self.sudo().partner_id | people).ids),
            ]
        )  # fmt: skip
        return people - others.account_move.partner_id

    def _escarcelle_needles(self, partners=None):
        """What this household is called: in its file and on its contacts."""
        home = self.sudo()
        members = home.with_context(active_test=False).member_ids
        partners = partners or home.partner_id
        holder = [(home.first_name, home.last_name)]
        whole = [
            home.delegate_name, home.email, home.external_ref, *needles.numbers(home.phone),
            *(card.number for card in home.card_ids),
            *(partner.name for partner in partners), *(partner.email for partner in partners),
            *(form for partner in partners for form in needles.numbers(partner.phone)),
        ]  # fmt: skip
        people = [(member.name, home.last_name) for member in members if member.name]
        return needles.of(
            holder + people,
            [text for text in whole if text and text != erasure_columns.GONE],
            own=[home.street, home.street2, *(partner.street for partner in partners)],
        )

    def _escarcelle_erase(self):
        """Erase this household in this transaction; ``{what: how many}`` went. What the law keeps of it has
        moved to the restricted archive; tickets, their signatures and what is counted stay whole."""
        self.ensure_one()
        home = self.sudo().with_context(
            tracking_disable=True, mail_notrack=True, mail_create_nolog=True, active_test=False,
            mail_auto_subscribe_no_notify=True,
        )  # fmt: skip
        home.lock_for_update()
        if home.erased_on:
            return {}
        home._escarcelle_before_erasure()
        rows = home._escarcelle_belongings()
        found = home._escarcelle_needles(rows["res.partner"])
        went = home._escarcelle_restrict(rows)
        went |= home._escarcelle_erase_files(rows)
        went |= home._escarcelle_erase_talk(rows)
        went["appointments"] = len(rows["escarcelle.appointment"])
        home.activity_ids.unlink()
        home._escarcelle_retire_cards()
        home._escarcelle_erase_columns(rows)
        # Archived: no till hears of it from the next snapshot on.
        home.write({"active": False, "erased_on": home.company_id._escarcelle_today()})
        self.env.flush_all()
        home._escarcelle_scrub(rows, found)
        went["mentions"] = home._escarcelle_scrub_everywhere(found)
        home._escarcelle_clear_transients()
        self.env.invalidate_all()
        return went

    def _escarcelle_erase_columns(self, rows):
        """Empty what names somebody, through the ORM: what is computed from it follows."""
        places = self._escarcelle_places()
        order = sorted(
            places, key=lambda model: (model in ("res.partner", "escarcelle.household"), model)
        )
        for model in order:
            place = places[model]
            records = rows[model].exists()
            if place.get("unlink"):
                records.unlink()
                continue
            values = {
                name: value
                for name, value in place.get("erase", {}).items()
                if name in records._fields
            }
            if not values or not records or model == "res.partner.bank":
                continue
            if model == "escarcelle.budget.ledger":
                self._escarcelle_erase_ledger(records)
            elif model == "res.partner":
                self._escarcelle_erase_partners(records, values)
            else:
                records.with_context(self.env.context).write(values)

    def _escarcelle_erase_ledger(self, movements):
        """PostgreSQL lets the reasons of this household go, in this transaction only."""
        self.env.cr.execute(SQL("SELECT set_config('escarcelle.erasing', %s, true)", str(self.id)))
        self.env.cr.execute(
            SQL(
                "UPDATE escarcelle_budget_ledger SET note = NULL WHERE id = ANY(%s) AND note IS NOT NULL",
                movements.ids,
            )
        )
        self.env.cr.execute(SQL("SELECT set_config('escarcelle.erasing', '', true)"))
        movements.invalidate_recordset(["note"])

    def _escarcelle_erase_partners(self, partners, values):
        """The contacts keep the number of the file, and nothing else of anybody."""
        # In SQL: Odoo only archives an account, and writes its number down in doing so.
        self.env.cr.execute(
            SQL(
                "UPDATE res_partner_bank SET acc_number = %(code)s || '-' || id, sanitized_acc_number = %(code)s || id,"
                " acc_holder_name = NULL, note = NULL, active = FALSE WHERE partner_id = ANY(%(partners)s)",
                code=self.code,
                partners=partners.ids,
            )
        )
        values = {
            key: value for key, value in values.items() if key not in ("bank_ids", "category_id")
        }
        partners = partners.with_context(self.env.context, no_vat_validation=True)
        partners.write({**values, "name": self.code, "category_id": [(5,)], "active": False})

    def _escarcelle_partner_values(self):
        # EXTENDS 'escarcelle_social'
        values = super()._escarcelle_partner_values()
        if self.erased_on or self.last_name == erasure_columns.GONE:
            values["name"] = self.code
        return values

    def _compute_short_name(self):
        # EXTENDS 'escarcelle_social'
        super()._compute_short_name()
        self.filtered("erased_on").short_name = ""

    def _compute_display_name(self):
        # EXTENDS 'escarcelle_social'
        super()._compute_display_name()
        for household in self.filtered("erased_on"):
            household.display_name = self.env._("%s · erased", household.code)

    def _escarcelle_lacks(self, policy):
        # EXTENDS 'escarcelle_social': an erased file waits for nothing
        return [] if self.erased_on else super()._escarcelle_lacks(policy)

    def write(self, vals):
        # EXTENDS 'escarcelle_social': nothing comes back on an erased file
        if not vals.keys() <= {"erased_on"} and not self.env.su:
            self._escarcelle_check_not_erased()
        return super().write(vals)

from odoo import api, models
from odoo.exceptions import AccessError
from odoo.tools.misc import format_amount, format_date, formatLang

MANAGER = "escarcelle_social.group_manager"
STOCK = "escarcelle_social.group_stock"
#: Events told to the facts before the screen is read; a longer queue is the job's.
CATCH_UP = 200
#: The sections from top to bottom, and the role that sees them. ``_escarcelle_tiles_<code>`` makes each.
SECTIONS = (
    ("today", MANAGER),
    ("month", MANAGER),
    ("households", MANAGER),
    ("stock", STOCK),
    ("waiting", STOCK),
)


class EscarcelleDashboard(models.AbstractModel):
    """The first screen of a manager and of a stock manager: figures that open the list behind them.

    Everything is read with the rights of who looks: a section that a role does not see is not computed.
    Another addon adds its figures by extending ``_escarcelle_tiles_<code>``.
    """

    _name = "escarcelle.dashboard"
    _description = "Dashboard"

    @api.model
    def escarcelle_load(self):
        """All of the screen, for the shop that is chosen: one call, a fixed number of queries."""
        self._escarcelle_check()
        company = self.env.company
        waiting = self.env["escarcelle.fact.feed"].sudo()._escarcelle_catch_up(limit=CATCH_UP)
        return {
            "shop": company.name,
            "day": format_date(self.env, company._escarcelle_today(), date_format="EEEE d MMMM y"),
            "note": self._escarcelle_note(waiting),
            "steps": self._escarcelle_steps_payload(company),
            "sections": [
                {
                    "code": code,
                    "title": self._escarcelle_titles()[code],
                    "tiles": [
                        self._escarcelle_payload(tile)
                        for tile in self._escarcelle_tiles(code, company)
                    ],
                    "chart": self._escarcelle_chart(company) if code == "month" else False,
                }
                for code, group in SECTIONS
                if self.env.user.has_group(group)
            ],
        }

    @api.model
    def escarcelle_open(self, code):
        """The list behind a figure; AccessError for a figure that this person does not see."""
        self._escarcelle_check()
        company = self.env.company
        section = str(code).partition(".")[0]
        groups = {**dict(SECTIONS), "start": MANAGER}
        if section not in groups or not self.env.user.has_group(groups[section]):
            raise AccessError(self.env._("This figure is for another role."))
        tiles = (
            [step.tile for step in self._escarcelle_steps(company)]
            if section == "start"
            else self._escarcelle_tiles(section, company)
        )
        found = next((tile for tile in tiles if tile.code == code), None)
        if not found:
            raise AccessError(self.env._("This figure is for another role."))
        action = self.env["ir.actions.actions"]._for_xml_id(found.action)
        if action["type"] != "ir.actions.act_window":
            return action
        return {
            **action,
            "name": found.label,
            "display_name": found.label,
            "domain": found.domain,
            "context": found.context,
        }

    @api.model
    def _escarcelle_note(self, waiting):
        if not waiting:
            return ""
        return self.env._("%s events are still to be counted: these figures will grow.", waiting)

    @api.model
    def _escarcelle_check(self):
        if not self.env.user.has_group(STOCK) and not self.env.user.has_group(MANAGER):
            raise AccessError(
                self.env._("The dashboard is for those who run the shop or keep its stock.")
            )

    @api.model
    def _escarcelle_titles(self):
        return {
            "today": self.env._("Today at the till"),
            "month": self.env._("This month, against the same days of last month"),
            "households": self.env._("Households and budgets"),
            "stock": self.env._("Goods"),
            "waiting": self.env._("Waiting for you"),
        }

    @api.model
    def _escarcelle_tiles(self, code, company):
        return getattr(self, f"_escarcelle_tiles_{code}")(company)

    @api.model
    def _escarcelle_payload(self, tile):
        """What the page draws; a figure that is the length of a list is counted here."""
        count = None if tile.text else self.env[tile.model].search_count(tile.domain)
        return {
            "code": tile.code,
            "label": tile.label,
            "text": tile.text or self._escarcelle_number(count),
            "tone": tile.tone if tile.text or count else "",
            "hint": tile.hint,
            "before": tile.before,
            "change": False if tile.change is None else tile.change,
        }

    @api.model
    def _escarcelle_steps_payload(self, company):
        """What a shop that never sold does first; empty once it has sold, and for who does not run it."""
        if not self.env.user.has_group(MANAGER) or self._escarcelle_sold(company):
            return []
        return [
            {
                "code": step.tile.code,
                "label": step.tile.label,
                "hint": step.tile.hint,
                "done": step.done,
            }
            for step in self._escarcelle_steps(company)
        ]

    # -- how figures are written -------------------------------------------------------------------

    @api.model
    def _escarcelle_number(self, value, decimals=0):
        return formatLang(self.env, value, digits=decimals)

    @api.model
    def _escarcelle_euros(self, amount, company):
        return format_amount(self.env, amount, company.currency_id)

    @api.model
    def _escarcelle_kilograms(self, kilograms):
        return f"{self._escarcelle_number(kilograms, 0 if abs(kilograms) >= 100 else 1)} kg"

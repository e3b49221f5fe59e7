from calendar import monthrange
from datetime import timedelta

from odoo import api, models
from odoo.fields import Date
from odoo.tools.misc import format_date

from ..tools.tile import Line, Tile

FIGURES = ("paid", "weight", "savings", "tickets")


class EscarcelleDashboard(models.AbstractModel):
    """The month so far, read from the facts, against the same days of the month before."""

    _inherit = "escarcelle.dashboard"

    @api.model
    def _escarcelle_months(self, company):
        """First and last day of this month so far, and of the same days of the month before."""
        today = company._escarcelle_today()
        first = today.replace(day=1)
        before = (first - timedelta(days=1)).replace(day=1)
        last = before.replace(day=min(today.day, monthrange(before.year, before.month)[1]))
        return (first, today), (before, last)

    @api.model
    def _escarcelle_tiles_month(self, company):
        now, then = self._escarcelle_months(company)
        days = self._escarcelle_days(company, then[0], now[1])
        current, previous = ({name: sum(days[day][name] for day in days if start <= day <= stop) for name in FIGURES}
                             for start, stop in (now, then))  # fmt: skip
        current["households"], previous["households"] = (
            self._escarcelle_households(company, *period) for period in (now, then)
        )
        domain = [
            ("company_id", "=", company.id),
            ("day", ">=", Date.to_string(now[0])),
            ("day", "<=", Date.to_string(now[1])),
        ]

        def written(name, figure):
            if name == "weight":
                return self._escarcelle_kilograms(figure)
            if name in ("paid", "savings"):
                return self._escarcelle_euros(figure, company)
            return self._escarcelle_number(figure)

        labels = {
            "paid": self.env._("Takings"),
            "weight": self.env._("Weight of goods"),
            "households": self.env._("Active households"),
            "tickets": self.env._("Tickets"),
            "savings": self.env._("Savings of households"),
        }
        hints = {
            "paid": self.env._(
                "What was paid for goods, returns taken off; membership fees are not in it"
            ),
            "weight": self.env._("Goods that households took"),
            "households": self.env._("Each counted once, however often it came"),
            "savings": self.env._("Shelf value of the goods less what was paid"),
        }
        return [
            Tile(f"month.{name}", labels[name], "escarcelle_statistics.fact_visit_action", domain=domain,
                 text=written(name, current[name]), hint=hints.get(name, ""),
                 before=self.env._("last month: %s", written(name, previous[name])),
                 change=_change(current[name], previous[name]))
            for name in labels
        ]  # fmt: skip

    @api.model
    def _escarcelle_chart(self, company):
        """Takings added up day after day; nothing to draw as long as nothing was sold."""
        (first, today), (before, _last) = self._escarcelle_months(company)
        days = self._escarcelle_days(company, before, today)
        if not days:
            return False
        length = max(monthrange(start.year, start.month)[1] for start in (first, before))
        lines = [
            Line(
                format_date(self.env, start, date_format="MMMM y"),
                self._escarcelle_curve(days, start, stop, length),
            )
            for start, stop in ((first, today), (before, first - timedelta(days=1)))
        ]
        return {
            "title": self.env._("Takings added up over the month (%s)", company.currency_id.symbol),
            "days": [str(day) for day in range(1, length + 1)],
            "lines": [{"label": line.label, "values": line.values} for line in lines],
        }

    @api.model
    def _escarcelle_curve(self, days, start, stop, length):
        values, total = [], 0.0
        for number in range(length):
            day = start + timedelta(days=number)
            total += days[day]["paid"] if day in days else 0.0
            values.append(round(total, 2) if day <= stop else None)
        return tuple(values)

    @api.model
    def _escarcelle_days(self, company, start, stop):
        """``{day: its figures}`` of the days that have some."""
        rows = self.env["escarcelle.fact.visit"]._read_group(
            [("company_id", "=", company.id), ("day", ">=", start), ("day", "<=", stop)],
            ["day:day", "public"], [f"{name}:sum" for name in FIGURES],
        )  # fmt: skip
        found = {}
        for day, public, *figures in rows:
            told = found.setdefault(day, dict.fromkeys(FIGURES, 0))
            for name, figure in zip(FIGURES, figures, strict=True):
                # What other customers save is not the households'.
                if name != "savings" or public == "household":
                    told[name] += figure or 0
        return found

    @api.model
    def _escarcelle_households(self, company, start, stop):
        # The key of a household is nobody's to read; counting keys says nothing of any of them. Who came for an
        # interview, or to give something back, is no active household: as in the reports.
        ((households,),) = self.env["escarcelle.fact.visit"].sudo()._read_group(
            [("company_id", "=", company.id), ("day", ">=", start), ("day", "<=", stop), ("key", "!=", False),
             ("kind", "=", "purchase"), ("visits", ">", 0)],
            [], ["key:count_distinct"],
        )  # fmt: skip
        return households


def _change(now, before):
    """How far ``now`` is from ``before``, in whole percent; nothing without a figure before."""
    return round((now - before) / before * 100) if before > 0 else None

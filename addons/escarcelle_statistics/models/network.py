import re
from datetime import date, timedelta
from urllib.parse import urlencode

from dateutil.relativedelta import relativedelta
from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..rendering.document import Section
from ..rendering.figures import figure
from ..table import HEADS, MASKED, PERIODS, Period, masked
from ..tools.dimensions import DIMENSIONS
from ..tools.query import TOTAL

NETWORK = "escarcelle_statistics.group_network"
MONTH = re.compile(r"(20\d{2})-(0[1-9]|1[0-2])")
#: Months of a period that somebody chose; more says nothing that years do not say.
MOST_MONTHS = 36
#: Tables of a network: code, measures, lines, chart. People by age are never told shop by shop: those of a shop
#: whose households are masked would be found there.
TABLES = (
    ("shops", ("households", "persons", "visits", "weight", "reference", "paid", "participation", "savings",
               "donated_weight"), "shop", "bar"),
    ("months", ("households", "persons", "weight", "paid", "participation"), "month", "line"),
    ("ages", ("persons",), "age_class", "bar"),
)  # fmt: skip


class EscarcelleNetwork(models.Model):
    """Shops whose figures somebody reads together: summed up, masked, without a row of any of them.

    Invariants: a network manager reads no model of a shop, this one included; they get finished tables of the
    networks they are named in, for whole months, with what counts fewer than five masked. Who keeps the rights
    of the users says who reads which shops.
    """

    _name = "escarcelle.network"
    _description = "Network of Shops"
    _inherit = ["escarcelle.statistic.document"]
    _order = "name, id"

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    company_ids = fields.Many2many("res.company", string="Shops", required=True)
    user_ids = fields.Many2many(
        "res.users", string="Network managers", domain=[("share", "=", False)],
        help="They read the figures of these shops together. They also need the role « Network manager ».",
    )  # fmt: skip

    # -- what the screen calls ---------------------------------------------------------------------

    @api.model
    def escarcelle_networks(self):
        """The networks of who asks, to choose from."""
        return [
            {"id": network.id, "name": network.name, "shops": len(network.company_ids)}
            for network in self._escarcelle_mine()
        ]

    @api.model
    def escarcelle_figures(self, network_id, said):
        """The tables of a network of one's own, written out; ``said``: kind, first and last month, compare."""
        network = self._escarcelle_own(network_id)
        period = network._escarcelle_period(said)
        periods = (
            [period, period.previous(self._escarcelle_lang())] if said.get("compare") else [period]
        )
        asked = {name: said.get(name) or "" for name in ("kind", "first", "last")}
        return {
            "address": f"/escarcelle/network/{network.id}.xlsx?{urlencode(asked)}",
            "notice": network._escarcelle_notice(),
            "periods": [
                {
                    "label": one.label,
                    "tables": [
                        network._escarcelle_written(section.table)
                        for section in network._escarcelle_sections(one, network.company_ids, True)
                    ],
                }
                for one in periods
            ],
        }

    @api.model
    def _escarcelle_workbook(self, network_id, said):
        """``(name, bytes)`` of the same tables as a workbook."""
        network = self._escarcelle_own(network_id)
        return network._escarcelle_file(
            "xlsx", network._escarcelle_period(said), network.company_ids
        )

    # -- who asks, and for when --------------------------------------------------------------------

    @api.model
    def _escarcelle_mine(self):
        """The networks (sudo) of who asks; AccessError for who has not the role."""
        if not self.env.user.has_group(NETWORK):
            raise AccessError(self.env._("These figures are for network managers."))
        return self.sudo().search([("user_ids", "in", self.env.uid), ("company_ids", "!=", False)])

    @api.model
    def _escarcelle_own(self, network_id):
        found = self._escarcelle_mine().filtered(lambda one: one.id == network_id)
        if not found:
            raise AccessError(self.env._("These figures are for the managers of this network."))
        return found

    @api.model
    def _escarcelle_lang(self):
        return self.env.lang or "fr_FR"

    def _escarcelle_period(self, said):
        """Whole months that ended: days more or less, today's figures and tomorrow's, would tell one household from
        the others.

        :raises UserError: an unknown period, months that are none, or of which none ended
        """
        self.ensure_one()
        kind = said.get("kind") if isinstance(said, dict) else None
        if kind not in PERIODS:
            raise UserError(self.env._("Choose a period."))
        today = self.company_ids[:1]._escarcelle_today()
        if kind != "custom":
            return self._escarcelle_ended(
                Period.of(kind, today, lang=self._escarcelle_lang()), today
            )
        first, last = (_month(said.get(name)) for name in ("first", "last"))
        if not first or not last or not first <= last < first + relativedelta(months=MOST_MONTHS):
            raise UserError(
                self.env._("Choose a first and a last month, %s months apart at most.", MOST_MONTHS)
            )
        stop = last + relativedelta(months=1) - timedelta(days=1)
        asked = Period.of("custom", today, first, stop, self._escarcelle_lang())
        return self._escarcelle_ended(asked, today)

    @api.model
    def _escarcelle_ended(self, period, today):
        """What of a period ended: its months before the one that runs."""
        last = today.replace(day=1) - timedelta(days=1)
        if period.stop <= last:
            return period
        if period.start > last:
            raise UserError(
                self.env._("No month of this period has ended yet: choose an earlier one.")
            )
        return Period.of("custom", today, period.start, last, self._escarcelle_lang())

    # -- the tables --------------------------------------------------------------------------------

    def _escarcelle_sections(self, period, companies, leaving):
        # EXTENDS 'escarcelle_statistics': masked whoever asks
        titles = {
            "shops": self.env._("Shop by shop"),
            "months": self.env._("All shops together, month after month"),
            "ages": self.env._("People by age class"),
        }
        asked = [self._escarcelle_question(titles[code], *question) for code, *question in TABLES]
        shops, months, ages = (one._escarcelle_table(period, companies) for one in asked)
        few = asked[0]._escarcelle_lines_of_few(period, companies)
        total = frozenset(few & {len(shops.rows)})
        tables = [
            masked(shops, also=_beside_heads(shops, few)),
            masked(months, also=_beside_heads(months, total and {len(months.rows)})),
            masked(ages),
        ]
        # So few households in all that their number is masked: their people are too.
        if MASKED in tables[0].total.values[:1]:
            tables.pop()
        return [Section(table.title, table) for table in tables]

    def _escarcelle_question(self, title, measures, row, chart):
        """A statistic that is asked once and not kept."""
        known = self.env["escarcelle.statistic.measure"].sudo().search([("code", "in", measures)])
        line = self.env["escarcelle.statistic.dimension"].sudo().search([("code", "=", row)])
        return self.env["escarcelle.statistic"].sudo().new(
            {
                "name": title,
                "subject": "visit",
                "measure_ids": known.ids,
                "row_dimension_id": line.id,
                "chart": chart,
                "company_id": False,
            }
        )  # fmt: skip

    def _escarcelle_written(self, table):
        """A table for the page: texts only."""
        hidden = self.env._("masked")
        lines = [(row, False) for row in table.rows] + (
            [(table.total, True)] if table.total else []
        )
        return {
            "title": table.title,
            "header": table.row_header,
            "columns": [column.label for column in table.columns],
            "rows": [
                {
                    "label": row.label,
                    "total": total,
                    "values": [
                        figure(value, column, hidden)
                        for value, column in zip(row.values, table.columns, strict=True)
                    ],
                }
                for row, total in lines
            ],
        }


def _beside_heads(table, lines):
    """The cells of these lines that add up from month to month: heads do not."""
    return {
        (i, j) for i in lines for j, column in enumerate(table.columns) if column.kind not in HEADS
    }


def _month(text):
    """The first day of « 2026-03 », nothing for anything else."""
    found = MONTH.fullmatch(text) if isinstance(text, str) else None
    return date(int(found[1]), int(found[2]), 1) if found else None


class EscarcelleStatistic(models.Model):
    _inherit = "escarcelle.statistic"

    def _escarcelle_lines_of_few(self, period, companies):
        """Places of the lines that are masked in one of the months of ``period``, the total being the last.

        What a longer period says of them is the sum of its months: the others taken from it would tell that one.
        """
        row = self._escarcelle_dimension(self.row_dimension_id)
        measures, companies = self._escarcelle_measures(), self._escarcelle_companies(companies)
        crossed = self._escarcelle_cells(
            measures, period, companies, row, DIMENSIONS["month"], self._escarcelle_domain()
        )
        places = {
            one: n
            for n, one in enumerate(
                self._escarcelle_keys(row, {one for one, _month in crossed}, period)
            )
        }
        lines = set()
        for month in {month for _line, month in crossed} - {TOTAL}:
            cells = {(line, TOTAL): sums for (line, one), sums in crossed.items() if one == month}
            table = masked(
                self._escarcelle_lay_out(measures, row, None, cells, {}, period, companies, 0)
            )
            keys = self._escarcelle_keys(row, {line for line, _total in cells}, period)
            for key, line in zip((*keys, TOTAL), table.lines(), strict=True):
                if MASKED in line.values:
                    lines.add(places.get(key, len(places)))
        return lines

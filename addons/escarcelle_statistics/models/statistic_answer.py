"""The answer of a statistic: the question put to the facts. What they say is laid out in ``statistic_layout``."""

from ast import literal_eval

from odoo import api, models
from odoo.exceptions import AccessError, UserError

from ..table import HEADS, Period, folded, masked
from ..tools import filters, query
from ..tools.dimensions import DIMENSIONS
from ..tools.measures import COMPONENTS, MEASURES
from ..tools.query import TOTAL
from ..tools.stores import HOME, VISIT

MODELS = {
    "goods": "escarcelle.fact.goods",
    "visit": "escarcelle.fact.visit",
    "person": "escarcelle.fact.person",
    "registration": "escarcelle.fact.registration",
}
#: What goods and visits both know; « kind » is not the same word there.
KNOWN_OF_VISITS = frozenset({*VISIT, "company_id", "day"} - {"kind"})
#: What tells one household from the others.
OF_HOUSEHOLDS = frozenset({*HOME, "size", "tariff_id", "public", "key"})


class EscarcelleStatistic(models.Model):
    _inherit = "escarcelle.statistic"

    # -- what others call ------------------------------------------------------------------------

    def _escarcelle_table(self, period=None, companies=None, leaving=False):
        """The answer as a ``Table``; ``leaving``: masked, as whoever is not of the shop may see it.

        :raises UserError: what is asked cannot be crossed, or the filter cannot be read
        :raises AccessError: these facts, or these shops, are not the reader's
        """
        self.ensure_one()
        waiting = self.env["escarcelle.fact.feed"]._escarcelle_catch_up()
        period = period or self._escarcelle_period()
        companies = self._escarcelle_companies(companies)
        measures = self._escarcelle_measures()
        row, column = (
            self._escarcelle_dimension(self.row_dimension_id),
            self._escarcelle_dimension(self.column_dimension_id),
        )
        domain = self._escarcelle_domain()
        cells = self._escarcelle_cells(measures, period, companies, row, column, domain)
        previous = {}
        if self.compare and not column:
            before = period.previous(self._escarcelle_lang())
            aligned = row if row and row.column != "day" else None
            previous = self._escarcelle_cells(measures, before, companies, aligned, None, domain)
        behind = leaving and self._escarcelle_speaks_of_households(measures, row, column, domain)
        if behind:
            self._escarcelle_count_behind(cells, period, companies, row, column, domain)
            if previous:
                self._escarcelle_count_behind(previous, before, companies, aligned, None, domain)
        table = self._escarcelle_lay_out(
            measures, row, column, cells, previous, period, companies, waiting, behind
        )
        return folded(masked(table) if leaving else table, self.limit, self.env._("Others (%s)"))

    @api.model
    def _escarcelle_indicator(self, code, period, companies=None, domain=()):
        """One figure: the measure ``code`` over the period (cents, grams…); ``None`` when it has no meaning."""
        return self._escarcelle_indicators([code], period, companies, domain)[code]

    @api.model
    def _escarcelle_indicators(self, codes, period, companies=None, domain=()):
        """``{code: figure}`` of several measures, in one go."""
        self.env["escarcelle.fact.feed"]._escarcelle_catch_up()
        companies = self._escarcelle_companies(companies)
        measures = [MEASURES[code] for code in codes]
        cells = self._escarcelle_cells(measures, period, companies, None, None, list(domain))
        sums = cells.get((TOTAL, TOTAL), {})
        return {one.code: one.value(sums) for one in measures}

    # -- what is asked ---------------------------------------------------------------------------

    def _escarcelle_lang(self):
        return self.env.lang or "fr_FR"

    def _escarcelle_period(self):
        """The period of this statistic, seen from the business day of its shop."""
        today = (self.company_id or self.env.company)._escarcelle_today()
        if self.period_kind == "custom" and not (self.date_from and self.date_to):
            raise UserError(self.env._("Choose the first and the last day of the period."))
        return Period.of(
            self.period_kind,
            today,
            self.date_from or None,
            self.date_to or None,
            self._escarcelle_lang(),
        )

    @api.model
    def _escarcelle_companies(self, companies):
        companies = companies or self.company_id or self.env.companies
        if not self.env.su and companies - self.env.user.company_ids:
            raise AccessError(self.env._("These figures are another shop's."))
        return companies.sudo()

    def _escarcelle_measures(self):
        measures = [MEASURES[one.code] for one in self.measure_ids.sudo() if one.code in MEASURES]
        if not measures:
            raise UserError(self.env._("Choose what is counted: at least one measure."))
        return measures

    @api.model
    def _escarcelle_dimension(self, record):
        return DIMENSIONS.get(record.sudo().code) if record else None

    def _escarcelle_domain(self):
        """The filter with its names resolved to ids; UserError when it is no filter."""
        try:
            domain = literal_eval(self.domain or "[]")
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            domain = None
        if not isinstance(domain, (list, tuple)):
            raise UserError(self.env._("This filter cannot be read: make it again."))
        model = self.env[MODELS[self.subject]]
        return [self._escarcelle_resolved(model, term) for term in domain]

    @api.model
    def _escarcelle_resolved(self, model, term):
        """A term with ids in the place of names and of trees."""
        if not isinstance(term, (list, tuple)) or len(term) != 3:
            return term
        name, operator, value = term
        name, _dot, inside = name.partition(".") if isinstance(name, str) else (name, "", "")
        field = model._fields.get(name) if isinstance(name, str) else None
        if field is None or field.type != "many2one":
            return tuple(term)
        other = self.env[field.comodel_name].with_context(active_test=False)
        if inside:
            # « source_id.kind = eu »: what is said of a source is looked up once, not a fact at a time. One step
            # and no more: what is behind a relation of a relation is none of a statistic's business.
            try:
                if "." in inside:
                    raise ValueError(inside)
                return (name, "in", other.search([(inside, operator, value)]).ids or [0])
            except ValueError:
                raise UserError(self.env._("This filter cannot be read: make it again.")) from None
        if operator in ("child_of", "parent_of"):
            return (name, "in", other.search([("id", operator, value)]).ids or [0])
        if isinstance(value, str):
            wanted = "in" if operator in ("ilike", "like", "=ilike", "=", "in") else "not in"
            matched = "ilike" if operator in ("ilike", "not ilike", "like", "not like") else "="
            return (name, wanted, other.search([("display_name", matched, value)]).ids or [0])
        return tuple(term)

    @api.model
    def _escarcelle_cells(self, measures, period, companies, row, column, domain):
        """``{(row, column): {component: sum}}``, ``TOTAL`` in the place of a dimension that is summed up."""
        names = tuple(dict.fromkeys(name for one in measures for name in one.components))
        question = query.Question(
            names,
            period.start,
            period.stop,
            tuple(companies.ids) or (0,),
            row,
            column,
            tuple(domain),
        )
        self._escarcelle_check_facts(measures, row, column, domain)
        cells = {}
        try:
            for statement in query.statements(question):
                for line, col, all_lines, all_columns, *values in self.env.execute_query(
                    statement.sql
                ):
                    place = (TOTAL if all_lines else line, TOTAL if all_columns else col)
                    cells.setdefault(place, {}).update(
                        zip(statement.components, values, strict=True)
                    )
        except query.Unanswerable:
            raise UserError(
                self.env._(
                    "These measures are not counted that way: choose other lines, other columns or another filter."
                )
            ) from None
        except filters.FilterError as error:
            raise UserError(
                self.env._("This filter cannot be used here: %s.", error.args and error.args[0])
            ) from None
        return cells

    # -- what is masked though it counts nobody ---------------------------------------------------

    @api.model
    def _escarcelle_speaks_of_households(self, measures, row, column, domain):
        """Whether a cell without a head count may still tell what very few households took or paid: kilograms of
        a district. What counts people masks itself; goods by category or by month are the shop's."""
        if any(one.kind in HEADS for one in measures):
            return False
        if any(one.subject == "visit" for one in measures):
            return True
        asked = {one.column for one in (row, column) if one} | filters.columns(domain)
        sold = any("sold" in COMPONENTS[name].kinds for one in measures for name in one.components)
        return sold and bool(asked & OF_HOUSEHOLDS)

    @api.model
    def _escarcelle_count_behind(self, cells, period, companies, row, column, domain):
        """Add to ``cells`` the households behind each: those of the dimensions and of the filter that visits know
        (a good has no household, its district has)."""
        known_row, known_column = (
            one if one and "visit" in one.subjects and one.column != "kind" else None
            for one in (row, column)
        )
        found = query.statements(
            query.Question(
                ("households",), period.start, period.stop, tuple(companies.ids) or (0,),
                known_row, known_column, filters.narrowed(domain, KNOWN_OF_VISITS),
            )
        )  # fmt: skip
        told = {}
        for statement in found:
            for line, col, all_lines, all_columns, households in self.env.execute_query(
                statement.sql
            ):
                told[TOTAL if all_lines else line, TOTAL if all_columns else col] = households
        for (line, col), sums in cells.items():
            place = (line if known_row else TOTAL, col if known_column else TOTAL)
            sums["households"] = told.get(place, 0)

    @api.model
    def _escarcelle_check_facts(self, measures, row, column, domain):
        """AccessError for facts, or columns of facts, that are not the reader's: by line, by column, by filter."""
        subjects = {one.subject for one in measures}
        if any(one and one.code == "age_class" for one in (row, column)):
            subjects.add("person")
        for subject in sorted(subjects):
            self.env[MODELS[subject]].check_access("read")
        asked = {one.column for one in (row, column) if one} | filters.columns(domain)
        if asked & set(HOME) and not self.env["escarcelle.fact.person"].has_access("read"):
            raise AccessError(self.env._("Households are counted by the managers of the shop."))

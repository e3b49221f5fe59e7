"""The answer of a statistic: the question put to the facts, and the table made of what they say."""

from ast import literal_eval
from decimal import Decimal

from babel.dates import format_date, format_skeleton, get_day_names
from dateutil.relativedelta import relativedelta
from odoo import api, models
from odoo.exceptions import AccessError, UserError

from ..table import Column, Period, Row, Table, masked
from ..tools import filters, query
from ..tools.dimensions import DIMENSIONS
from ..tools.measures import MEASURES
from ..tools.query import TOTAL
from ..tools.stores import HOME

MODELS = {
    "goods": "escarcelle.fact.goods",
    "visit": "escarcelle.fact.visit",
    "person": "escarcelle.fact.person",
    "registration": "escarcelle.fact.registration",
}
STEPS = {
    "month": relativedelta(months=1),
    "quarter": relativedelta(months=3),
    "year": relativedelta(years=1),
}
#: A table wider than that is read by nobody.
TOO_MANY_COLUMNS = 60


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
        table = self._escarcelle_lay_out(
            measures, row, column, cells, previous, period, companies, waiting
        )
        return masked(table) if leaving else table

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
        self._escarcelle_check_facts(measures, row, column)
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

    @api.model
    def _escarcelle_check_facts(self, measures, row, column):
        subjects = {one.subject for one in measures}
        if any(one and one.code == "age_class" for one in (row, column)):
            subjects.add("person")
        for subject in sorted(subjects):
            self.env[MODELS[subject]].check_access("read")
        for one in (row, column):
            if (
                one
                and one.column in HOME
                and not self.env["escarcelle.fact.person"].has_access("read")
            ):
                raise AccessError(self.env._("Households are counted by the managers of the shop."))

    # -- what is answered ------------------------------------------------------------------------

    def _escarcelle_lay_out(
        self, measures, row, column, cells, previous, period, companies, waiting
    ):
        named = {one.code: one.name for one in self.measure_ids.sudo()}
        row_keys = self._escarcelle_keys(row, {place[0] for place in cells}, period)
        if column:
            col_keys = self._escarcelle_keys(column, {place[1] for place in cells}, period)
            col_labels = self._escarcelle_labels(column, col_keys)
            shown = col_keys[:TOO_MANY_COLUMNS]
            places = [(key, one) for key in shown for one in measures]
            columns = [
                Column(
                    " · ".join((col_labels[key], named[one.code])) if len(measures) > 1 else col_labels[key],
                    one.kind, one.unit, group=col_labels[key],
                )
                for key, one in places
            ]  # fmt: skip
            places += [(TOTAL, one) for one in measures]
            total = self.env._("Total")
            columns += [
                Column(
                    " · ".join((total, named[one.code])) if len(measures) > 1 else total,
                    one.kind, one.unit, group=total, total=True,
                )
                for one in measures
            ]  # fmt: skip
        else:
            places = [(TOTAL, one) for one in measures]
            columns = [Column(named[one.code], one.kind, one.unit) for one in measures]

        def values(key):
            return tuple(one.value(cells.get((key, place), {})) for place, one in places)

        def compared(key):
            if not self.compare or column:
                return ()
            found = []
            for one in measures:
                before = one.value(previous.get((key, TOTAL), {}))
                now = one.value(cells.get((key, TOTAL), {}))
                found += [before, _change(before, now)]
            return tuple(found)

        if self.compare and not column:
            before = period.previous(self._escarcelle_lang()).label
            for one in measures:
                columns += [
                    Column(f"{named[one.code]} · {before}", one.kind, one.unit),
                    Column(self.env._("%s · change", named[one.code]), "percent"),
                ]
        labels = self._escarcelle_labels(row, row_keys)
        rows = [Row(labels[key], (*values(key), *compared(key))) for key in row_keys]
        if self.sort == "value":
            rows.sort(key=lambda one: -(one.values[0] or 0))
        if self.limit and len(rows) > self.limit:
            rows = [*rows[: self.limit], self._escarcelle_others(rows[self.limit :], columns)]
        whole = Row(self.env._("Total"), (*values(TOTAL), *compared(TOTAL)))
        return Table(
            title=self.name,
            subtitle=" · ".join((period.label, ", ".join(companies.mapped("name")))),
            row_header=self.row_dimension_id.sudo().name or "",
            columns=tuple(columns),
            rows=tuple(rows) if row else (whole,),
            total=whole if row else None,
            note=self._escarcelle_note(waiting),
            chart=self.chart or "",
        )

    def _escarcelle_note(self, waiting):
        if not waiting:
            return ""
        return self.env._("%s events are still to be counted: these figures will grow.", waiting)

    def _escarcelle_others(self, rows, columns):
        """The lines that are not shown, in one. A household may be on several: heads are not added up."""
        values = []
        for j, column in enumerate(columns):
            if column.kind in ("money", "weight", "quantity", "count"):
                values.append(sum(row.values[j] or 0 for row in rows))
            else:
                values.append(None)
        return Row(self.env._("Others (%s)", len(rows)), tuple(values))

    @api.model
    def _escarcelle_keys(self, dimension, found, period):
        """Values of a dimension in the order of their lines; months without a fact have a line too."""
        found = found - {TOTAL}
        if dimension is None:
            return []
        if dimension.label in STEPS:
            first = period.start.replace(day=1)
            if dimension.label == "quarter":
                first = first.replace(month=(first.month - 1) // 3 * 3 + 1)
            elif dimension.label == "year":
                first = first.replace(month=1)
            while first <= period.stop:
                found.add(first)
                first += STEPS[dimension.label]
        elif dimension.label == "weekday":
            found |= set(range(1, 8))
        if dimension.code == "age_class":
            order = self.env["escarcelle.age.class"].sudo().search([]).ids
            return sorted(
                found, key=lambda key: (key is None, order.index(key) if key in order else 0)
            )
        if dimension.label == "choice":
            order = list(dict(self._escarcelle_choices(dimension)))
            return sorted(found, key=lambda key: order.index(key) if key in order else len(order))
        if dimension.label == "model":
            labels = self._escarcelle_labels(dimension, found)
            return sorted(found, key=lambda key: (key is None, labels[key]))
        return sorted(
            found,
            key=lambda key: (
                (key is None, key or 0) if dimension.ordered else (key is None, key or "")
            ),
        )

    @api.model
    def _escarcelle_choices(self, dimension):
        model = self.env[MODELS[dimension.subjects[0]]]
        return model._fields[dimension.column]._description_selection(self.env)

    @api.model
    def _escarcelle_labels(self, dimension, keys):
        """``{value: what a reader calls it}``."""
        if dimension is None:
            return {}
        told = [key for key in keys if key is not None]
        lang = self._escarcelle_lang()
        if dimension.label == "model":
            model = (
                MODELS[dimension.subjects[0]]
                if dimension.code != "shop"
                else "escarcelle.fact.goods"
            )
            other = self.env[self.env[model]._fields[dimension.column].comodel_name]
            records = (
                other.sudo()
                .with_context(active_test=False, display_default_code=False)
                .browse(told)
            )
            names = {record.id: record.display_name for record in records}
        elif dimension.label == "choice":
            names = dict(self._escarcelle_choices(dimension))
        elif dimension.label == "weekday":
            days = get_day_names("wide", locale=lang)
            names = {number: days[number - 1] for number in range(1, 8)}
        elif dimension.label == "size":
            names = {key: str(key) for key in told}
        else:
            say = PERIOD_LABELS.get(dimension.label, lambda key, _lang: key)
            names = {key: say(key, lang) for key in told}
        return {**{key: str(names.get(key, key)) for key in told}, None: self.env._("Not told")}


PERIOD_LABELS = {
    "year": lambda key, _lang: str(key.year),
    "quarter": lambda key, lang: format_skeleton("yQQQ", key, locale=lang),
    "month": lambda key, lang: format_date(key, "MMM y", locale=lang),
    "week": lambda key, lang: format_date(key, "short", locale=lang),
    "day": lambda key, lang: format_date(key, "short", locale=lang),
}


def _change(before, now):
    """Percent from ``before`` to ``now``; ``None`` from nothing."""
    if not before or now is None:
        return None
    return (Decimal(now - before) * 100 / abs(Decimal(before))).quantize(Decimal("0.1"))

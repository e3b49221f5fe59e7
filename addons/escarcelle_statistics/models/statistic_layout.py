"""The table made of what the facts say: lines and columns in their order, by their names."""

from decimal import Decimal

from babel.dates import format_date, format_skeleton, get_day_names
from dateutil.relativedelta import relativedelta
from odoo import api, models
from odoo.exceptions import UserError

from ..table import Column, Row, Table
from ..tools.measures import MEASURES
from ..tools.query import TOTAL
from .statistic_answer import MODELS

STEPS = {
    "month": relativedelta(months=1),
    "quarter": relativedelta(months=3),
    "year": relativedelta(years=1),
}
#: What says whether few households are behind figures that count nobody.
BEHIND = MEASURES["households"]
#: A table wider than that is read by nobody.
TOO_MANY_COLUMNS = 60


class EscarcelleStatistic(models.Model):
    _inherit = "escarcelle.statistic"

    def _escarcelle_lay_out(
        self, measures, row, column, cells, previous, period, companies, waiting, behind=False
    ):
        """``behind``: cells tell households too, which are not shown but say what to mask."""
        named = {one.code: one.name for one in self.measure_ids.sudo()}
        row_keys = self._escarcelle_keys(row, {place[0] for place in cells}, period)
        if column:
            col_keys = self._escarcelle_keys(column, {place[1] for place in cells}, period)
            col_labels = self._escarcelle_labels(column, col_keys)
            if len(col_keys) > TOO_MANY_COLUMNS:
                raise UserError(
                    self.env._(
                        "This table would have %s columns, nobody could read it: choose other columns, "
                        "or put them in lines.",
                        len(col_keys),
                    )
                )
            places = [(key, one) for key in col_keys for one in measures]
            columns = [
                Column(
                    " · ".join((col_labels[key], named[one.code])) if len(measures) > 1 else col_labels[key],
                    one.kind, one.unit, group=col_labels[key], measure=one.code,
                )
                for key, one in places
            ]  # fmt: skip
            places += [(TOTAL, one) for one in measures]
            total = self.env._("Total")
            columns += [
                Column(
                    " · ".join((total, named[one.code])) if len(measures) > 1 else total,
                    one.kind, one.unit, group=total, total=True, measure=one.code,
                )
                for one in measures
            ]  # fmt: skip
            if behind:
                columns += [
                    Column("", BEHIND.kind, group=group, total=group is total, measure=BEHIND.code, unseen=True)
                    for group in (*(col_labels[key] for key in col_keys), total)
                ]  # fmt: skip
                places += [(key, BEHIND) for key in (*col_keys, TOTAL)]
        else:
            places = [(TOTAL, one) for one in measures]
            columns = [Column(named[one.code], one.kind, one.unit) for one in measures]
            if behind:
                places.append((TOTAL, BEHIND))
                columns.append(Column("", BEHIND.kind, unseen=True))

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
            if behind:
                found.append(BEHIND.value(previous.get((key, TOTAL), {})))
            return tuple(found)

        if self.compare and not column:
            before = period.previous(self._escarcelle_lang()).label
            for one in measures:
                columns += [
                    Column(f"{named[one.code]} · {before}", one.kind, one.unit),
                    Column(self.env._("%s · change", named[one.code]), "percent"),
                ]
            if behind:
                columns.append(Column("", BEHIND.kind, unseen=True))
        labels = self._escarcelle_labels(row, row_keys)
        rows = [Row(labels[key], (*values(key), *compared(key))) for key in row_keys]
        if self.sort == "value":
            rows.sort(key=lambda one: -(one.values[0] or 0))
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
        """What the reader must know: what is not counted yet, and what could not be."""
        said = []
        if waiting:
            said.append(
                self.env._("%s events are still to be counted: these figures will grow.", waiting)
            )
        if broken := self.env["escarcelle.fact.feed"]._escarcelle_broken():
            said.append(
                self.env._(
                    "%s events could not be counted: tell who looks after the server.", broken
                )
            )
        return " ".join(said)

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

from odoo import api, models
from odoo.exceptions import UserError

#: Fields that say who worked. What they sold or took is never counted person by person.
PERSONS = frozenset({"user_id", "employee_id", "cashier", "cashier_id", "create_uid", "write_uid"})

#: What module pos_hr asks on the report of a day.
PER_PERSON = "add_report_per_employee"


def person_of(spec):
    """The field of a person in a group-by (« user_id », « session_id.user_id »), or nothing."""
    name = str(spec).partition(":")[0].rpartition(".")[2]
    return name if name in PERSONS else ""


class EscarcellePersonGrouping(models.AbstractModel):
    """No ranking of volunteers: these models are not counted person by person, whichever screen asks.

    A ticket still says who made it, and a search by person finds one: a mistake at the till is looked up so.
    """

    _name = "escarcelle.person.grouping"
    _description = "Not counted by person"

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        # EXTENDS 'base': whatever module put it there, no filter groups and no pivot opens by person
        arch, view = super()._get_view(view_id, view_type, **options)
        for node in list(arch.iter("filter")) if view_type == "search" else ():
            if any(f"'{name}'" in node.get("context", "").replace('"', "'") for name in PERSONS):
                node.getparent().remove(node)
        for node in list(arch.iter("field")) if view_type in ("pivot", "graph") else ():
            if node.get("name") in PERSONS:
                node.getparent().remove(node)
        return arch, view

    @api.model
    def fields_get(self, allfields=None, attributes=None):
        # EXTENDS 'base': the search bar offers these fields to no group-by
        found = super().fields_get(allfields, attributes)
        for name in PERSONS & found.keys():
            if found[name].get("groupable"):
                found[name]["groupable"] = False
        return found

    @api.model
    @api.readonly
    def formatted_read_group(self, domain, groupby=(), aggregates=(), *args, **kwargs):
        # EXTENDS 'web'
        self._escarcelle_refuse_persons(groupby)
        return super().formatted_read_group(domain, groupby, aggregates, *args, **kwargs)

    @api.model
    @api.readonly
    def formatted_read_grouping_sets(self, domain, grouping_sets, aggregates=(), **kwargs):
        # EXTENDS 'web'
        self._escarcelle_refuse_persons([spec for specs in grouping_sets for spec in specs])
        return super().formatted_read_grouping_sets(domain, grouping_sets, aggregates, **kwargs)

    @api.model
    @api.readonly
    def web_read_group(self, domain, groupby, aggregates=(), *args, **kwargs):
        # EXTENDS 'web'
        self._escarcelle_refuse_persons(groupby)
        return super().web_read_group(domain, groupby, aggregates, *args, **kwargs)

    @api.model
    @api.readonly
    def read_group(self, domain, fields, groupby, *args, **kwargs):
        # EXTENDS 'base'
        self._escarcelle_refuse_persons([groupby] if isinstance(groupby, str) else groupby)
        return super().read_group(domain, fields, groupby, *args, **kwargs)

    @api.model
    @api.readonly
    def read_progress_bar(self, domain, group_by, progress_bar):
        # EXTENDS 'web'
        self._escarcelle_refuse_persons([group_by])
        return super().read_progress_bar(domain, group_by, progress_bar)

    @api.model
    def _escarcelle_refuse_persons(self, specs):
        if any(person_of(spec) for spec in specs or ()):
            raise UserError(
                self.env._(
                    "Sales are not counted person by person: choose another grouping, a till for instance."
                )
            )


class PosOrder(models.Model):
    _name = "pos.order"
    _inherit = ["pos.order", "escarcelle.person.grouping"]


class PosOrderLine(models.Model):
    _name = "pos.order.line"
    _inherit = ["pos.order.line", "escarcelle.person.grouping"]


class PosPayment(models.Model):
    _name = "pos.payment"
    _inherit = ["pos.payment", "escarcelle.person.grouping"]


class PosSession(models.Model):
    _name = "pos.session"
    _inherit = ["pos.session", "escarcelle.person.grouping"]


class ReportPosOrder(models.Model):
    _name = "report.pos.order"
    _inherit = ["report.pos.order", "escarcelle.person.grouping"]


class PosDailySalesReportsWizard(models.TransientModel):
    _inherit = "pos.daily.sales.reports.wizard"

    @api.model
    def default_get(self, fields):
        # EXTENDS 'point_of_sale': the report of a day is not cut up by employee (module pos_hr)
        values = super().default_get(fields)
        if PER_PERSON in values:
            values[PER_PERSON] = False
        return values

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        # EXTENDS 'base'
        arch, view = super()._get_view(view_id, view_type, **options)
        for node in list(arch.iter("field", "label")):
            if PER_PERSON in (node.get("name"), node.get("for")):
                node.getparent().remove(node)
        return arch, view

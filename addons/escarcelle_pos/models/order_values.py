"""From a signed ticket to the values of its pos.order. Reads Odoo, writes nothing."""

from uuid import UUID, uuid5

from odoo.fields import Command

from escarcelle_core.errors import EscarcelleError
from escarcelle_core.money import line_tax

from .line_taxes import LineTaxes
from .till_job import Repair, instant, rows

#: Names the change given back on a payment, so that a retry makes the same pos.payment.
CHANGE = "change"


class OrderValues:
    """Values for a batch of tickets of one till; what they refer to is read once for all of them.

    The ticket is the authority. Where the order that came with it, or Odoo's own data, says something
    else, the ticket is followed and a difference is noted on the job (amounts in cents).
    """

    def __init__(self, till, jobs):
        self.till = till
        self.env = till.env
        self.company = till.company_id
        self.methods = {method.id: method for method in till.config_id.payment_method_ids}
        orders = [job.entry["order"] or {} for job in jobs]
        lines = [line for order in orders for line in rows(order, "lines")]
        self.products = self._existing("product.product", {line.get("product_id") for line in lines})
        self.pricelists = self._existing("product.pricelist", {o.get("pricelist_id") for o in orders})
        self.positions = self._existing(
            "account.fiscal.position", {o.get("fiscal_position_id") for o in orders}
        )
        self.origins = self._refunded({str(line.get("refunded_line_uuid") or "") for line in lines})
        self.cashiers = self.env["escarcelle.cashier"]._escarcelle_users(self.company)
        self._partners = {}
        self._sectors = {}
        self._taxes = LineTaxes(self.env, self.company)

    def of(self, job):
        """Values for ``pos.order.create``; raises Repair with what to do when there are none."""
        try:
            ticket = job.read_ticket()
        except EscarcelleError as error:
            raise Repair(self.env._("The signed ticket cannot be read: %s", str(error))) from error
        order = job.entry["order"] or {}
        record = job.sale
        position = self._position(job, ticket, order)
        negative = ticket.total < 0
        sent = {row.get("uuid"): row for row in rows(order, "lines")}
        number = f"{record['till_number']}-{record['seq']}"
        return {
            "name": f"{self.till.name} {number}",
            "pos_reference": number,
            "tracking_number": str(record["seq"] % 1000),
            "sequence_number": record["seq"],
            "uuid": ticket.uid,
            "session_id": job.session.id,
            "company_id": self.company.id,
            "date_order": instant(record["at"]),
            "user_id": self.cashiers.get(ticket.cashier, self.env.uid),
            "partner_id": self._partner(job, ticket.customer).id,
            "pricelist_id": self._pricelist(job, order).id,
            "fiscal_position_id": position.id,
            "is_refund": ticket.operation == "ANN",
            "state": "paid",
            "amount_total": ticket.total / 100,
            "amount_tax": ticket.tax / 100,
            "amount_paid": ticket.total / 100,
            "amount_return": sum(payment.change for payment in ticket.payments) / 100,
            "lines": [
                Command.create(self._line(job, line, sent.get(line.uid, {}), position, number, negative))
                for line in ticket.lines
            ],
            "payment_ids": [
                Command.create(values)
                for payment in ticket.payments
                for values in self._payments(job, payment, order, instant(record["at"]))
            ],
        }

    def _line(self, job, line, row, position, number, negative):
        product = self._product(job, line, row)
        taxes = self._line_taxes(job, line, product, position)
        self._compare(job, line, row)
        base = line.amount - line.tax
        return {
            "uuid": line.uid,
            "name": f"{number}/{line.number}",
            "product_id": product.id,
            "full_product_name": line.label,
            "qty": float(line.quantity),
            "price_unit": float(line.unit_price),
            "discount": float(line.discount),
            "price_subtotal": base / 100,
            "price_subtotal_incl": line.amount / 100,
            "tax_ids": [Command.set(taxes.ids)],
            "extra_tax_data": self._forced(line, position.map_tax(taxes), -1 if negative else 1),
            "customer_note": line.comment or False,
            "refunded_orderline_id": self._origin(job, line).id,
            **self._cost(product, float(line.quantity)),
        }

    def _cost(self, product, quantity):
        """Cost of the goods, as core computes it at the sale; by lot or average it is known at closing."""
        if product.is_storable and product.cost_method in ("fifo", "average"):
            return {}
        return {"total_cost": quantity * product.standard_price, "is_total_cost_computed": True}

    def _forced(self, line, taxes, sign):
        """The amounts of the ticket in the form Odoo's tax engine takes as given.

        The engine turns the quantities of an order with a negative total around, so do these.
        """
        base, tax = (line.amount - line.tax) * sign / 100, line.tax * sign / 100
        amounts = {
            "base_amount_currency": base, "base_amount": base, "tax_amount_currency": tax, "tax_amount": tax,
        }  # fmt: skip
        return {
            "currency_id": self.company.currency_id.id,
            "rate": 1.0,
            "price_unit": float(line.unit_price),
            "discount": float(line.discount),
            "quantity": float(line.quantity) * sign,
            "manual_total_excluded_currency": base,
            "manual_total_excluded": base,
            "manual_tax_amounts": {str(applied.id): dict(amounts) for applied in taxes},
        }

    def _product(self, job, line, row):
        product = self.products.get(row.get("product_id"))
        if not product and line.code:
            product = self.env["product.product"].with_context(active_test=False).search(
                [*self.env["product.product"]._check_company_domain(self.company), ("default_code", "=", line.code)],
                limit=1,
            )
        if not product:
            raise Repair(
                self.env._(
                    "The product “%(label)s” (%(code)s) no longer exists. Create it again with this"
                    " internal reference, then retry.",
                    label=line.label,
                    code=line.code or row.get("product_id") or "?",
                )
            )
        if line.code and (product.default_code or "") != line.code:
            job.differences.append(
                {
                    "kind": "product",
                    "what": self.env._(
                        "Line %(number)s: the ticket says product %(code)s, the server %(other)s",
                        number=line.number, code=line.code, other=product.default_code or product.display_name,
                    ),
                }
            )  # fmt: skip
        return product

    def _line_taxes(self, job, line, product, position):
        """Taxes of the line before the fiscal position: the product's when they give the ticket's rate."""
        own, usable = self._taxes.of(product, position, line.rate)
        if usable is None:
            raise Repair(
                self.env._(
                    "No sales tax of %(rate)s %% exists for “%(label)s”. Create it, then retry.",
                    rate=line.rate / 100,
                    label=line.label,
                )
            )
        if own != line.rate:
            job.differences.append(
                {
                    "kind": "vat",
                    "what": self.env._(
                        "Line %(number)s: VAT at %(rate)s %% on the ticket, %(other)s %% on the server",
                        number=line.number,
                        rate=line.rate / 100,
                        other=own / 100,
                    ),
                    "ticket": line.tax,
                    "server": line_tax(line.amount, own),
                }
            )
        return usable

    def _compare(self, job, line, row):
        """Note where the order that came with the ticket says something else."""
        if not row:
            job.differences.append(
                {
                    "kind": "line",
                    "what": self.env._("Line %s is not in the order that came with the ticket", line.number),
                    "ticket": line.amount,
                }
            )
            return
        said = (str(row.get("quantity")), str(row.get("unit_price")), str(row.get("discount", "0.00")))
        signed = (f"{line.quantity:.3f}", f"{line.unit_price:.4f}", f"{line.discount:.2f}")
        if said != signed:
            job.differences.append(
                {
                    "kind": "line",
                    "what": self.env._(
                        "Line %(number)s: %(signed)s on the ticket, %(said)s in the order",
                        number=line.number, signed=" × ".join(signed), said=" × ".join(said),
                    ),
                    "ticket": line.amount,
                }
            )  # fmt: skip

    def _payments(self, job, payment, order, at):
        row = next((r for r in rows(order, "payments") if r.get("uuid") == payment.uid), {})
        method = self.methods.get(row.get("payment_method_id")) or self._method_of(payment.mode)
        if not method:
            raise Repair(
                self.env._(
                    "The payment method “%(label)s” is no longer one of point of sale %(config)s. Add it there,"
                    " then retry.",
                    label=payment.label,
                    config=self.till.config_id.display_name,
                )
            )
        if row and row.get("amount") != payment.amount:
            job.differences.append(
                {
                    "kind": "payment",
                    "what": self.env._("Payment “%s”: the order says another amount", payment.label),
                    "ticket": payment.amount,
                    "server": row["amount"] if isinstance(row.get("amount"), int) else 0,
                }
            )
        given = {
            "uuid": payment.uid,
            "payment_method_id": method.id,
            "amount": (payment.amount + payment.change) / 100,
            "payment_date": at,
        }
        if not payment.change:
            return [given]
        change = {
            "uuid": str(uuid5(UUID(payment.uid), CHANGE)),
            "payment_method_id": method.id,
            "name": self.env._("Change"),
            "amount": -payment.change / 100,
            "payment_date": at,
            "is_change": True,
        }
        return [given, change]

    def _method_of(self, mode):
        return next(
            (m for m in self.methods.values() if self.till._escarcelle_payment_code(m) == mode), None
        )

    def _origin(self, job, line):
        origin = self.origins.get(line.origin, self.env["pos.order.line"])
        if line.origin and not origin:
            job.differences.append(
                {
                    "kind": "origin",
                    "what": self.env._("Line %s refunds a sale that has not been received yet", line.number),
                    "reference": line.origin,
                    "line_uuid": line.uid,
                    "ticket": line.amount,
                }
            )
        return origin

    def _partner(self, job, code):
        if not code:
            return self.env["res.partner"]
        if code not in self._partners:
            self._partners[code] = self.till._escarcelle_partner(code)
        if not self._partners[code]:
            job.differences.append(
                {"kind": "customer", "what": self.env._("Customer code %s is unknown", code)}
            )
        return self._partners[code]

    def _pricelist(self, job, order):
        wanted = order.get("pricelist_id")
        pricelist = self.pricelists.get(wanted, self.env["product.pricelist"])
        if wanted and not pricelist:
            job.differences.append({"kind": "tariff", "what": self.env._("Tariff %s is unknown", wanted)})
        return pricelist

    def _position(self, job, ticket, order):
        wanted = order.get("fiscal_position_id")
        position = self.positions.get(wanted, self.env["account.fiscal.position"])
        if wanted and not position:
            job.differences.append(
                {"kind": "tariff", "what": self.env._("Fiscal position %s is unknown", wanted)}
            )
        sector = ticket.regime.sector
        if (position.escarcelle_sector or "TAXABLE") != sector and sector != "TAXABLE":
            # The page named none, or another: the signed sector says which accounts it goes to.
            return self._of_sector(sector) or position
        return position

    def _of_sector(self, sector):
        if sector not in self._sectors:
            self._sectors[sector] = self.env["account.fiscal.position"].search(
                [("company_id", "=", self.company.id), ("escarcelle_sector", "=", sector)], order="id", limit=1
            )
        return self._sectors[sector]

    def _existing(self, model, ids):
        """Records by id among ``ids`` (whatever a till sent), archived ones included, of our company."""
        Model = self.env[model].with_context(active_test=False)
        wanted = [i for i in ids if type(i) is int and 0 < i < 2**31]
        found = Model.search([*Model._check_company_domain(self.company), ("id", "in", wanted)]) if wanted else Model
        return {record.id: record.with_context(self.env.context) for record in found}

    def _refunded(self, uuids):
        Line = self.env["pos.order.line"]
        wanted = [uuid for uuid in uuids if uuid]
        domain = [("uuid", "in", wanted), ("company_id", "=", self.company.id)]
        return {line.uuid: line for line in Line.search(domain)} if wanted else {}

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class EscarcelleReconciliation(models.Model):
    """One line per till and business day: what was signed, sold, paid and booked, side by side.

    Read straight from the fiscal journal, the orders and the accounts; nothing is stored. Amounts VAT
    included, in euros.
    """

    _name = "escarcelle.reconciliation"
    _description = "Reconciliation of a business day"
    _auto = False
    _order = "business_day desc, till_id"
    _rec_name = "business_day"

    till_id = fields.Many2one("escarcelle.till", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    business_day = fields.Date(readonly=True)
    tickets = fields.Integer("Tickets", readonly=True)
    closing_total = fields.Monetary(
        "Day closing", readonly=True, help="Totals signed by the till's day closings (GTJ)."
    )
    ticket_total = fields.Monetary("Signed tickets", readonly=True)
    order_total = fields.Monetary("Orders", readonly=True)
    payment_total = fields.Monetary("Payments", readonly=True)
    entry_total = fields.Monetary("Accounting", readonly=True, help="Income and VAT of the day's entries.")
    to_repair = fields.Integer("To repair", readonly=True)
    entry_date = fields.Date("Entry date", readonly=True)
    is_cutoff = fields.Boolean(
        "Cut-off", readonly=True, help="The accounting period was locked: the entry has a later date than the day."
    )
    state = fields.Selection(
        [
            ("open", "Day not closed"),
            ("repair", "Tickets to repair"),
            ("booking", "Not booked yet"),
            ("match", "Equal"),
            ("mismatch", "Different"),
        ],
        readonly=True,
    )

    @property
    def _table_query(self):
        return SQL(
            """
            WITH signed AS (
                SELECT t.id AS till_id, r.business_day,
                       count(*) FILTER (WHERE r.kind = 'TCK') AS tickets,
                       sum(split_part(r.payload, ',', 2)::bigint) FILTER (WHERE r.kind = 'TCK') AS ticket_cents,
                       sum(split_part(r.payload, ',', 2)::bigint) FILTER (WHERE r.kind = 'GTJ') AS closing_cents,
                       -- sold on after the last closing: the day is open
                       coalesce(max(r.id) FILTER (WHERE r.kind = 'GTJ') > max(r.id) FILTER (WHERE r.kind = 'TCK'),
                                bool_or(r.kind = 'GTJ')) AS closed
                FROM fiscal.record r JOIN escarcelle_till t ON t.uid8 = r.till
                WHERE r.kind IN ('TCK', 'GTJ')
                GROUP BY t.id, r.business_day
            ), sold AS (
                SELECT s.escarcelle_till_id AS till_id, s.escarcelle_business_day AS business_day,
                       sum(round(o.amount_total * 100)) AS order_cents,
                       -- Invoiced after its day was booked, a ticket is taken out of that entry by another.
                       sum(round(m.amount_total_signed * 100)
                           - CASE WHEN EXISTS (SELECT FROM account_move v
                                               WHERE v.reversed_pos_order_id = o.id AND v.state = 'posted')
                                  THEN round(o.amount_total * 100) ELSE 0 END) AS invoice_cents
                FROM pos_order o JOIN pos_session s ON s.id = o.session_id
                LEFT JOIN account_move m ON m.id = o.account_move AND m.state = 'posted'
                WHERE s.escarcelle_till_id IS NOT NULL AND o.state NOT IN ('draft', 'cancel')
                GROUP BY 1, 2
            ), paid AS (
                SELECT s.escarcelle_till_id AS till_id, s.escarcelle_business_day AS business_day,
                       sum(round(p.amount * 100)) AS payment_cents
                FROM pos_payment p JOIN pos_session s ON s.id = p.session_id
                WHERE s.escarcelle_till_id IS NOT NULL
                GROUP BY 1, 2
            ), booked AS (
                SELECT s.escarcelle_till_id AS till_id, s.escarcelle_business_day AS business_day,
                       max(m.date) AS entry_date,
                       bool_and(s.state = 'closed') AS booked,
                       -sum(round(l.balance * 100)) FILTER (WHERE m.state = 'posted' AND (
                           l.tax_line_id IS NOT NULL OR a.account_type IN ('income', 'income_other')
                       )) AS entry_cents
                FROM pos_session s
                LEFT JOIN account_move m ON m.id = s.move_id
                LEFT JOIN account_move_line l ON l.move_id = m.id
                LEFT JOIN account_account a ON a.id = l.account_id
                WHERE s.escarcelle_till_id IS NOT NULL
                GROUP BY 1, 2
            ), waiting AS (
                SELECT e.till_id, e.business_day, count(*) AS to_repair
                FROM escarcelle_till_entry e WHERE e.build = 'repair' GROUP BY 1, 2
            ), days AS (
                SELECT till_id, business_day FROM signed UNION SELECT till_id, business_day FROM booked
            ), rows AS (
                SELECT d.till_id, d.business_day, coalesce(signed.tickets, 0) AS tickets,
                       coalesce(signed.ticket_cents, 0) AS ticket_cents,
                       coalesce(signed.closing_cents, 0) AS closing_cents,
                       coalesce(signed.closed, false) AS closed,
                       coalesce(sold.order_cents, 0) AS order_cents,
                       coalesce(paid.payment_cents, 0) AS payment_cents,
                       coalesce(booked.entry_cents, 0) + coalesce(sold.invoice_cents, 0) AS entry_cents,
                       booked.entry_date, coalesce(booked.booked, true) AS booked,
                       coalesce(waiting.to_repair, 0) AS to_repair
                FROM days d
                LEFT JOIN signed USING (till_id, business_day)
                LEFT JOIN sold USING (till_id, business_day)
                LEFT JOIN paid USING (till_id, business_day)
                LEFT JOIN booked USING (till_id, business_day)
                LEFT JOIN waiting USING (till_id, business_day)
            )
            SELECT (r.business_day - DATE '2000-01-01') * 1000 + t.number AS id,
                   r.till_id, t.company_id, r.business_day, r.tickets::integer,
                   r.closing_cents / 100.0 AS closing_total, r.ticket_cents / 100.0 AS ticket_total,
                   r.order_cents / 100.0 AS order_total, r.payment_cents / 100.0 AS payment_total,
                   r.entry_cents / 100.0 AS entry_total, r.to_repair::integer, r.entry_date,
                   coalesce(r.entry_date <> r.business_day, false) AS is_cutoff,
                   CASE WHEN NOT r.closed THEN 'open'
                        WHEN r.to_repair > 0 THEN 'repair'
                        WHEN NOT r.booked THEN 'booking'
                        WHEN r.closing_cents = r.ticket_cents AND r.ticket_cents = r.order_cents
                             AND r.order_cents = r.payment_cents AND r.payment_cents = r.entry_cents THEN 'match'
                        ELSE 'mismatch' END AS state
            FROM rows r JOIN escarcelle_till t ON t.id = r.till_id
            """
        )


class EscarcelleTill(models.Model):
    _inherit = "escarcelle.till"

    @api.model
    def _escarcelle_reconciliation(self, day_from=None, day_to=None):
        """Rows of ``escarcelle.reconciliation`` as dicts, amounts in cents, oldest first.

        ``matches`` is true when day closing = signed tickets = orders = payments = accounting entry.
        """
        domain = Domain.TRUE
        if day_from:
            domain &= Domain("business_day", ">=", day_from)
        if day_to:
            domain &= Domain("business_day", "<=", day_to)
        if self:
            domain &= Domain("till_id", "in", self.ids)
        self.env.flush_all()
        self.env["escarcelle.reconciliation"].invalidate_model()
        rows = self.env["escarcelle.reconciliation"].search(domain, order="business_day, till_id")
        return [
            {
                "till": row.till_id.uid8,
                "number": row.till_id.number,
                "business_day": row.business_day.isoformat(),
                "tickets": row.tickets,
                "closing": round(row.closing_total * 100),
                "signed": round(row.ticket_total * 100),
                "orders": round(row.order_total * 100),
                "payments": round(row.payment_total * 100),
                "accounting": round(row.entry_total * 100),
                "entry_date": row.entry_date.isoformat() if row.entry_date else None,
                "cutoff": row.is_cutoff,
                "to_repair": row.to_repair,
                "state": row.state,
                "matches": row.state == "match",
            }
            for row in rows
        ]

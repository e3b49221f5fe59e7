from dataclasses import dataclass, field

from odoo import api, models
from odoo.tools import SQL

#: Taxed, invoiced to a professional, exempt… are told apart by sector and rate.
_UUID = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"


@dataclass
class Row:
    """One (day, device, part, sector, rate or means): the same amount in the three books, in cents."""

    day: object
    till: int
    part: str
    sector: str
    key: object
    closing: int = 0
    closing_tax: int = 0
    tickets: int = 0
    tickets_tax: int = 0
    count: int = 0
    booked: int = 0
    booked_tax: int = 0
    closed: bool = False
    waiting: bool = False
    moves: set = field(default_factory=set)

    @property
    def difference(self):
        """Largest distance between two of the books, signed: accounts, or tickets, minus the closing."""
        gaps = [
            self.tickets - self.closing if self.closed else 0,
            self.booked - self.tickets if not self.waiting else 0,
            self.tickets_tax - self.closing_tax if self.closed else 0,
            self.booked_tax - self.tickets_tax if not self.waiting else 0,
        ]
        return max(gaps, key=abs)

    @property
    def state(self):
        if self.difference:
            return "different"
        if not self.closed:
            return "open"
        return "booking" if self.waiting else "equal"


class EscarcelleFiscalSalesLedger(models.AbstractModel):
    """Sales of a period by day, device, sector, VAT rate and means of payment, from three sources: the signed
    day closings, the signed tickets, the accounts. Nothing is stored, each source is read with a few queries."""

    _name = "escarcelle.fiscal.sales.ledger"
    _description = "Sales in the three books"

    @api.model
    def _escarcelle_rows(self, company, start, end, tills=()):
        """Rows sorted by day, device, part, sector and rate; ``tills``: ids of ``escarcelle.fiscal.till``."""
        self.env.flush_all()
        rows = {}

        def row(day, till, part, sector, key):
            return rows.setdefault((day, till, part, sector, key), Row(day, till, part, sector, key))

        where = SQL(
            "r.company_id = %s AND r.business_day BETWEEN %s AND %s %s",
            company.id, start, end, SQL("AND f.id IN %s", tuple(tills)) if tills else SQL(),
        )  # fmt: skip
        for day, till, part, sector, key, amount, tax in self._closings(where):
            found = row(day, till, part, sector, key)
            found.closing += amount
            found.closing_tax += tax
        closed = self._closed(where)
        tickets, sessions, last = self._tickets(where)
        for day, till, part, sector, key, amount, tax, count, session in tickets:
            found = row(day, till, part, sector, key)
            found.tickets += amount
            found.tickets_tax += tax
            found.count += count
            if part == "payment" or (session in sessions and sessions[session]):
                # Booked as signed; what the entry says else is added to the session's last day below.
                found.booked += amount
                found.booked_tax += tax
            else:
                found.waiting = True
            found.moves |= sessions.get(session) or set()
        for (session, part, sector, key), (amount, tax) in self._gaps(company, sessions).items():
            day, till = last[session]
            if start <= day <= end:
                found = row(day, till, part, sector, key)
                found.booked += amount
                found.booked_tax += tax
                found.moves |= sessions[session]
        for found in rows.values():
            found.closed = (found.till, found.day) in closed
        return sorted(rows.values(), key=lambda r: (r.day, r.till, r.part != "vat", r.sector, _rank(r.key)))

    # -- the signed books ------------------------------------------------------------------------

    def _closings(self, where):
        return self.env.execute_query(
            SQL(
                """
                SELECT r.business_day, f.id::integer, 'vat', v.sector, round(v.rate * 100)::integer::text,
                       sum(round(v.base * 100))::bigint, sum(round(v.tax * 100))::bigint
                FROM fiscal.record r JOIN fiscal.till f ON f.uid = r.till AND f.version = 1,
                     XMLTABLE('/cloture/bilan/tvas/tva' PASSING (r.xml::xml) COLUMNS
                         sector text PATH '@secteur', rate numeric PATH '@taux', base numeric PATH '@base',
                         tax numeric PATH '.') v
                WHERE r.kind = 'GTJ' AND %(where)s GROUP BY 1, 2, 4, 5
                UNION ALL
                SELECT r.business_day, f.id::integer, 'payment', '', p.mode, sum(round(p.amount * 100))::bigint, 0
                FROM fiscal.record r JOIN fiscal.till f ON f.uid = r.till AND f.version = 1,
                     XMLTABLE('/cloture/bilan/encaissements/encaissement' PASSING (r.xml::xml) COLUMNS
                         mode text PATH '@mode', amount numeric PATH '.') p
                WHERE r.kind = 'GTJ' AND %(where)s GROUP BY 1, 2, 5
                """,
                where=where,
            )
        )

    def _closed(self, where):
        """(device, day) closed after their last ticket."""
        rows = self.env.execute_query(
            SQL(
                """SELECT f.id::integer, r.business_day FROM fiscal.record r
                   JOIN fiscal.till f ON f.uid = r.till AND f.version = 1
                   WHERE r.kind IN ('TCK', 'GTJ') AND %s GROUP BY 1, 2
                   HAVING max(r.id) FILTER (WHERE r.kind = 'GTJ')
                          > coalesce(max(r.id) FILTER (WHERE r.kind = 'TCK'), 0)""",
                where,
            )
        )
        return set(rows)

    def _tickets(self, where):
        """(rows by session, {session: moves that book it, empty while it is open}, {session: last (day, device)})."""
        cr = self.env.cr
        # Orders and their tickets, with the sessions that reach beyond the period.
        cr.execute("DROP TABLE IF EXISTS pg_temp.escarcelle_ledger")
        cr.execute(
            SQL(
                """
                CREATE TEMP TABLE escarcelle_ledger ON COMMIT DROP AS
                SELECT r.id, r.business_day, f.id::integer AS till, o.session_id, o.account_move, true AS inside
                FROM fiscal.record r JOIN fiscal.till f ON f.uid = r.till AND f.version = 1
                LEFT JOIN pos_order o ON o.uuid = r.origin::text
                WHERE r.kind = 'TCK' AND %s
                """,
                where,
            )
        )
        cr.execute(
            SQL(
                """
                INSERT INTO escarcelle_ledger
                SELECT r.id, r.business_day, f.id::integer, o.session_id, o.account_move, false
                FROM pos_order o
                JOIN fiscal.record r ON r.kind = 'TCK'
                                    AND r.origin = CASE WHEN o.uuid ~ %s THEN o.uuid::uuid END
                JOIN fiscal.till f ON f.uid = r.till AND f.version = 1
                WHERE o.session_id IN (SELECT session_id FROM escarcelle_ledger WHERE session_id IS NOT NULL)
                  AND r.id NOT IN (SELECT id FROM escarcelle_ledger)
                """,
                _UUID,
            )
        )
        cr.execute("ANALYZE escarcelle_ledger")
        rows = self.env.execute_query(
            SQL(
                """
                SELECT t.business_day, t.till, 'vat', s.sector, round(v.rate * 100)::integer::text,
                       sum(round(v.base * 100))::bigint, sum(round(v.tax * 100))::bigint, count(*), t.session_id
                FROM escarcelle_ledger t JOIN fiscal.record r ON r.id = t.id,
                     XMLTABLE('/ticket' PASSING (r.xml::xml) COLUMNS sector text PATH 'entete/tarif/@secteur',
                              taxes xml PATH 'bilan/tvas') s,
                     XMLTABLE('/tvas/tva' PASSING s.taxes COLUMNS
                         rate numeric PATH '@taux', base numeric PATH '@base', tax numeric PATH '.') v
                WHERE t.inside GROUP BY 1, 2, 4, 5, 9
                UNION ALL
                SELECT t.business_day, t.till, 'payment', '', p.mode, sum(round(p.amount * 100))::bigint, 0, count(*),
                       t.session_id
                FROM escarcelle_ledger t JOIN fiscal.record r ON r.id = t.id,
                     XMLTABLE('/ticket/bilan/encaissements/encaissement' PASSING (r.xml::xml) COLUMNS
                         mode text PATH '@mode', amount numeric PATH '.') p
                WHERE t.inside GROUP BY 1, 2, 5, 9
                """
            )
        )
        sessions, last = {}, {}
        for session, day, till, move, state, invoices in self.env.execute_query(
            SQL(
                """
                SELECT t.session_id, max(t.business_day),
                       (array_agg(t.till ORDER BY t.business_day DESC, t.id DESC))[1],
                       CASE WHEN m.state = 'posted' THEN m.id END, s.state,
                       array_remove(array_agg(DISTINCT i.id), NULL)
                FROM escarcelle_ledger t JOIN pos_session s ON s.id = t.session_id
                LEFT JOIN account_move m ON m.id = s.move_id
                LEFT JOIN account_move i ON i.id = t.account_move AND i.state = 'posted'
                GROUP BY t.session_id, m.id, m.state, s.state
                """
            )
        ):
            sessions[session] = ({move} - {None}) | set(invoices) if state == "closed" else set()
            last[session] = (day, till)
        return rows, sessions, last

    # -- the accounts ----------------------------------------------------------------------------

    def _gaps(self, company, sessions):
        """{(session, part, sector, rate): (amount, tax)}: what the entries say beyond the signed tickets."""
        booked = {session: moves for session, moves in sessions.items() if moves}
        gaps = {}
        if not booked:
            return gaps
        for session, sector, rate, amount, tax in self._signed(tuple(booked)):
            gaps[session, "vat", sector, rate] = [-amount, -tax]
        owner = {move: session for session, moves in booked.items() for move in moves}
        for move, sector, rate, amount, tax in self._entries(company, tuple(owner)):
            gap = gaps.setdefault((owner[move], "vat", sector, rate), [0, 0])
            gap[0] += amount
            gap[1] += tax
        return {key: gap for key, gap in gaps.items() if gap != [0, 0]}

    def _signed(self, sessions):
        return self.env.execute_query(
            SQL(
                """
                SELECT t.session_id, s.sector, round(v.rate * 100)::integer::text, sum(round(v.base * 100))::bigint,
                       sum(round(v.tax * 100))::bigint
                FROM escarcelle_ledger t JOIN fiscal.record r ON r.id = t.id,
                     XMLTABLE('/ticket' PASSING (r.xml::xml) COLUMNS sector text PATH 'entete/tarif/@secteur',
                              taxes xml PATH 'bilan/tvas') s,
                     XMLTABLE('/tvas/tva' PASSING s.taxes COLUMNS
                         rate numeric PATH '@taux', base numeric PATH '@base', tax numeric PATH '.') v
                WHERE t.session_id IN %s GROUP BY 1, 2, 3
                """,
                sessions,
            )
        )

    def _entries(self, company, moves):
        """(move, sector, rate, amount VAT included, VAT) of income and VAT lines, in cents."""
        taxes = {}
        positions = self.env["account.fiscal.position"].with_context(active_test=False).search(
            [("company_id", "=", company.id), ("escarcelle_sector", "not in", (False, "TAXABLE"))]
        )  # fmt: skip
        accounts = {account: p.escarcelle_sector for p in positions for account in p.account_ids.account_dest_id.ids}
        for position in positions:
            for tax in position.with_context(active_test=False).tax_ids.ids:
                taxes[tax] = position.escarcelle_sector
        for move, account, tax_ids, rate, tax_rate, balance in self.env.execute_query(
            SQL(
                """
                SELECT l.move_id, l.account_id, array_remove(array_agg(DISTINCT x.account_tax_id), NULL),
                       coalesce(sum(round(t.amount * 100)), 0)::integer, round(own.amount * 100)::integer,
                       -round(l.balance * 100)::bigint
                FROM account_move_line l JOIN account_account a ON a.id = l.account_id
                LEFT JOIN account_move_line_account_tax_rel x ON x.account_move_line_id = l.id
                LEFT JOIN account_tax t ON t.id = x.account_tax_id
                LEFT JOIN account_tax own ON own.id = l.tax_line_id
                WHERE l.move_id IN %s
                  AND (l.tax_line_id IS NOT NULL OR a.account_type IN ('income', 'income_other'))
                GROUP BY l.id, own.amount
                """,
                moves,
            )
        ):
            if tax_rate is not None:
                yield move, "TAXABLE", str(tax_rate), balance, balance
                continue
            sector = next((taxes[tax] for tax in tax_ids if tax in taxes), accounts.get(account, "TAXABLE"))
            yield move, sector, str(rate), balance, 0


def _rank(key):
    return (0, -int(key), "") if key.isdigit() else (1, 0, key)

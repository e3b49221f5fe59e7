from decimal import Decimal

from odoo import models
from odoo.tools import SQL

from ..tools import fec_file

#: Rows read at a time: memory stays the same for 500 000 lines.
FETCH = 5000


class FecExportWizard(models.TransientModel):
    """The lines of the FEC, read as they are written: one query, one cursor of the database."""

    _inherit = "l10n_fr.fec.export.wizard"

    def _escarcelle_rows(self):
        """The 18 values of each line (tools/fec_file), opening balances first, then by validation."""
        number = 0
        for row in self._escarcelle_opening():
            number = 1
            debit, credit = max(row[4], Decimal(0)), max(-row[4], Decimal(0))
            piece = f"À-nouveau {self.date_from:%Y}"
            yield (
                "OUV", "À-nouveaux", 1, self.date_from, *row[:4], piece, self.date_from, "À-nouveau", debit, credit,
                "", None, self.date_from, "", "",
            )  # fmt: skip
        yield from self._escarcelle_entries(number)

    # -- opening balances ------------------------------------------------------------------------

    def _escarcelle_opening(self):
        """(account, its name, partner code, partner name, balance): one a balance-sheet account and partner.

        Results of earlier years that nobody allocated are one line, 120 or 129.
        """
        company = self.env.company
        query = self.env["account.move.line"]._search([*self._get_base_domain(), ("date", "<", self.date_from)])
        self.env.flush_all()
        parts = self._escarcelle_parts(query)
        rows = self.env.execute_query(
            SQL(
                "%s GROUP BY 1, 3, 5 ORDER BY 1, 3",
                query.select(
                    SQL(
                        """%(code)s AS code, min(%(name)s) AS name, %(aux)s AS aux, min(%(aux_name)s) AS aux_name,
                           %(account)s.account_type AS type,
                           sum(account_move_line.balance)::text AS balance""",
                        **parts,
                    )
                ),
            )
        )
        result = Decimal(0)
        balances = {}
        for code, name, aux, aux_name, kind, text in rows:
            balance = Decimal(text)
            if kind == "equity_unaffected" or kind.startswith(("income", "expense")):
                result += balance
                continue
            known = balances.get((code, aux), (name, aux_name, Decimal(0)))
            balances[code, aux] = (*known[:2], known[2] + balance)
        if result:
            code = "120000" if result < 0 else "129000"
            label = "Résultat de l'exercice (bénéfice)" if result < 0 else "Résultat de l'exercice (perte)"
            Account = self.env["account.account"].with_context(lang="fr_FR")
            own = Account.search([*Account._check_company_domain(company), ("code", "=", code)], limit=1)
            known = balances.get((code, ""), (own.name or label, "", Decimal(0)))
            balances[code, ""] = (*known[:2], known[2] + result)
        for (code, aux), (name, aux_name, balance) in sorted(balances.items(), key=lambda item: str(item[0])):
            if balance:
                yield (code, name, aux, aux_name, balance)

    # -- entries ---------------------------------------------------------------------------------

    def _escarcelle_entries(self, number):
        query = self.env["account.move.line"]._search(
            [*self._get_base_domain(), ("date", ">=", self.date_from), ("date", "<=", self.date_to)]
        )
        self.env.flush_all()
        parts = self._escarcelle_parts(query)
        move = parts["move"]
        validated = SQL("coalesce(%s.escarcelle_validated_at, %s.create_date)", move, move)
        zone = SQL("AT TIME ZONE 'UTC' AT TIME ZONE %s", self.env.company.escarcelle_timezone)
        columns = SQL(
            """%(journal)s.code, %(journal_name)s,
               %(number)s + dense_rank() OVER (ORDER BY %(validated)s, %(move)s.id), %(move)s.date,
               %(code)s, %(name)s, %(aux)s, %(aux_name)s, %(move)s.name,
               coalesce(%(move)s.invoice_date, %(move)s.date),
               coalesce(nullif(btrim(account_move_line.name, E' \\t\\r\\n'), ''),
                        nullif(btrim(%(move)s.ref, E' \\t\\r\\n'), ''), %(move)s.name),
               greatest(account_move_line.debit, 0) + greatest(-account_move_line.credit, 0),
               greatest(account_move_line.credit, 0) + greatest(-account_move_line.debit, 0),
               %(full)s.id, (%(full)s.create_date %(zone)s)::date,
               CASE WHEN %(move)s.state = 'posted' THEN (%(validated)s %(zone)s)::date END,
               CASE WHEN account_move_line.currency_id <> account_move_line.company_currency_id
                    THEN account_move_line.amount_currency END,
               CASE WHEN account_move_line.currency_id <> account_move_line.company_currency_id
                    THEN %(currency)s.name END""",
            number=number, validated=validated, zone=zone,
            full=_joined(query, "full_reconcile_id", "account_full_reconcile"),
            currency=_joined(query, "currency_id", "res_currency"),
            **parts,
        )  # fmt: skip
        query.order = SQL("3, account_move_line.id")
        cr = self.env.cr
        cr.execute(SQL("DECLARE escarcelle_fec NO SCROLL CURSOR FOR %s", query.select(columns)))
        try:
            while True:
                cr.execute(SQL("FETCH %s FROM escarcelle_fec", FETCH))
                rows = cr.fetchall()
                for row in rows:
                    yield (*row[:13], fec_file.letter(row[13]), *row[14:])
                if len(rows) < FETCH:
                    break
        finally:
            cr.execute("CLOSE escarcelle_fec")

    def _escarcelle_parts(self, query):
        """SQL of what is joined to a line: its account, partner, journal and entry, with names in French."""
        french = self.with_context(lang="fr_FR").env
        account = query.join("account_move_line", "account_id", "account_account", "id", "account_id")
        journal = query.join("account_move_line", "journal_id", "account_journal", "id", "journal_id")
        move = query.join("account_move_line", "move_id", "account_move", "id", "move_id")
        partner = _joined(query, "partner_id", "res_partner")
        third = SQL("%s.account_type IN ('asset_receivable', 'liability_payable')", SQL.identifier(account))
        return {
            "account": SQL.identifier(account),
            "journal": SQL.identifier(journal),
            "move": SQL.identifier(move),
            "code": self.env["account.account"]._field_to_sql(account, "code", query),
            "name": french["account.account"]._field_to_sql(account, "name", query),
            "journal_name": french["account.journal"]._field_to_sql(journal, "name", query),
            "aux": SQL(
                "CASE WHEN %(third)s THEN coalesce(nullif(%(p)s.ref, ''), %(p)s.id::text, '') ELSE '' END",
                third=third, p=partner,
            ),
            "aux_name": SQL("CASE WHEN %s THEN coalesce(%s.name, '') ELSE '' END", third, partner),
        }  # fmt: skip


def _joined(query, field, table):
    return SQL.identifier(query.left_join("account_move_line", field, table, "id", field))


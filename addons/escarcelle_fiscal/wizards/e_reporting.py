from datetime import date

from odoo import api, fields, models

from escarcelle_core import vat

from ..tools.tables import COUNT, DATE, MONEY, RATE, Column, Table
from .sales_report import SECTOR_NAMES

#: Small and medium firms owe it from then on (loi n° 2023-1322, art. 91, as amended).
STARTS = date(2027, 9, 1)
GOODS_TAXED, NOT_TAXED = "TLB1", "TNT1"
#: Category of each sector; a sector that is not here is outside e-reporting: exempt associations make no
#: such declaration (CGI art. 261, 7-1°), and VAT is not levied in Guyane and Mayotte.
CATEGORIES = {vat.TAXABLE: GOODS_TAXED, vat.FRANCHISE: NOT_TAXED}
ACCOUNT = "COMPTE"


class EscarcelleFiscalEReporting(models.TransientModel):
    """« E-reporting »: daily totals of sales to consumers, as the French flow 10 asks for them in substance.

    From the signed tickets. Sales invoiced to a VAT-registered customer are left out: they travel as
    electronic invoices. Nothing is sent: the file goes to the platform the shop chose.
    """

    _name = "escarcelle.fiscal.e.reporting"
    _inherit = "escarcelle.fiscal.export"
    _description = "E-reporting of sales to consumers"

    status = fields.Char("Obligation", compute="_compute_status")

    @api.depends("company_id", "date_to")
    def _compute_status(self):
        for request in self:
            request.status = " ".join(request._escarcelle_remarks())

    def _escarcelle_title(self):
        return "E-reporting des ventes aux particuliers"

    def _escarcelle_slug(self):
        return "e-reporting"

    def _escarcelle_remarks(self):
        remarks = []
        if self.date_to and self.date_to < STARTS:
            remarks.append(
                f"L'obligation commence le {STARTS:%d/%m/%Y} pour les petites et moyennes entreprises : ces totaux"
                " sont donnés pour information."
            )
        sector = self.company_id._escarcelle_default_sector()
        if self.company_id.escarcelle_regime != "MIXED" and sector not in CATEGORIES:
            remarks.append(
                f"Régime « {SECTOR_NAMES[sector]} » : cette structure n'est pas tenue à l'e-reporting de ces ventes."
            )
        return remarks

    def _escarcelle_tables(self):
        rows = self._escarcelle_sold()
        due = [row for row in rows if row["sector"] in CATEGORIES]
        out = [row for row in rows if row["sector"] not in CATEGORIES]
        counts = self._escarcelle_counts()
        transactions = [
            (row["day"], CATEGORIES[row["sector"]], "EUR", row["rate"], row["amount"] - row["tax"], row["tax"],
             row["amount"], counts[row["day"], CATEGORIES[row["sector"]]])
            for row in due
        ]  # fmt: skip
        payments = [(row["day"], row["rate"], row["paid"]) for row in due if row["paid"]]
        outside = [(row["day"], SECTOR_NAMES[row["sector"]], row["amount"], row["count"]) for row in out]
        return [
            Table(
                "transactions", "Transactions par jour, catégorie et taux (flux 10.3)",
                (Column("Date", DATE), Column("Catégorie"), Column("Devise"), Column("Taux TVA", RATE),
                 Column("Base HT", MONEY, True), Column("TVA", MONEY, True), Column("TTC", MONEY, True),
                 Column("Transactions du jour", COUNT)),
                transactions,
            ),
            Table(
                "paiements", "Paiements par jour et taux (flux 10.4, exigés pour les seules prestations de services)",
                (Column("Date", DATE), Column("Taux TVA", RATE), Column("Encaissé TTC", MONEY, True)),
                payments,
            ),
            Table(
                "hors-e-reporting", "Ventes hors e-reporting",
                (Column("Date", DATE), Column("Motif"), Column("Montant", MONEY, True), Column("Tickets", COUNT, True)),
                outside,
            ),
        ]  # fmt: skip

    def _escarcelle_sold(self):
        """Daily totals by sector and rate, cents: amount, tax, paid at once, number of tickets."""
        self.env.flush_all()
        self.env.cr.execute(
            f"""{_PROFESSIONAL}
            SELECT t.business_day, t.sector, t.rate, sum(t.base)::bigint, sum(t.tax)::bigint,
                   coalesce(sum(t.base) FILTER (WHERE NOT t.owed), 0)::bigint, count(*)
            FROM ({_TICKETS}) t GROUP BY 1, 2, 3 ORDER BY 1, 2, 3 DESC
            """,
            self._escarcelle_scope(),
        )
        names = ("day", "sector", "rate", "amount", "tax", "paid", "count")
        return [dict(zip(names, row, strict=True)) for row in self.env.cr.fetchall()]

    def _escarcelle_counts(self):
        """{(day, category): number of transactions}; a ticket with two rates is one transaction."""
        self.env.cr.execute(
            f"{_PROFESSIONAL} SELECT t.business_day, t.sector, count(DISTINCT t.id) FROM ({_TICKETS}) t GROUP BY 1, 2",
            self._escarcelle_scope(),
        )
        counts = {}
        for day, sector, count in self.env.cr.fetchall():
            if sector in CATEGORIES:
                key = day, CATEGORIES[sector]
                counts[key] = counts.get(key, 0) + count
        return counts

    def _escarcelle_scope(self):
        return {"company": self.company_id.id, "start": self.date_from, "end": self.date_to, "account": ACCOUNT}


#: Tickets whose signed invoice names a VAT-registered customer, then one row a ticket and rate of the others.
_PROFESSIONAL = """
    WITH professional AS MATERIALIZED (
        SELECT DISTINCT i.till, f.number
        FROM fiscal.record i,
             XMLTABLE('/ticket/entete' PASSING (i.xml::xml) COLUMNS
                 kind text PATH 'origine/@document', number bigint PATH 'origine/@numero',
                 vat text PATH 'facture/destinataire/@tva') f
        WHERE i.kind = 'FCT' AND i.company_id = %(company)s AND i.business_day >= %(start)s AND f.kind = 'TCK'
          AND coalesce(f.vat, '') <> ''
    )
"""
_TICKETS = """
    SELECT r.id, r.business_day, s.sector, round(v.rate * 100)::integer AS rate, round(v.base * 100) AS base,
           round(v.tax * 100) AS tax, s.paid @> ARRAY[%(account)s] AS owed
    FROM fiscal.record r LEFT JOIN professional p ON p.till = r.till AND p.number = r.seq,
         XMLTABLE('/ticket' PASSING (r.xml::xml) COLUMNS sector text PATH 'entete/tarif/@secteur',
                  taxes xml PATH 'bilan/tvas', methods xml PATH 'bilan/encaissements') x,
         LATERAL (SELECT x.sector, xpath('//encaissement/@mode', x.methods)::text[] AS paid) s,
         XMLTABLE('/tvas/tva' PASSING x.taxes COLUMNS
             rate numeric PATH '@taux', base numeric PATH '@base', tax numeric PATH '.') v
    WHERE r.kind = 'TCK' AND r.company_id = %(company)s AND r.business_day BETWEEN %(start)s AND %(end)s
      AND p.number IS NULL
"""

import base64
import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import html2plaintext

from ..rendering.chart import svg
from ..rendering.csv import csv_file
from ..rendering.document import Document, Words
from ..rendering.excel import excel
from ..rendering.figures import figure
from ..table import Period

#: Marks that say nothing once they are gone.
MARKS = re.compile(r"</?(?:b|strong|i|em|u|span|font)\b[^>]*>", re.IGNORECASE)
#: Lines of a table below its chart, on a page.
MONTHS = 14
TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv;charset=utf-8",
    "pdf": "application/pdf",
}


class EscarcelleStatisticDocument(models.AbstractModel):
    """What can be shown, downloaded and sent: a statistic, a report.

    Whatever leaves the shop (a file, a mail) is masked; the screen of the shop is not.
    """

    _name = "escarcelle.statistic.document"
    _description = "Document of Statistics"

    #: XML id of its report on paper.
    _escarcelle_paper = ""

    def _escarcelle_sections(self, period, companies, leaving):
        """The ``Section`` of this record, in order. To be said by each model."""
        return ()

    def _escarcelle_introduction(self):
        """Words before the figures, as HTML."""
        return ""

    def _escarcelle_document(self, period, companies, leaving=True):
        """This record for a period and shops. ``leaving``: small cells are masked, and it says so."""
        self.ensure_one()
        self.check_access("read")
        words = self._escarcelle_words()
        zone = ZoneInfo(companies[:1].escarcelle_timezone or "Europe/Paris")
        introduction = self._escarcelle_introduction() or ""
        return Document(
            title=self.display_name,
            shop=", ".join(companies.mapped("name")),
            period=period.label,
            made=f"{datetime.now(zone):%d/%m/%Y %H:%M}",
            html=introduction,
            text=self._escarcelle_plain(introduction),
            notice=self._escarcelle_notice() if leaving else "",
            sections=tuple(self._escarcelle_sections(period, companies, leaving)),
            words=words,
        )

    def _escarcelle_words(self):
        return Words(
            shop=self.env._("Shop"),
            period=self.env._("Period"),
            made=self.env._("Made on"),
            contents=self.env._("Contents"),
            total=self.env._("Total"),
            masked=self.env._("masked"),
            page=self.env._("Page"),
            empty=self.env._(
                "Nothing was recorded in this period. Choose another period or another shop, "
                "or come back once goods were sold or received."
            ),
        )

    def _escarcelle_notice(self):
        return self.env._(
            "Statistical confidentiality: cells that count fewer than 5 households or persons read « masked », "
            "and so do those from which they could be worked out. Totals are complete."
        )

    @api.model
    def _escarcelle_plain(self, html):
        """Words of a text without its marks: what is bold is no star in a cell."""
        return html2plaintext(MARKS.sub("", html or "")).strip()

    @api.model
    def _escarcelle_html(self, document, lines=0):
        """``document`` as a piece of a page. ``lines``: how many of a table stay together on paper."""
        return self.env["ir.qweb"]._render(
            "escarcelle_statistics.document",
            {
                "document": document,
                "lines": lines,
                "figure": lambda value, column: figure(value, column, document.words.masked),
                "picture": lambda table: _picture(table, self.env._("Others")),
                "cut": lambda table, drawn: _cut(table.rows, lines, drawn),
            },
        )

    def _escarcelle_file(self, form, period, companies):
        """``(name, bytes)`` of this record as ``xlsx``, ``csv`` or ``pdf``: always fit to leave the shop."""
        self.ensure_one()
        document = self._escarcelle_document(period, companies, leaving=True)
        name = f"{_file_name(document)}.{form}"
        if form != "pdf":
            return name, {"xlsx": excel, "csv": csv_file}[form](document)
        data, _form = self.env["ir.actions.report"]._render_qweb_pdf(
            self._escarcelle_paper, self.ids, data=self._escarcelle_asking(period, companies)
        )
        return name, data

    @api.model
    def _escarcelle_asking(self, period, companies):
        """Period and shops as words of an address; ``_escarcelle_asked`` reads them."""
        return {
            "start": period.start.isoformat(),
            "stop": period.stop.isoformat(),
            "shops": ",".join(map(str, companies.ids)),
        }

    @api.model
    def _escarcelle_asked(self, said):
        """``(period, companies)`` of words that came from outside: never a shop that is not the reader's.

        :raises UserError: days that are none, or in the wrong order; a shop that is not theirs
        """
        try:
            period = self._escarcelle_named(
                date.fromisoformat(str(said.get("start"))),
                date.fromisoformat(str(said.get("stop"))),
            )
            wanted = {int(word) for word in str(said.get("shops") or "").split(",") if word}
        except ValueError as error:
            raise UserError(
                self.env._(
                    "This address is not complete. Open the report again and download it there."
                )
            ) from error
        if not wanted <= set(self.env.user.company_ids.ids):
            raise AccessError(self.env._("You do not work for one of these shops."))
        return period, self.env["res.company"].browse(sorted(wanted)) or self.env.companies

    @api.model
    def _escarcelle_named(self, start, stop):
        """The period from ``start`` to ``stop``, called as people call it (« octobre 2026 »).

        :raises ValueError: it ends before it starts
        """
        lang = self.env.lang or "fr_FR"
        for kind in ("month", "quarter", "year"):
            period = Period.of(kind, start, lang=lang)
            if (period.start, period.stop) == (start, stop):
                return period
        return Period.of("custom", start, start, stop, lang=lang)


def _picture(table, others):
    """A chart as the source of an ``img``, or nothing."""
    drawing = svg(table, others)
    return drawing and "data:image/svg+xml;base64," + base64.b64encode(drawing.encode()).decode()


def _cut(rows, lines, drawn):
    """Rows in pieces of ``lines``; a year of months stays below its chart."""
    if not lines or not rows:
        return [rows]
    first = min(lines, MONTHS) if drawn else lines
    return [rows[:first], *(rows[i : i + lines] for i in range(first, len(rows), lines))]


def _file_name(document):
    kept = "".join(c if c.isalnum() or c in " -_'’" else " " for c in document.title)
    period = document.period.replace("/", "-")
    return " ".join(f"{kept} {period}".split())[:100]

"""Papers say who issues them, whatever draws them.

Odoo gives header and footer of a paper to wkhtmltopdf apart; built on Debian's own Qt, that one leaves them
out, and an invoice loses the name and the numbers of its seller (CGI, annexe II, art. 242 nonies A). There
they become the beginning and the end of the paper itself.
"""

import lxml.html
from odoo import models
from odoo.addons.base.models.ir_actions_report import _wkhtml

from .paper_pdf import MARGINS

OF_CLASS = "contains(concat(' ', normalize-space(@class), ' '), ' {} ')"


class IrActionsReport(models.Model):
    _inherit = "ir.actions.report"

    def _prepare_html(self, html, report_model=False):
        # EXTENDS 'base'
        if _wkhtml().is_patched_qt:
            return super()._prepare_html(html, report_model=report_model)
        root = lxml.html.fromstring(html, parser=lxml.html.HTMLParser(encoding="utf-8"))
        if _escarcelle_put_inside(root):
            for name, millimetres in MARGINS.items():
                root.set(name, str(millimetres))
        return super()._prepare_html(
            lxml.html.tostring(root, encoding="utf-8"), report_model=report_model
        )


def _escarcelle_put_inside(root) -> bool:
    """Move each header and footer into the article it stands beside; whether any said something."""
    found = False
    for article in root.xpath(f"//div[{OF_CLASS.format('article')}]"):
        for name, beside in (("header", "preceding"), ("footer", "following")):
            for part in article.xpath(f"{beside}-sibling::div[{OF_CLASS.format(name)}][1]"):
                _escarcelle_drop_page_numbers(part)
                if not part.text_content().strip() and not part.xpath(".//img"):
                    continue
                part.set("class", part.get("class").replace(name, f"o_escarcelle_{name}", 1))
                article.insert(0 if name == "header" else len(article), part)
                found = True
    return found


def _escarcelle_drop_page_numbers(part) -> None:
    """« Page / »: only the patched program fills them in."""
    for number in part.xpath(f".//span[{OF_CLASS.format('topage')}]"):
        number.getparent().drop_tree()

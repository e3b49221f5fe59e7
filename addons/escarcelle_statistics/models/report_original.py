from lxml import etree
from odoo import models
from odoo.exceptions import UserError
from odoo.tools import convert, file_open

_MODULE = "escarcelle_statistics"
_FILE = f"{_MODULE}/data/standard_report.xml"


class EscarcelleStatisticReportOriginal(models.AbstractModel):
    """Delivered reports as they came: the data file of this addon is the original."""

    _name = "escarcelle.statistic.report.original"
    _description = "Originals of the Reports"

    def _escarcelle_put_back(self, report):
        """Load ``report`` again, and nothing else of the file.

        :raises UserError: it was not delivered with this version
        """
        report.ensure_one()
        with file_open(_FILE, "rb") as stream:
            root = etree.parse(stream).getroot()
        nodes = {node.get("id"): node for node in root.iter("record")}
        identifier = report.get_external_id()[report.id].removeprefix(f"{_MODULE}.")
        if identifier not in nodes:
            raise UserError(
                self.env._("This report is not delivered with the software: there is no original.")
            )
        for node in nodes.values():
            if node.get("id") != identifier:
                node.getparent().remove(node)
        # As at the installation: in the source language, whoever asks and whatever is marked « noupdate ».
        env = self.env(su=True, context={**self.env.context, "lang": None})
        convert.xml_import(env, _MODULE, {}, "init", noupdate=True).parse(root)
        report.sudo().write({"active": True, "user_id": False, "company_id": False})

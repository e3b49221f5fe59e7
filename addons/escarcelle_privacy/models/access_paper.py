"""The file of a household as a paper to read: the same facts as the JSON, in French."""

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

from odoo import models

from ..tools import dossier

#: How many columns still fit across a page.
ACROSS = 7


class EscarcellePrivacyRequest(models.Model):
    _inherit = "escarcelle.privacy.request"

    def _escarcelle_paper(self):
        """Sections with French labels and values, tickets, recipients, purposes."""
        self.ensure_one()
        gather = self.env["escarcelle.access.dossier"]
        file = gather._escarcelle_dossier(self.household_id, self.member_id)
        french = "fr_FR" if self.env["res.lang"]._get_code("fr_FR") else self.env.lang
        reader = self.with_context(lang=french)
        sections = [
            reader._escarcelle_table("Votre dossier", "escarcelle.household", [file["household"]])
        ]
        sections += [
            reader._escarcelle_table(section.title, section.model, file[section.key])
            for section in dossier.SECTIONS if section.key in file
        ]  # fmt: skip
        sections += [
            _listed("Factures", ("Numéro", "Date", "Montant", "Reste dû"),
                    [(one["number"], _day(one["date"]), _euros(one["total"]), _euros(one["due"]))
                     for one in file["invoices"]]),
            _listed("Règlements de votre compte", ("Date", "Montant", "Objet"),
                    [(_day(one["date"]), _euros(one["amount"]), one["what"] or "—") for one in file["payments"]]),
            _listed("Documents joints", ("Nom", "Ajouté le"),
                    [(one["name"], _day(one["added_on"])) for one in file["documents"]]),
            _listed("Messages et changements notés", ("Date", "Texte"),
                    [(self._escarcelle_at(one["at"]), _said(one)) for one in file["messages"]]),
        ]  # fmt: skip
        return {
            "sections": [section for section in sections if section["rows"]],
            "tickets": [
                {
                    "number": one["number"], "at": self._escarcelle_at(one["at"]), "total": _euros(one["total"]),
                    "lines": [
                        {"good": line["good"], "quantity": _number(line["quantity"]),
                         "unit_price": _euros(line["unit_price"][:-2]), "amount": _euros(line["amount"])}
                        for line in one["lines"]
                    ],
                    "paid": ", ".join(f"{paid['method']} {_euros(paid['amount'])}" for paid in one["payments"]) or "—",
                }
                for one in file["tickets"]
            ],
            "shared_with": file["shared_with"],
            "purposes": file["purposes"],
        }  # fmt: skip

    def _escarcelle_table(self, title, model, rows):
        """A section of the file with the labels of its fields; columns that are empty everywhere are left out."""
        target = self.env[model]
        names = [
            name
            for name in (rows[0] if rows else ())
            if any(row.get(name) not in (None, [], False) for row in rows)
        ]
        described = target.fields_get(names, ["string", "selection", "type"])
        cells = [
            [self._escarcelle_cell(described[name], name, row.get(name)) for name in names]
            for row in rows
        ]
        labels = [re.sub(r" \(cent\w*\)$", "", described[name]["string"]) for name in names]
        upright = len(rows) == 1 and len(names) > ACROSS - 2
        if not upright and len(names) > ACROSS:
            # Too wide: what does not fit goes into the last column, with its label.
            cells = [
                [*row[: ACROSS - 1], "\n".join(f"{label} : {value}" for label, value in zip(
                    labels[ACROSS - 1 :], row[ACROSS - 1 :], strict=True) if value not in ("", "—"))]
                for row in cells
            ]  # fmt: skip
            labels = [*labels[: ACROSS - 1], "Autres"]
        return {"title": title, "labels": labels, "rows": cells, "upright": upright}

    def _escarcelle_cell(self, field, name, value):
        if value is None or value == []:
            return "—"
        if field["type"] == "boolean":
            return "oui" if value else "non"
        if field["type"] == "selection":
            return dict(field["selection"]).get(value, value)
        if field["type"] == "date":
            return _day(value)
        if field["type"] == "datetime":
            return self._escarcelle_at(value)
        if field["type"] == "monetary":
            return _euros(value)
        if name.endswith("_cents"):
            return _euros(f"{value / 100:.2f}")
        if field["type"] == "float":
            return _number(value)
        return ", ".join(value) if isinstance(value, list) else str(value)

    def _escarcelle_at(self, text):
        """An instant of the file, at the shop."""
        zone = ZoneInfo(self.company_id.escarcelle_timezone or "Europe/Paris")
        return (
            f"{datetime.fromisoformat(text).astimezone(zone):%d/%m/%Y %H:%M}"
            if text and "T" in text
            else _day(text)
        )


def _listed(title, labels, rows):
    return {
        "title": title,
        "labels": list(labels),
        "rows": [list(row) for row in rows],
        "upright": False,
    }


def _said(message):
    changes = [
        f"{one['field']} : {one['before'] or '—'} → {one['after'] or '—'}"
        for one in message["changes"]
    ]
    return "\n".join(filter(None, [message["text"], *changes]))


def _day(text):
    return f"{date.fromisoformat(text[:10]):%d/%m/%Y}" if text else "—"


def _number(text):
    """« 1.500 » → « 1,5 »."""
    return text.rstrip("0").rstrip(".").replace(".", ",") if "." in text else text


def _euros(text):
    return f"{text.replace('.', ',')}\u00a0€"

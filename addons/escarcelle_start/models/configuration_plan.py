"""What a file would change in the shop: one line a setting."""

import json

from odoo import models

from .configuration_line import CHANGED, GONE, NEW, REFUSED, SAME
from .portable import WrongValue


class EscarcelleConfiguration(models.Model):
    _inherit = "escarcelle.configuration"

    def _escarcelle_plan(self, content):
        """Values of the lines of the preview, in the order in which they would be applied."""
        portable, company = self.env["escarcelle.portable"], self.company_id
        sections = portable._escarcelle_sections()
        known = {section["section"] for section in sections}
        awaited, plan = _awaited(sections, content), []
        for name in content:
            if name not in known:
                plan.append(
                    _line(
                        name,
                        name[:64],
                        name[:64],
                        REFUSED,
                        self.env._("No program installed here reads this list."),
                    )
                )
        awaited["product.category"] = self._escarcelle_awaited_categories(
            content.get("catalogue", [])
        )
        for section in sections:
            if section["section"] in content:
                plan += self._escarcelle_plan_section(
                    section, content[section["section"]], awaited, company
                )
        return plan

    def _escarcelle_awaited_categories(self, rows):
        """Names of the categories that the goods of the file will make."""
        codes = [row.get("escarcelle_catalogue_good_id") for row in rows]
        goods = self.env["escarcelle.catalogue.good"].search(
            [("code", "in", [c for c in codes if isinstance(c, str)])]
        )
        return set(goods.category_id.mapped("name"))

    def _escarcelle_plan_section(self, section, rows, awaited, company):
        portable = self.env["escarcelle.portable"]
        records = portable._escarcelle_records(section, company, archived=True)
        by_key = {}
        for record in records:
            row = portable._escarcelle_row(section, record)
            if row is not None:
                by_key.setdefault(_key(section, row), (record, row))
        several = self.env["res.company"].sudo().search_count([]) > 1
        plan, seen = [], set()
        names = self._escarcelle_good_names(section, rows)
        for row in rows:
            title = self._escarcelle_title(section, row, names)
            try:
                portable._escarcelle_read(section, row, company, awaited)
                key = _key(section, row)
                if key in seen:
                    raise WrongValue(self.env._("This is twice in the file."))
                seen.add(key)
                record, now = by_key.get(key, (None, {}))
                changes = self._escarcelle_changes(section, record, row, now)
                if record and changes and several and _is_common(section, record):
                    raise WrongValue(
                        self.env._(
                            "Common to every shop of this database: change it by hand if all agree. %s",
                            changes,
                        )
                    )
                if section["guard"] and (changes or not record):
                    section["guard"](record, row)
            except WrongValue as wrong:
                plan.append(_line(section["section"], section["label"], title, REFUSED, str(wrong)))
                continue
            status = NEW if not record else CHANGED if changes else SAME
            plan.append(
                _line(
                    section["section"],
                    section["label"],
                    title,
                    status,
                    changes,
                    row,
                    record.id if record else 0,
                )
            )
        if section["whole"] and rows:
            plan += [
                _line(section["section"], section["label"], self._escarcelle_title(section, row), GONE,
                      self.env._("Not in the file: archived."), {}, record.id)
                for key, (record, row) in by_key.items()
                if key not in seen and record.active
            ]  # fmt: skip
        return plan

    def _escarcelle_good_names(self, section, rows):
        """Code → name of the goods of the catalogue that these rows are about."""
        if "escarcelle_catalogue_good_id" not in section["key"]:
            return {}
        codes = [row.get("escarcelle_catalogue_good_id") for row in rows]
        goods = self.env["escarcelle.catalogue.good"].with_context(active_test=False)
        found = goods.search([("code", "in", [code for code in codes if isinstance(code, str)])])
        return {good.code: f"{good.name} ({good.code})" for good in found}

    def _escarcelle_title(self, section, row, names=()):
        """What a row is called: its key, and its name, in the words of the screens."""
        model = self.env[section["model"]]
        said = [
            self._escarcelle_said(model._fields[name], row[name])
            for name in section["key"]
            if row.get(name) not in (None, "")
        ]
        said = [names[one] if one in names else one for one in said]
        if "name" not in section["key"] and isinstance(row.get("name"), str):
            said.append(row["name"])
        return " · ".join(said)[:120] or section["label"]

    def _escarcelle_said(self, field, value):
        """A plain value as a screen shows it."""
        if field.type == "selection" and isinstance(value, str):
            return dict(field._description_selection(self.env)).get(value, value)
        if field.type == "boolean" and isinstance(value, bool):
            return self.env._("yes") if value else self.env._("no")
        if isinstance(value, float):
            text = (
                f"{value:.2f}"
                if field.type == "monetary"
                else f"{value:.6f}".rstrip("0").rstrip(".")
            )
            lang = self.env["res.lang"]._get_data(code=self.env.lang or "fr_FR")
            return text.replace(".", lang.decimal_point or ".")
        return _text(value)

    def _escarcelle_changes(self, section, record, row, now):
        """« Budget: 40.0 → 45.0 », empty when nothing changes."""
        if not record:
            return ""
        said = [
            f"{record._fields[name].get_description(self.env, ['string'])['string']} : "
            f"{self._escarcelle_said(record._fields[name], now.get(name))} → "
            f"{self._escarcelle_said(record._fields[name], value)}"
            for name, value in row.items()
            if name not in section["key"] and not _equal(now.get(name), value)
        ]
        if "active" in record._fields and not record.active:
            said.append(self.env._("out of the archives"))
        return " ; ".join(said)[:2000]


def _line(section, label, title, status, detail, row=None, record=0):
    return {
        "section": section, "label": label, "title": title, "status": status, "detail": detail or False,
        "row": row or {}, "record": record,
    }  # fmt: skip


def _key(section, row):
    return json.dumps([row.get(name) for name in section["key"]], sort_keys=True)


def _text(value):
    if isinstance(value, list):
        return ", ".join(value) or "—"
    return "—" if value in (None, "") else str(value)


def _equal(one, other):
    if isinstance(one, int | float) and isinstance(other, int | float):
        return abs(one - other) < 1e-6
    if isinstance(one, list) and isinstance(other, list):
        return sorted(one) == sorted(other)
    return (one or None) == (other or None)


def _is_common(section, record):
    """Whether other shops use this record too."""
    first = section["company"].split(".")[0]
    return first not in record._fields or not record.mapped(section["company"])


def _awaited(sections, content):
    """``{model: names}`` that the rows of the file would make, for the rows that refer to them."""
    found = {}
    for section in sections:
        if len(section["key"]) == 1:
            names = (row.get(section["key"][0]) for row in content.get(section["section"], []))
            found.setdefault(section["model"], set()).update(
                name for name in names if isinstance(name, str)
            )
    return found

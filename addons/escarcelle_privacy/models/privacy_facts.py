"""What the papers say of a shop: read in its settings when a paper is filled in, in French."""

from markupsafe import Markup
from odoo import api, fields, models

from ..tools import texts

#: Activities that only exist with an addon: without it, no such paper.
NEEDS = {
    "donors": "escarcelle.donation",
    "suppliers": "escarcelle.receipt.check",
    "traceability": "escarcelle.recall",
}
BASES = [
    ("consent", "Consent"),
    ("contract", "Contract"),
    ("legal", "Legal obligation"),
    ("vital", "Vital interest"),
    ("public", "Task of public interest"),
    ("interest", "Legitimate interest"),
]
MISSING = "[à compléter]"
OFFICER = "le délégué à la protection des données"


class EscarcellePrivacyFacts(models.AbstractModel):
    """The facts of a shop and the words for them; papers never ask the settings themselves."""

    _name = "escarcelle.privacy.facts"
    _description = "Facts on Personal Data"

    @api.model
    def _escarcelle_facts(self, company):
        """``{name: French text}`` of ``company`` (sudo). What nobody has typed says that it is to be filled in."""
        company = company.sudo()
        office = self.env["escarcelle.privacy.office"]._escarcelle_for(company)
        months = self._escarcelle_months(company)
        keeps = self.env["escarcelle.household.policy"]._escarcelle_for(company).keep_inputs
        hosts = (
            self.env["escarcelle.processor"]
            .sudo()
            .search([("company_id", "=", company.id), ("kind", "=", "host")])
        )
        partner = company.partner_id
        place = " ".join(filter(None, (partner.zip, partner.city)))
        return {
            "shop": company.name,
            "address": ", ".join(filter(None, (partner.street, partner.street2, place))) or MISSING,
            "city": partner.city or MISSING,
            "siret": company.company_registry or MISSING,
            "representative": office.representative or MISSING,
            "quality": office.quality or MISSING,
            "email": office.contact_email or partner.email or MISSING,
            "phone": office.contact_phone or partner.phone or MISSING,
            "has_dpo": office.dpo != "none",
            "dpo": office.dpo_name or (OFFICER if office.dpo != "none" else "le responsable"),
            # As a paper names it: nobody is called an officer who is none.
            "officer": office.dpo_name or (MISSING if office.dpo != "none" else "aucun désigné"),
            "dpo_email": office.dpo_email or MISSING,
            "dpo_phone": office.dpo_phone or "",
            "public_body": office.public_body,
            "months": months,
            "retention": _duration(months),
            "transfers": office.outside_europe or "Aucun transfert hors de l'Union européenne.",
            "host": " ; ".join(hosts.mapped("partner_id.name")) or "l'hébergeur",
            "inputs": (
                "Le détail est gardé avec le dossier, si le foyer l'accepte."
                if keeps else "Le détail est supprimé dès que le résultat est enregistré."
            ),
            "keeps_inputs": keeps,
            "today": f"{company._escarcelle_today():%d/%m/%Y}",
        }  # fmt: skip

    @api.model
    def _escarcelle_words(self, template, **values):
        """HTML of a shipped text with ``values``, which are escaped."""
        # The template has escaped what it was given: only spaces change after it.
        return Markup(texts.spaced(self.env["ir.qweb"]._render(template, values)))  # noqa: S704

    @api.model
    def _escarcelle_months(self, company):
        """Months a household is kept after its last contact."""
        policy = self.env["escarcelle.erasure.policy"]._escarcelle_for(company)
        return policy._escarcelle_months(company._escarcelle_today())

    @api.model
    def _escarcelle_measures(self, company):
        """``[(code, in place?, French sentence)]``: security measures, each with what the software sees of it."""
        company = company.sudo()
        users = (
            self.env["res.users"]
            .sudo()
            .search([("share", "=", False), ("company_ids", "in", company.ids)])
        )
        last_backup, last_test = self._escarcelle_backups()
        counted = {
            role: len(
                users.filtered(lambda user, g=group: user.has_group(f"escarcelle_social.group_{g}"))
            )
            for role, group in (
                ("managers", "manager"),
                ("stock", "stock"),
                ("referents", "referent"),
            )
        }
        totp = len(users.filtered("totp_enabled")) if "totp_enabled" in users._fields else 0
        url = self.env["ir.config_parameter"].sudo().get_param("web.base.url") or ""
        standing = {
            "totp": bool(totp),
            "https": url.startswith("https://"),
            "backup": bool(last_backup),
            "restore": bool(last_test),
        }
        facts = {
            **self._escarcelle_facts(company),
            **counted,
            "users": len(users),
            "totp": totp,
            "backup_day": f"{last_backup:%d/%m/%Y}" if last_backup else "—",
            "restore_day": f"{last_test:%d/%m/%Y}" if last_test else "—",
        }
        return [
            (one["code"], standing.get(one["code"], True),
             texts.fill(one["text" if standing.get(one["code"], True) else "otherwise"], facts))
            for one in texts.load("security")
        ]  # fmt: skip

    @api.model
    def _escarcelle_backups(self):
        """Instants (naive UTC) of the last good backup and of the last good restore test, None without one."""
        rows = (
            self.env["escarcelle.fiscal.backup"]
            .sudo()
            ._read_group(
                [("state", "=", "done"), ("at", "<=", fields.Datetime.now())], ["kind"], ["at:max"]
            )
        )
        last = dict(rows)
        return last.get("backup"), last.get("restore_test")


def _duration(months):
    """24 → « deux ans », 18 → « 18 mois »."""
    words = {12: "un an", 24: "deux ans"}
    return words.get(months, f"{months} mois")

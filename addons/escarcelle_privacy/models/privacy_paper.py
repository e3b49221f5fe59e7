from odoo import models

#: What papers say of a selection: they are French whoever prints them, and before any translation is loaded.
WORDS = {
    "basis": {
        "consent": "consentement", "contract": "contrat", "legal": "obligation légale", "vital": "intérêt vital",
        "public": "mission d'intérêt public", "interest": "intérêt légitime",
    },
    "state": {"draft": "projet", "opinion": "soumise pour avis", "validated": "validée", "replaced": "remplacée"},
    "kind": {"access": "Accès illégitime", "change": "Modification non désirée", "loss": "Disparition"},
    "level": {"low": "faible", "medium": "modéré", "high": "élevé"},
    "dpo_favourable": {
        "yes": "avis favorable", "conditions": "avis favorable sous conditions", "no": "avis défavorable",
    },
}  # fmt: skip


class EscarcellePrivacyPaper(models.AbstractModel):
    """French words of the papers of this addon."""

    _name = "escarcelle.privacy.paper"
    _description = "Paper on Personal Data"

    def _escarcelle_french(self, name):
        return WORDS[name].get(self[name], "")

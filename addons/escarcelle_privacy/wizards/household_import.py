from odoo import models


class EscarcelleHouseholdImport(models.TransientModel):
    _inherit = "escarcelle.household.import"

    def _escarcelle_says(self, problem):
        if problem.code == "consent":
            return self.env._(
                "The e-mail address is left out: this household has not agreed to it yet."
            )
        return super()._escarcelle_says(problem)

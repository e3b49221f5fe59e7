"""Money moved in a till's session is dated that session's business day, whenever it arrives."""

from odoo import api, models


def _dated(env, vals_list):
    ids = {vals["pos_session_id"] for vals in vals_list if vals.get("pos_session_id")}
    sessions = env["pos.session"].sudo().browse(ids).filtered("escarcelle_till_id")
    dates = {session.id: session._escarcelle_accounting_date() for session in sessions}
    for vals in vals_list:
        if vals.get("pos_session_id") in dates:
            vals["date"] = dates[vals["pos_session_id"]]
    return vals_list


class AccountPayment(models.Model):
    _inherit = "account.payment"

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'account'
        return super().create(_dated(self.env, vals_list))


class AccountBankStatementLine(models.Model):
    _inherit = "account.bank.statement.line"

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'account'
        return super().create(_dated(self.env, vals_list))


class AccountMove(models.Model):
    _inherit = "account.move"

    def _post(self, soft=True):
        # EXTENDS 'account': a till's clock may be ahead of the server's; its day is posted all the same
        return super()._post(soft and not self.sudo().pos_session_ids.escarcelle_till_id)

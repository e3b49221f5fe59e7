from odoo import SUPERUSER_ID, Command
from odoo.addons.account.tests.common import AccountTestInvoicingCommon
from odoo.api import Environment
from odoo.modules.registry import Registry
from odoo.tests.common import get_db_name

NAME = "Boutique d'essai"


def _company(env):
    return env["res.company"].search([("name", "=", NAME)])


class ShopCase(AccountTestInvoicingCommon):
    """A French company with its chart of accounts, ``cls.company``.

    Loading a chart takes longer than most of the tests that need one: the company is made once in a
    database and committed there, the first time a class asks for it. What a class changes in it is
    rolled back like the rest.
    """

    @classmethod
    @AccountTestInvoicingCommon.setup_country("fr")
    def setUpClass(cls):
        registry = Registry(get_db_name())
        with registry.cursor() as cr:
            env = Environment(cr, SUPERUSER_ID, cls.default_env_context())
            if not _company(env):
                country = env.ref("base.fr")
                company = env["res.company"].create(
                    {"name": NAME, "country_id": country.id, "currency_id": country.currency_id.id}
                )
                env["account.chart.template"].try_loading("fr", company=company, install_demo=False)
        registry.signal_changes()
        super().setUpClass()

    @classmethod
    def setup_independent_company(cls, **kwargs):
        company = _company(cls.env(su=True))
        cls.env.user.company_ids = [Command.link(company.id)]
        return company.with_env(cls.env)

import base64
import json
from contextlib import contextmanager

from odoo.addons.escarcelle_pos.tests.simulator import SimulatedTill  # noqa: F401 - for the tests beside
from odoo.api import SUPERUSER_ID
from odoo.fields import Command
from odoo.tests import TransactionCase, new_test_user
from odoo.tools import mute_logger

from ..tools import configuration_file

#: A SIRET with a right key that belongs to nobody.
SIRET = "01726384900014"


class StartCase(TransactionCase):
    """A company with nothing but its name, and the manager who is to make a shop of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].create({"name": "Épicerie du Test"})
        cls.user = cls.manager_of(cls.company, "start_manager")
        cls.env = cls.env(
            user=cls.user, context={**cls.env.context, "allowed_company_ids": cls.company.ids}
        )
        cls.company = cls.company.with_env(cls.env).sudo()
        cls.start = cls.opened()

    @classmethod
    def manager_of(cls, company, login):
        return new_test_user(
            cls.env,
            login,
            groups="escarcelle_social.group_manager",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
            name="Solène Marchebleu",
            email=f"{login}@example.com",
        )

    @classmethod
    def opened(cls):
        """What the menu opens, as the manager."""
        action = cls.env["escarcelle.start"].action_escarcelle_open()
        return cls.env["escarcelle.start"].browse(action["res_id"])

    def go(self, step, **values):
        """Go to a step by the bar, type these values, press « Next »; returns what « Next » answers."""
        self.start.step = step
        if values:
            self.start.write(values)
        return self.start.action_next()

    def identify(self, **values):
        return self.go(
            "shop",
            **{
                "street": "1 rue du Port", "zip": "35000", "city": "Rennes", "siret": SIRET, "phone": "02 99 00 00 00",
                **values,
            },
        )  # fmt: skip

    def other_shop(self):
        """Another company, its manager, its first steps."""
        su = self.env(user=SUPERUSER_ID)
        other = su["res.company"].create({"name": "Autre boutique"})
        user = new_test_user(
            su, "other_manager", groups="escarcelle_social.group_manager", company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )  # fmt: skip
        env = self.env(user=user, context={"allowed_company_ids": other.ids})
        start = env["escarcelle.start"].browse(
            env["escarcelle.start"].action_escarcelle_open()["res_id"]
        )
        return other, user, start

    @contextmanager
    def refused(self, text=""):
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(Exception) as caught,
            self.env.cr.savepoint(),
        ):
            yield
        self.assertIn(text, str(caught.exception))
        self.env.invalidate_all()


class ShopCase(StartCase):
    """The same, its identity and its chart of accounts there already: made once for all the tests."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.start.write(
            {"street": "1 rue du Port", "zip": "35000", "city": "Rennes", "siret": SIRET}
        )
        cls.start.action_next()
        cls.start.write({"states": {}, "step": "shop"})


class ConfigurationCase(ShopCase):
    """A shop whose settings leave, and files that are read."""

    def exported(self):
        return json.loads(self.env["escarcelle.configuration"]._escarcelle_export(self.company))

    def reading(self, content, env=None):
        """A file read, as far as its preview; ``content``: bytes, or what JSON makes of them."""
        raw = content if isinstance(content, bytes) else json.dumps(content).encode()
        one = (env or self.env)["escarcelle.configuration"].create(
            {"file": base64.b64encode(raw), "filename": "reglages.json"}
        )
        one.action_read()
        one.invalidate_recordset(["line_ids"])  # read again in their order
        return one

    def of(self, one, section, status=None):
        lines = one.line_ids.filtered(lambda line: line.section == section)
        return lines.filtered(lambda line: line.status == status) if status else lines

    def file(self, **sections):
        return {"format": configuration_file.FORMAT, "version": 1, "sections": sections}

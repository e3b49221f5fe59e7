from odoo.addons.escarcelle_social.tests.common import (  # noqa: F401 - for the tests of this addon
    TODAY,
    SocialCase,
    SocialTillCase,
)

"""What the installation gives the shops that are there already."""


def post_init_hook(env):
    """Budget rules for each company."""
    env["res.company"].search([])._escarcelle_make_policies()

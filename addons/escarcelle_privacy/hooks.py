"""What the installation gives the shops that are there already."""


def post_init_hook(env):
    """Erasure rules for each company."""
    for company in env["res.company"].search([]):
        env["escarcelle.erasure.policy"]._escarcelle_for(company)

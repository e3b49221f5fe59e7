"""What the installation gives the shops that are there already."""


def post_init_hook(env):
    """Supply rules for each company; its tills ask for lots as these say."""
    for company in env["res.company"].search([]):
        env["escarcelle.supply.policy"]._escarcelle_for(company)._escarcelle_set_till_lots()

def post_init_hook(env):
    """The shops that are there already get their gift rules and, with a French chart, the accounts."""
    companies = env["res.company"].search([])
    companies._escarcelle_make_donation_policies()
    companies._escarcelle_make_association_accounts()

"""What the installation gives the goods that are there already."""


def post_init_hook(env):
    """Goods that said what they are for the law keep it, as the general category of that class."""
    env["product.template"]._escarcelle_name_classes()

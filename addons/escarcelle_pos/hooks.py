"""What the installation sets once in the shop's settings."""


def post_init_hook(env):
    """Quantities have three decimals (docs/formats.md): a weighed good sells by the gram."""
    precision = env.ref("uom.decimal_product_uom")
    precision.digits = max(precision.digits, 3)

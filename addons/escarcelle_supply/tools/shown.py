"""Numbers as people of a language write them."""

from odoo.tools import formatLang
from odoo.tools.misc import get_lang


def number(env, value, digits=3):
    """``value`` with at most ``digits`` decimals and no needless zero: 12, 2,5 or −18 in French."""
    text = formatLang(env, value, digits=digits)
    point = get_lang(env).decimal_point
    return text.rstrip("0").rstrip(point) if point in text else text

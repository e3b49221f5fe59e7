"""``social.catalogue``: goods of the generic catalogue put in the shop, beside Odoo's own import of as many."""

from collections.abc import Iterator

from ops.bench import grocery, odoo_script
from ops.bench.figure import Figure
from ops.bench.sizes import Sizes
from ops.postgres import Cluster

#: Seconds for 400 goods.
TARGET = 10
GOODS = 400
SCRIPT = """
import json, time
goods = env['escarcelle.catalogue.good'].search([], limit=COUNT)
assert len(goods) == COUNT, len(goods)
templates = env['product.template'].with_context(active_test=False)
known = templates.search([('escarcelle_catalogue_good_id', 'in', goods.ids)])
goods -= known.escarcelle_catalogue_good_id
start = time.perf_counter()
made = goods._escarcelle_activate()['made']
env.flush_all()
spent = (time.perf_counter() - start) * COUNT / len(goods)
assert len(made) == len(goods) and all(template.taxes_id for template in made), (len(made), len(goods))
env.cr.rollback()
categories = env['product.category'].search([]).mapped('display_name')
rows = [['STOCK%04d' % n, 'Denrée %d' % n, 'consu', '0', categories[n % len(categories)], '0.5'] for n in range(COUNT)]
start = time.perf_counter()
answer = env['product.template'].load(['default_code', 'name', 'type', 'list_price', 'categ_id', 'weight'], rows)
env.flush_all()
peer = time.perf_counter() - start
assert len(answer['ids'] or []) == COUNT, answer['messages'][:3]
env.cr.rollback()
print('MESURE ' + json.dumps({'seconds': spent, 'peer': peer}))
"""


def measure(cluster: Cluster, sizes: Sizes, say) -> Iterator[Figure]:
    """Seconds to activate them: products, categories, taxes, codes; the peer reads six columns."""
    count = min(GOODS, sizes.households)
    with grocery.copied(cluster, "catalogue") as world:
        say(f"{count} denrées du catalogue")
        said = odoo_script.run(world, SCRIPT.replace("COUNT", str(count)), "social.catalogue")
    yield Figure(
        "social.catalogue", said["seconds"], said["peer"], f"s pour {count} denrées (moins = mieux)",
        "import de fichier d'Odoo (product.template)", TARGET, more=False, absolute=True,
    )  # fmt: skip

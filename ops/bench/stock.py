"""``fiscal.verify.vs_stock``: our whole verification beside the integrity check of ``l10n_fr_pos_cert``."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator

from ops import odoo_command, world
from ops.bench import archive, odoo_script
from ops.bench.figure import Figure
from ops.bench.sizes import Sizes
from ops.errors import OpsError
from ops.paths import HOUSE
from ops.ports import DEFAULTS
from ops.postgres import Cluster

MODULE = "l10n_fr_pos_cert"
#: Run by Odoo's interpreter in a base with the stock module: as many orders, paid, then checked by its own report.
SCRIPT = """
import json, time
env = env(user=env.ref('base.user_admin'))
company = env.company
company.country_id = env.ref('base.fr')
if company.chart_template != 'fr':
    env['account.chart.template'].try_loading('fr', company, install_demo=False)
tax = env['account.tax'].search([('type_tax_use', '=', 'sale'), ('company_id', '=', company.id)], limit=1)
product = env['product.product'].create({'name': 'Denrée', 'list_price': 2.5, 'available_in_pos': True,
                                         'taxes_id': [(6, 0, tax.ids)], 'type': 'consu'})
config = env['pos.config'].create({'name': 'Mesures'})
config.open_ui()
session = config.current_session_id
made = env['pos.order']
for n in range(COUNT):
    made |= env['pos.order'].create({
        'session_id': session.id, 'company_id': company.id, 'pos_reference': 'M-%06d' % n, 'amount_total': 10.0,
        'amount_tax': 0.52, 'amount_paid': 10.0, 'amount_return': 0.0, 'pricelist_id': config.pricelist_id.id,
        'lines': [(0, 0, {'product_id': product.id, 'name': 'Denrée', 'qty': 1, 'price_unit': 2.5,
                          'price_subtotal': 2.37, 'price_subtotal_incl': 2.5, 'tax_ids': [(6, 0, tax.ids)]})] * 4,
    })
start = time.perf_counter()
for order in made:
    order.write({'state': 'paid'})
env.cr.commit()
sealing = time.perf_counter() - start
env.invalidate_all()
start = time.perf_counter()
report = company._check_pos_hash_integrity()
spent = time.perf_counter() - start
assert report['corrupted_orders'] == 'None', report
print('MESURE ' + json.dumps({'orders': len(made), 'check': spent, 'sealing': sealing}))
"""


def measure(cluster: Cluster, sizes: Sizes, say) -> Iterator[Figure]:
    """Both over as many sales of the same four lines."""
    target = world.other_world("escarcelle_bench_stock")
    say(f"une base avec {MODULE} et {sizes.stock} commandes")
    world.clone(cluster, world.other_world(os.environ["ESCARCELLE_BENCH_BASE"]), target)
    try:
        target.write_conf(cluster, DEFAULTS["odoo"], max_cron_threads=0)
        log = HOUSE.log / "bench-stock.log"
        odoo_command.install(target, [MODULE], log=log, what=f"{MODULE} ne s'installe pas")
        stock = odoo_script.run(target, SCRIPT.replace("COUNT", str(sizes.stock)), "fiscal.verify.vs_stock")
    finally:
        world.remove(cluster, target)
    folder = archive.extracted(sizes, say)
    say("notre vérification complète")
    start = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", archive.VERIFY, str(folder), "--json"], stdout=subprocess.DEVNULL)
    spent = time.perf_counter() - start
    if done.returncode != 0:
        raise OpsError("le vérificateur a refusé l'archive de mesure")
    yield Figure(
        "fiscal.verify.vs_stock", sizes.verified / spent, stock["orders"] / stock["check"],
        "ventes vérifiées/s (plus = mieux)", f"{MODULE} _check_pos_hash_integrity", 8,
    )  # fmt: skip

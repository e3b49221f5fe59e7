"""``social.allocation``: the budgets of thousands of households, opened at once."""

from collections.abc import Iterator

from ops.bench import grocery, odoo_script
from ops.bench.figure import Figure
from ops.bench.sizes import Sizes
from ops.postgres import Cluster

#: Seconds.
TARGET = 10
#: Run by Odoo's interpreter. A year of the past, so that nothing depends on today; rolled back at the end.
SCRIPT = """
import json, time
from datetime import date
env = env(context={**env.context, 'tracking_disable': True, 'mail_create_nolog': True})
company = env['res.company'].create({'name': 'Épicerie des mesures'})
env.user.company_ids |= company
env = env(context={**env.context, 'allowed_company_ids': company.ids})
company = company.with_env(env)
env['escarcelle.budget.tier'].create([
    {'name': str(size), 'min_size': size, 'max_size': size, 'amount': 20.0 + 15 * size, 'company_id': company.id}
    for size in range(1, 8)])
env['escarcelle.budget.supplement'].create(
    {'name': 'Bébés', 'age_from': 0, 'age_to': 2, 'amount': 10.0, 'company_id': company.id})
env['escarcelle.household'].create([
    {'first_name': 'Zoé', 'last_name': 'Mesure', 'company_id': company.id,
     'member_ids': [(0, 0, {'relation': 'other', 'birth_year': 1980 + 7 * m}) for m in range(n % 7 + 1)],
     'entitlement_ids': [(0, 0, {'date_from': '2025-01-01', 'date_to': '2025-12-31', 'decision': 'granted'})]}
    for n in range(COUNT)])
env.flush_all()
start = time.perf_counter()
first = company._escarcelle_allocate('2025-01', today=date(2025, 1, 1))
second = company._escarcelle_allocate('2025-02', today=date(2025, 2, 1))
spent = (time.perf_counter() - start) / 2
again = company._escarcelle_allocate('2025-02', today=date(2025, 2, 1))
assert (first, second, again) == (COUNT, COUNT, 0), (first, second, again)
env.cr.execute('SELECT count(*), sum(balance_cents), (SELECT sum(amount_cents) FROM escarcelle_budget_ledger '
               'WHERE company_id = %s) FROM escarcelle_household WHERE company_id = %s', [company.id, company.id])
count, kept, posted = env.cr.fetchone()
assert count == COUNT and kept == posted, (count, kept, posted)
env.cr.rollback()
print('MESURE ' + json.dumps({'seconds': spent}))
"""


def measure(cluster: Cluster, sizes: Sizes, say) -> Iterator[Figure]:
    """Seconds to open a month for all of them; the second month expires what is left of the first."""
    count = sizes.households
    with grocery.copied(cluster, "allocation") as world:
        say(f"{count} foyers")
        said = odoo_script.run(world, SCRIPT.replace("COUNT", str(count)), "social.allocation")
    yield Figure(
        "social.allocation", said["seconds"], TARGET, f"s pour {count} foyers (moins = mieux)",
        "objectif du projet", TARGET, more=False, absolute=True,
    )  # fmt: skip

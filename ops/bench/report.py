"""``social.report``: every delivered statistic, report and dashboard over a year of sold lines."""

from collections.abc import Iterator

from ops.bench import grocery, odoo_script
from ops.bench.figure import Figure
from ops.bench.sizes import Sizes
from ops.postgres import Cluster

#: Seconds, of the slowest.
TARGET = 1
#: How much longer a month may take when ten times as much was sold around it.
FLAT = 1.5
#: Run by Odoo's interpreter. 2025 whatever the day: 400 goods in 25 categories, 5 000 households of 20 districts,
#: 4.5 lines a ticket. Facts are added by the writer of facts, with its sums, a month at a time.
SCRIPT = """
import json, time
from datetime import date, timedelta
from odoo.addons.escarcelle_statistics.table import Period
from odoo.addons.escarcelle_statistics.tools import stores
from odoo.tools import SQL

env = env(context={**env.context, 'tracking_disable': True, 'mail_create_nolog': True})
shop = env['res.company'].create({'name': 'Épicerie des mesures'})
env.user.company_ids |= shop
env = env(context={**env.context, 'allowed_company_ids': shop.ids, 'lang': 'fr_FR'})
shop = shop.with_env(env)
feed = env['escarcelle.fact.feed']
while feed._escarcelle_catch_up():
    pass
categories = env['product.category'].create([{'name': f'Rayon {n}'} for n in range(25)])
goods = env['product.template'].create(
    [{'name': f'Denrée {n}', 'categ_id': categories[n % 25].id, 'company_id': shop.id} for n in range(400)])
sources = env['escarcelle.funding.source'].create([{'name': f'Payeur {n}', 'code': f'MES{n}'} for n in range(4)])
tariffs = env['product.pricelist'].create([{'name': f'Tarif {n}', 'company_id': shop.id} for n in range(3)])
reason = env['stock.scrap.reason.tag'].search([], limit=1)
ages = env['escarcelle.age.class'].search([])

GOODS = '''
SELECT %(goods)s + n %% 400, CASE WHEN n %% 50 = 0 THEN 'lost' WHEN n %% 25 = 1 THEN 'donated'
       WHEN n %% 25 = 2 THEN 'received' ELSE 'sold' END, %(categories)s + n %% 400 %% 25, %(sources)s + n %% 4,
       CASE WHEN n %% 25 > 2 THEN %(tariffs)s + home %% 3 END, CASE WHEN n %% 50 = 0 THEN %(reason)s END,
       CASE WHEN n %% 25 = 1 THEN 'company' END, CASE WHEN n %% 25 > 2 THEN 'household' END,
       (ARRAY['single', 'lone_parent', 'couple', 'family', 'other'])[1 + home %% 5],
       (67000 + home %% 20)::text, '67', 0.5, 0.4, 2.0, 1.6, 1.0, 1, %(shop)s,
       %(first)s::date + ((n::bigint * %(days)s) / %(lines)s)::int
  FROM (SELECT n, (n / 4.5)::int * 7919 %% 5000 AS home FROM generate_series(0, %(lines)s - 1) n) sold
'''
VISITS = '''
SELECT 'purchase', 'household', left(md5(home::text), 16), %(tariffs)s + home %% 3,
       (ARRAY['single', 'lone_parent', 'couple', 'family', 'other'])[1 + home %% 5], (67000 + home %% 20)::text, '67',
       1 + home %% 6, 1, 1, 2.3, 1.8, 9.0, 7.2, %(shop)s, %(first)s::date + ((n::bigint * %(days)s) / %(lines)s)::int
  FROM (SELECT n, n * 7919 %% 5000 AS home FROM generate_series(0, %(lines)s - 1) n) came
'''
PEOPLE = '''
SELECT left(md5(home::text), 16), age, (ARRAY['single', 'lone_parent', 'couple', 'family', 'other'])[1 + home %% 5],
       (67000 + home %% 20)::text, '67', 1, %(shop)s, %(first)s::date
  FROM (SELECT DISTINCT n * 7919 %% 5000 AS home FROM generate_series(0, %(lines)s - 1) n) came,
       unnest(%(ages)s) age
'''


def add(month, lines):
    first = date(2025, month, 1)
    days = ((first + timedelta(days=32)).replace(day=1) - first).days
    said = dict(goods=min(goods.ids), categories=min(categories.ids), sources=min(sources.ids),
        tariffs=min(tariffs.ids), reason=reason.id, shop=shop.id, first=first, days=days, lines=lines)
    feed._escarcelle_insert(stores.facts('goods'), SQL(GOODS, **said))
    tickets = max(1, int(lines / 4.5))
    said['lines'] = tickets
    feed._escarcelle_insert(stores.facts('visit'), SQL(VISITS, **said))
    feed._escarcelle_insert(stores.facts('person'), SQL(PEOPLE, **said, ages=ages.ids))
    env.cr.commit()


def settle():
    for store in (*stores.ROLLUPS, *stores.FACTS):
        env.cr.execute(SQL('ANALYZE %s', SQL.identifier(store.table)))
    env.cr.commit()


def timed(action):
    env.invalidate_all()
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def pages(period):
    for statistic in env['escarcelle.statistic'].search([('code', '!=', False)]):
        yield statistic.code, lambda one=statistic: one._escarcelle_table(period)
    for report in env['escarcelle.statistic.report'].search([]):
        yield report.name, lambda one=report: one._escarcelle_document(period, shop, leaving=True)


def measured(period):
    found = {}
    for name, action in pages(period):
        cold = timed(action)
        found[name] = (cold, min(timed(action) for _time in range(2)))
    return found


year, march = Period(date(2025, 1, 1), date(2025, 12, 31), '2025'), Period(date(2025, 3, 1), date(2025, 3, 31), 'mars')
part = Period(date(2025, 3, 3), date(2025, 3, 29), 'partie')
share = LINES // 12
add(3, share)
add(12, max(1, share // 5))
settle()
few = {name: min(timed(action) for _time in range(5)) for name, action in pages(march)}
for month in (2, *range(4, 12)):
    add(month, share)
add(1, LINES - 10 * share - share // 5)
settle()
many = {name: min(timed(action) for _time in range(5)) for name, action in pages(march)}
whole = measured(year)
days = measured(part)
with_day = type(shop)._escarcelle_today
type(shop)._escarcelle_today = lambda self: date(2025, 3, 29)
dashboard = env['escarcelle.dashboard']
board = (timed(dashboard.escarcelle_load), min(timed(dashboard.escarcelle_load) for _time in range(2)))
type(shop)._escarcelle_today = with_day
env.cr.execute('SELECT count(*) FROM escarcelle_fact_goods WHERE company_id = %s', [shop.id])
lines = env.cr.fetchone()[0]
assert lines >= LINES * 0.99, lines
statistics = set(env['escarcelle.statistic'].search([('code', '!=', False)]).mapped('code'))
print('MESURE ' + json.dumps({'few': few, 'many': many, 'year': whole, 'days': days, 'board': board,
    'statistics': sorted(statistics), 'lines': lines}))
"""


def measure(cluster: Cluster, sizes: Sizes, say) -> Iterator[Figure]:
    """Seconds of the slowest of each kind, warm, and how a month's cost grows with the history around it."""
    lines = sizes.past
    with grocery.copied(cluster, "report") as world:
        say(f"{lines} lignes vendues")
        said = odoo_script.run(world, SCRIPT.replace("LINES", str(lines)), "social.report")
    yield from figures(said, lines, say)


def figures(said: dict, lines: int, say) -> Iterator[Figure]:
    """What the script said, judged."""
    statistics = set(said["statistics"])
    unit = f"s pour {lines} lignes (moins = mieux)"
    for name, what, times in (
        ("social.report.statistic", "year", statistics),
        ("social.report.report", "year", set(said["year"]) - statistics),
        ("social.report.days", "days", statistics),
    ):
        found = {key: value for key, value in said[what].items() if key in times}
        slowest = max(found, key=lambda key: found[key][1])
        say(f"{name} : {slowest}, {found[slowest][0]:.2f} s la première fois")
        yield Figure(
            name,
            found[slowest][1],
            TARGET,
            unit,
            "objectif du projet",
            TARGET,
            more=False,
            absolute=True,
        )
    yield Figure(
        "social.report.dashboard", said["board"][1], TARGET, unit, "objectif du projet", TARGET, more=False,
        absolute=True,
    )  # fmt: skip
    # The whole set: one page alone takes a few milliseconds, and says as much of the machine as of itself.
    month = {key: sum(said[key][one] for one in statistics) for key in ("few", "many")}
    yield Figure(
        "social.report.flatness", month["many"], month["few"],
        "s pour un mois, dix fois plus de lignes autour (moins = mieux)", "le même mois, peu de lignes autour",
        FLAT, more=False,
    )  # fmt: skip

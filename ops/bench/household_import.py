"""``social.import``: households, members, rights and cards from a sheet, beside Odoo's own import of contacts."""

from collections.abc import Iterator

from ops.bench import grocery, odoo_script
from ops.bench.figure import Figure
from ops.bench.sizes import Sizes
from ops.postgres import Cluster

#: Seconds for 5 000 households.
TARGET = 60
#: Each household has three people: a line of the file each. The progress is counted, as its screen does.
SCRIPT = """
import json, time
columns = 'ref last_name first_name street zip city phone birth_year relation date_from date_to'
mapping = columns.split()
company = env.company
rows = []
for n in range(COUNT):
    for person in range(3):
        relation = ('titulaire', 'conjoint', 'enfant')[person]
        rows.append((len(rows) + 2, ['M%05d' % n, 'Mesure%d' % n, 'Zoé', '%d rue du Banc' % n, '67000', 'Strasbourg',
                    '06%08d' % n, str(1960 + (n + 17 * person) % 60), relation, '01/01/2026', '31/12/2026']))
told = []
start = time.perf_counter()
steps = env['escarcelle.household.importer']._escarcelle_import(
    rows, mapping, company, lambda done, total: told.append(done), give_cards=True)
env.flush_all()
spent = time.perf_counter() - start
wrong = [problem for step in steps for problem in step.problems if problem.blocking]
made = env['escarcelle.household'].search_count([('external_ref', '=like', 'M%')])
assert not wrong and made == COUNT and len(told) >= COUNT // 250, (wrong[:3], made, len(told))
env.cr.rollback()
env.invalidate_all()
contacts = [['Zoé Mesure%d' % n, '%d rue du Banc' % n, '67000', 'Strasbourg', '06%08d' % n] for n in range(COUNT)]
start = time.perf_counter()
answer = env['res.partner'].load(['name', 'street', 'zip', 'city', 'phone'], contacts)
env.flush_all()
peer = time.perf_counter() - start
assert len(answer['ids'] or []) == COUNT, answer['messages'][:3]
env.cr.rollback()
print('MESURE ' + json.dumps({'seconds': spent, 'peer': peer}))
"""


def measure(cluster: Cluster, sizes: Sizes, say) -> Iterator[Figure]:
    """Seconds from the rows of the file to the last line written."""
    count = sizes.households
    with grocery.copied(cluster, "import") as world:
        say(f"{count} foyers de trois personnes")
        said = odoo_script.run(world, SCRIPT.replace("COUNT", str(count)), "social.import")
    yield Figure(
        "social.import", said["seconds"], said["peer"], f"s pour {count} foyers (moins = mieux)",
        "import de fichier d'Odoo (res.partner)", TARGET, more=False, absolute=True,
    )  # fmt: skip

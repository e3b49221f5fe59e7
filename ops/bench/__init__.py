"""``./escarcelle bench``: each figure measured beside its peer, in one run.

This file is the launcher's side (standard library only): it brings the house up and runs ``ops.bench.run``
inside ``var/venv``.
"""

import subprocess
from collections.abc import Sequence

from ops import odoo_source, provision, shell, templates
from ops.paths import HOUSE
from ops.provision import Level


def main(names: Sequence[str], *, json: bool = False, full: bool = False, yes: bool = False) -> int:
    """Measure; 0 when every figure was measured and meets its target, 1 otherwise, 2 for a name unknown."""
    # A model shop takes a minute to make: only what measures the grocery needs it.
    grocery = not names or any(name.startswith("social") for name in names)
    level = Level.TEMPLATE if grocery else Level.BASE
    with provision.ready(level, tests=True, yes=yes) as cluster:
        words = [*(["--json"] if json else []), *(["--full"] if full else []), *names]
        environment = {
            **cluster.environment(),
            "PYTHONPATH": str(HOUSE.root),
            "ESCARCELLE_BENCH_BASE": templates.base_world().name,
            "ESCARCELLE_BENCH_TEMPLATE": templates.template_world().name,
            "ESCARCELLE_BENCH_ODOO": odoo_source.version(),
        }
        return subprocess.run(
            [str(HOUSE.python), "-m", "ops.bench.run", *words],
            env=shell.environment(environment), cwd=HOUSE.root, stdin=subprocess.DEVNULL,
        ).returncode  # fmt: skip

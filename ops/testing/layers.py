"""The layers: where their tests are, what they need, how they run."""

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ops import fiscal, odoo_command, templates, world
from ops.databases import odoo_password
from ops.paths import HOUSE
from ops.ports import Ports
from ops.postgres import Cluster
from ops.provision import Level
from ops.testing import junit, odoo_log, upstream
from ops.testing.programs import Programs
from ops.testing.result import LayerResult
from ops.world import World


@dataclass(frozen=True)
class Layer:
    """One layer of tests.

    ``run`` writes what its programs print to the log it is given. ``browser``: they want Chromium.
    ``alone``: they have time limits, nothing else runs then. ``digest``: what people are shown of a
    log that is too long to be shown whole, when something went wrong.
    """

    name: str
    level: Level
    run: Callable[[Cluster, Programs, Path], LayerResult]
    browser: bool = False
    alone: bool = False
    digest: Callable[[str], str] | None = None


def environment(cluster: Cluster, level: Level) -> dict[str, str]:
    """What tests are told of the house; ``tests/conftest.py`` documents it."""
    env = {"ESCARCELLE_ROOT": str(HOUSE.root)}
    if level >= Level.BASE:
        env |= {
            "ESCARCELLE_TEST_HOST": "127.0.0.1",
            "ESCARCELLE_TEST_PORT": str(cluster.port),
            "ESCARCELLE_TEST_ODOO_PASSWORD": odoo_password(cluster),
            "ESCARCELLE_TEST_ADMIN_PASSWORD": cluster.environment()["PGPASSWORD"],
            "ESCARCELLE_TEST_BASE": templates.base_world().name,
        }
    if level >= Level.EMPTY:
        env["ESCARCELLE_TEST_EMPTY"] = templates.empty_world().name
    if level >= Level.TEMPLATE:
        env["ESCARCELLE_TEST_TEMPLATE"] = templates.template_world().name
    return env


def pytest_layer(
    name: str,
    *folders: str,
    level: Level,
    browser: bool = False,
    alone: bool = False,
    together: bool = False,
    without: Sequence[str] = (),
) -> Layer:
    """A layer that pytest runs over folders of ``tests/``, ``without`` those of other layers.

    ``together``: its files share nothing, each processor takes some.
    """

    def run(cluster: Cluster, programs: Programs, log: Path) -> LayerResult:
        start = time.monotonic()
        for folder in folders:
            if not any((HOUSE.root / folder).rglob("test_*.py")):
                return LayerResult(name, problem=f"il manque des essais dans {folder}/")
        report = HOUSE.run / f"junit-{name}.xml"
        report.unlink(missing_ok=True)
        code = programs.run(
            [
                HOUSE.python, "-m", "pytest", *folders, "-q", "-rfEs", f"--junitxml={report}",
                *(["-n", str(os.cpu_count() or 1), "--dist=loadfile"] if together else []),
                *(f"--ignore={folder}" for folder in without),
                "-o", f"cache_dir={HOUSE.var / 'cache' / 'pytest'}",
            ],
            env=environment(cluster, level),
            log=log,
        )  # fmt: skip
        return junit.read(name, report, code, time.monotonic() - start)

    return Layer(name, level, run, browser, alone)


def _run_odoo(
    name: str,
    cluster: Cluster,
    programs: Programs,
    log: Path,
    fill: Callable[[World], None],
    *runs: Sequence[str],
) -> tuple[str, int, float]:
    """Odoo over a database that ``fill`` makes, once with each of ``runs``: what it said, its code, seconds."""
    start = time.monotonic()
    target = world.other_world(f"test_{name}")
    try:
        fill(target)
        port = Ports(HOUSE.var / "ports.json").choose(f"test-{name}")
        target.write_conf(cluster, port, max_cron_threads=0)
        fiscal.migrate(cluster, target.name)
        for arguments in runs:
            code = programs.run(
                odoo_command.argv(target, *arguments, "--stop-after-init"),
                env=target.environment(),
                log=log,
            )
            if code != 0:
                break
    finally:
        world.remove(cluster, target)
    return log.read_text(encoding="utf-8", errors="replace"), code, time.monotonic() - start


def _tested(tags: str) -> list[str]:
    return ["--test-tags", tags, "--log-level=info"]


def _run_ours(cluster: Cluster, programs: Programs, log: Path) -> LayerResult:
    """Our tests over a shop nobody has set up: all run after the installation, which was made once."""
    absent = [
        f"addons/{name}/tests"
        for name in templates.OURS
        if not any((HOUSE.addons / name / "tests").glob("test_*.py"))
    ]
    if absent:
        return LayerResult("odoo", problem=f"il manque des essais dans {', '.join(absent)}")

    def fill(target: World) -> None:
        world.clone(cluster, templates.empty_world(), target)

    tags = ",".join(f"/{name}" for name in templates.OURS)
    return odoo_log.read("odoo", *_run_odoo("odoo", cluster, programs, log, fill, _tested(tags)))


def _run_upstream(cluster: Cluster, programs: Programs, log: Path) -> LayerResult:
    """Odoo's own tests with our addons beside them.

    Its modules first, ours over them, in a base that knows no French (those tests read English screens) nor
    demonstration data (tests stand on what they make); then the tests of every module.
    """

    def fill(target: World) -> None:
        templates.start_empty(cluster, target)

    runs = [
        ["--init", ",".join(names), "--skip-auto-install", "--no-http"]
        for names in (templates.foreign_depends(), templates.OURS)
    ]
    return upstream.judge(
        *_run_odoo("upstream", cluster, programs, log, fill, *runs, _tested(upstream.TAGS))
    )


OFFICE = "tests/e2e/office"
LAYERS = (
    pytest_layer("core", "tests/core", level=Level.PYTHON, together=True),
    pytest_layer("till", "tests/till_proxy", level=Level.PYTHON, together=True),
    pytest_layer("arch", "tests/arch", "tests/ops", level=Level.PYTHON),
    pytest_layer("db", "tests/db", level=Level.TEMPLATE),
    Layer("odoo", Level.EMPTY, _run_ours, browser=True, digest=odoo_log.trouble),
    # Screens of the back office: nothing there is timed.
    pytest_layer("office", OFFICE, level=Level.TEMPLATE, browser=True),
    pytest_layer(
        "browser", "tests/e2e", level=Level.TEMPLATE, browser=True, alone=True, without=(OFFICE,)
    ),
)
UPSTREAM = Layer(
    "upstream", Level.BASE, _run_upstream, browser=True, alone=True, digest=odoo_log.trouble
)
BY_NAME = {layer.name: layer for layer in (*LAYERS, UPSTREAM)}

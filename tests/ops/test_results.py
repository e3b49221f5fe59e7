"""A layer is green only when something ran, nothing failed and nothing was left out."""

import subprocess
import sys

import pytest

from ops.testing import junit, odoo_log, upstream
from ops.testing.command import chosen
from ops.testing.result import LayerResult, table, total

STAMP = "2026-11-21 20:30:05,123 4242 "
START = STAMP + "INFO db odoo.addons.x.tests.test_a: Starting TestA.test_one ...\n"
SKIPPED = STAMP + "INFO db odoo.addons.x.tests.test_a: skipped TestA.test_two : no browser\n"
FAIL = STAMP + "ERROR db odoo.addons.x.tests.test_a: FAIL: TestA.test_three\nTraceback\n"
CRASH = STAMP + "ERROR db odoo.modules.loading: could not load\n"


def summary(failed, errors, run):
    return STAMP + f"INFO db odoo.tests.result: {failed} failed, {errors} error(s) of {run} tests\n"


def run_pytest(tmp_path, source, *options):
    (tmp_path / "test_it.py").write_text(source)
    report = tmp_path / "report.xml"
    code = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:odoo", "-p", "no:cacheprovider",
         f"--junitxml={report}", f"--rootdir={tmp_path}", "-c", "/dev/null", str(tmp_path),
         *options],
        capture_output=True,
    ).returncode  # fmt: skip
    return junit.read("x", report, code, 1.0)


def test_pytest_green(tmp_path):
    result = run_pytest(tmp_path, "def test_a(): pass\ndef test_b(): pass\n")
    assert (result.passed, result.green) == (2, True)


@pytest.mark.parametrize(
    "source",
    [
        "def test_a(): assert 0\n",
        "import pytest\ndef test_a(): pass\n@pytest.mark.sk" "ip\ndef test_b(): pass\n",
        "import pytest\n@pytest.mark.xf" "ail\ndef test_b(): assert 0\ndef test_a(): pass\n",
        "import nowhere\ndef test_a(): pass\n",
        "import pytest\n@pytest.fixture\ndef f(): 1/0\ndef test_a(f): pass\ndef test_b(): pass\n",
        "x = 1\n",
    ],
    ids=["failure", "left-out", "expected-failure", "import", "fixture", "nothing"],
)  # fmt: skip
def test_pytest_not_green(tmp_path, source):
    assert not run_pytest(tmp_path, source).green


def test_pytest_that_died_is_not_green(tmp_path):
    result = junit.read("x", tmp_path / "absent.xml", -9, 1.0)
    assert not result.green and "-9" in result.problem
    assert not run_pytest(tmp_path, "import os\ndef test_a(): os._exit(0)\n").green


def test_odoo_green():
    refused = (
        STAMP + "ERROR db odoo.sql_db: bad query: b'DELETE FROM x'\nERROR: permission denied\n"
    )
    result = odoo_log.read("odoo", START + refused + summary(0, 0, 3) + summary(0, 0, 12), 0, 1.0)
    assert (result.passed, result.green) == (12, True)


@pytest.mark.parametrize(
    "text, code",
    [
        (START + FAIL + summary(1, 0, 3), 1),
        (START + SKIPPED + summary(0, 0, 3), 0),
        (summary(0, 0, 0), 0),
        (START, 0),
        (START + summary(0, 0, 3), 1),
        (START + CRASH + summary(0, 0, 3), 0),
        ("", -9),
    ],
    ids=["failure", "left-out", "nothing", "no-count", "exit", "error-in-log", "killed"],
)
def test_odoo_not_green(text, code):
    assert not odoo_log.read("odoo", text, code, 1.0).green


def test_stock_failures_are_set_aside_ours_are_not():
    stock = FAIL.replace("TestA.test_three", "TestUi.test_01_point_of_sale_tour")
    enough = summary(1, 0, 430)
    assert upstream.judge(stock + enough, 1, 1.0).green
    assert not upstream.judge(stock + FAIL + enough, 1, 1.0).green
    assert not upstream.judge(stock + summary(1, 0, 30), 1, 1.0).green
    assert not upstream.judge(stock + SKIPPED + enough, 1, 1.0).green
    theirs = SKIPPED.replace("no browser", "Temporary to fast merge new valuation ")
    assert upstream.judge(stock + theirs + enough, 1, 1.0).green


def test_closing_lines_are_pytests_own():
    one = LayerResult("core", passed=3, seconds=1.234)
    two = LayerResult("odoo", passed=1, failed=2, skipped=1, errors=1, seconds=2)
    assert one.line().strip("= ") == "core: 3 passed in 1.23s"
    assert two.line().strip("= ") == "odoo: 2 failed, 1 passed, 1 skipped, 1 error in 2.00s"
    everything = total([one, two], 2.5)  # side by side
    said = "total: 2 failed, 4 passed, 1 skipped, 1 error in 2.50s"
    assert everything.line().strip("= ") == said
    assert not everything.green
    assert "✓ core" in table([one, two]) and "✗ odoo" in table([one, two])


def test_choosing_layers():
    names = [layer.name for layer in chosen([])]
    assert names == ["core", "till", "arch", "db", "odoo", "office", "browser"]
    assert [layer.name for layer in chosen(["odoo", "core"])] == ["odoo", "core"]
    assert [layer.name for layer in chosen(["all", "upstream"])] == [*names, "upstream"]
    with pytest.raises(Exception, match="couche d'essais inconnue : nope"):
        chosen(["core", "nope"])

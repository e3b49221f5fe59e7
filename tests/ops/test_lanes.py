"""Layers side by side: each shown whole, none stopped by another, nothing left behind."""

import io
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from ops.console import Console
from ops.errors import OpsError
from ops.paths import HOUSE, House
from ops.processes import started_at
from ops.provision import Level
from ops.testing import lanes, progress, run
from ops.testing.layers import Layer
from ops.testing.programs import Interrupted, Programs
from ops.testing.result import LayerResult


def ready():
    """Databases that are there."""
    found = Future()
    found.set_result(None)
    return found


def until(condition):
    """Wait for it."""
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.02)


def written(path):
    return path.exists() and path.read_text() != ""


@pytest.fixture(autouse=True)
def said(tmp_path, monkeypatch):
    """Logs of its own; what people are told meanwhile."""
    found = House(tmp_path)
    found.make_directories()
    monkeypatch.setattr("ops.testing.run.HOUSE", found)
    stream = io.StringIO()
    for module in (lanes, run):
        monkeypatch.setattr(module, "CONSOLE", Console(stream))
    return stream


def layer(name, script="print('dit', flush=True)", level=Level.PYTHON, **options):
    """A layer that is one Python program; green when it ends well."""

    def work(cluster, programs, log):
        code = programs.run([sys.executable, "-c", script], env={}, log=log)
        return LayerResult(name, passed=int(not code), failed=int(bool(code)))

    return Layer(name, level, work, **options)


def meets(tmp_path, name, other):
    """A program that ends well only when ``other`` runs at the same time."""
    return (
        "import pathlib, sys, time\n"
        f"here = pathlib.Path({str(tmp_path)!r})\n"
        f"(here / '{name}').touch()\n"
        "end = time.monotonic() + 20\n"
        f"while not (here / '{other}').exists() and time.monotonic() < end: time.sleep(0.02)\n"
        f"print('{name} un', flush=True); time.sleep(0.1); print('{name} deux', flush=True)\n"
        f"sys.exit(not (here / '{other}').exists())\n"
    )


def test_two_processors_run_two_layers_at_once_and_show_each_whole(tmp_path, capsys, said):
    todo = [layer("a", meets(tmp_path, "a", "b")), layer("b", meets(tmp_path, "b", "a"))]
    results = lanes.run(todo, None, processors=2)
    assert [(r.name, r.green) for r in results] == [("a", True), ("b", True)]
    shown = capsys.readouterr().out
    for name in "ab":
        assert f"\n── {name} \n{name} un\n{name} deux\n" in shown
        assert f"  … couche {name}\n" in said.getvalue()


def test_one_processor_runs_them_in_the_order_asked_for(tmp_path, capsys):
    todo = [layer("a"), layer("z", level=Level.TEMPLATE), layer("b")]
    assert all(result.green for result in lanes.run(todo, None, processors=1))
    assert capsys.readouterr().out.split() == "── a dit ── z dit ── b dit".split()


def test_with_several_those_that_last_longest_begin_and_the_table_keeps_its_order(said):
    names = {"a": Level.PYTHON, "b": Level.PYTHON, "y": Level.BASE, "z": Level.TEMPLATE}
    todo = [layer(name, level=level) for name, level in names.items()]
    results = lanes.run(todo, None, processors=2)
    assert [result.name for result in results] == list(names)
    begun = [line.split()[-1] for line in said.getvalue().splitlines() if "couche" in line]
    # One that needs no database fills the lane beside those who make them.
    assert set(begun[:2]) == {"a", "z"}
    assert set(begun[2:]) == {"y", "b"}


@pytest.mark.parametrize("processors", [1, 2])
def test_who_stands_on_databases_waits_for_them(tmp_path, processors):
    made = tmp_path / "made"

    def prepare(programs):
        script = f"import pathlib, time; time.sleep(0.5); pathlib.Path({str(made)!r}).touch()"
        programs.run([sys.executable, "-c", script], env={}, log=tmp_path / "log")

    needs = f"import pathlib, sys\nsys.exit(not pathlib.Path({str(made)!r}).exists())"
    todo = [layer("z", needs, level=Level.EMPTY), layer("y", needs, level=Level.TEMPLATE)]
    assert [one.green for one in lanes.run(todo, None, prepare, processors)] == [True] * 2


def test_who_needs_no_database_begins_while_they_are_made(tmp_path):
    def prepare(programs):
        until((tmp_path / "begun").exists)

    begins = f"import pathlib\npathlib.Path({str(tmp_path / 'begun')!r}).touch()"
    todo = [layer("z", level=Level.EMPTY), layer("a", begins)]
    assert [one.green for one in lanes.run(todo, None, prepare, processors=2)] == [True] * 2


@pytest.mark.parametrize("processors", [1, 2])
def test_without_databases_everything_ends_with_why(tmp_path, processors):
    def prepare(programs):
        raise OpsError("pas de bases", "les faire")

    slow = f"import time, pathlib; time.sleep(60); pathlib.Path({str(tmp_path / 'ended')!r}).touch()"
    start = time.monotonic()
    with pytest.raises(OpsError, match="pas de bases"):
        lanes.run([layer("a", slow), layer("z", level=Level.EMPTY)], None, prepare, processors)
    assert time.monotonic() - start < 30
    assert not (tmp_path / "ended").exists()


def test_what_has_time_limits_runs_alone_after_the_others(tmp_path):
    mark = tmp_path / "running"
    long = f"import pathlib, time\np = pathlib.Path({str(mark)!r})\np.touch(); time.sleep(0.5); p.unlink()"
    quiet = f"import pathlib, sys\nsys.exit(pathlib.Path({str(mark)!r}).exists())"
    todo = [layer("quiet", quiet, alone=True), layer("a", long), layer("b")]
    assert [result.green for result in lanes.run(todo, None, processors=4)] == [True] * 3


@pytest.mark.parametrize("processors", [1, 2])
def test_a_layer_that_goes_wrong_does_not_stop_the_others(processors, said):
    def refuse(cluster, programs, log):
        raise OpsError("pas de base", "la faire")

    todo = [
        Layer("broken", Level.BASE, refuse),
        layer("red", "import sys; sys.exit(1)"),
        layer("green"),
    ]
    broken, red, green = lanes.run(todo, None, processors=processors)
    assert (broken.problem, broken.green, red.green, green.green) == (
        "pas de base",
        False,
        False,
        True,
    )
    assert "Pour réparer : la faire" in said.getvalue()


@pytest.mark.parametrize("script, shown", [("print('x')", False), ("print('x'); 1/0", True)])
def test_a_long_log_is_shown_by_its_digest_and_only_when_something_is_wrong(script, shown, capsys):
    lanes.run([layer("a", script, digest=lambda text: f"digest of {text[0]}")], None)
    out = capsys.readouterr().out
    assert ("digest of x\n(journal entier : " in out) is shown
    assert "Error" not in out


def test_a_line_now_and_then_says_how_far_they_are(monkeypatch, said):
    monkeypatch.setattr(lanes, "HEARTBEAT", 0.2)
    script = "import time\nprint('..... [ 45%]', flush=True); time.sleep(1.5); print('.. [100%]')"
    lanes.run([layer("a", script), layer("b", script), layer("c", script)], None, processors=2)
    lines = said.getvalue().splitlines()
    assert any(
        "… a 45 % (" in line and ", b 45 % (" in line and line.count("%") == 2 for line in lines
    )


def test_progress_is_read_from_what_is_printed():
    assert progress.of("collecting\n") == ""
    assert progress.of("....  [  9%]\n..... [ 17%]\n...") == "17 %"
    record = "2026-11-21 20:30:05,123 42 INFO db odoo.addons.x: Starting TestA.test_{} ... \n"
    assert progress.of(record.format(1)) == "1 essai"
    assert progress.of(record.format(1) + record.format(2)) == "2 essais"


def test_it_is_shown_as_it_comes_when_it_runs_alone(tmp_path, capsys):
    one = run.Run(layer("a", "print('un é', flush=True)"), None, Programs(), ready())
    one.show_new()
    result = one()
    one.show_new()
    assert capsys.readouterr().out == "un é\n"
    one.show_end(result)
    assert capsys.readouterr().out == ""


# -- ending ------------------------------------------------------------------------------------------

COMMAND = """
import signal, sys
from ops import cli
from ops.paths import House
from ops.provision import Level
from ops.testing import lanes, run
from ops.testing.layers import Layer
from ops.testing.result import LayerResult

# Whoever runs the tests may have switched some off (nohup, a job in the background).
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGTERM, signal.SIG_DFL)
run.HOUSE = House(__import__("pathlib").Path(sys.argv[1]))
SLOW = '''
import os, pathlib, signal, subprocess, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
pathlib.Path(sys.argv[1]).write_text(f"{os.getpid()} {child.pid}")
try:
    time.sleep(60)
finally:
    time.sleep(0.5)
    pathlib.Path(sys.argv[1] + ".closed").touch()
'''

def layer(name):
    def one(cluster, programs, log):
        try:
            programs.run([sys.executable, "-c", SLOW, sys.argv[1] + "/" + name], env={}, log=log)
        finally:
            print("rangé", name, flush=True)
        return LayerResult(name, passed=1)
    return Layer(name, Level.PYTHON, one)

cli._command = lambda options: lanes.run([layer("a"), layer("b"), layer("c")], None, processors=2)
sys.exit(cli.main(["test"]))
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_ends_everything_and_leaves_no_process(tmp_path, number):
    process = subprocess.Popen(
        [sys.executable, "-c", COMMAND, str(tmp_path)], cwd=HOUSE.root, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(HOUSE.root)},
    )  # fmt: skip
    files = [tmp_path / "a", tmp_path / "b"]
    until(lambda: all(map(written, files)))
    pids = [int(pid) for file in files for pid in file.read_text().split()]
    assert len(pids) == 4 and all(started_at(pid) for pid in pids)
    process.send_signal(number)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130, err
    assert [pid for pid in pids if started_at(pid)] == []
    assert all(file.with_suffix(".closed").exists() for file in files)
    # What a layer had made is put away, and the one that waited never began.
    assert sorted(out.split("\n")) == ["", "rangé a", "rangé b"]
    assert not (tmp_path / "c").exists()


def test_a_program_deaf_to_the_interruption_is_killed_with_what_it_had_started(tmp_path):
    deaf = (
        "import pathlib, signal, time\n"
        "from ops.processes import Service\n"
        "signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
        f"here = pathlib.Path({str(tmp_path)!r})\n"
        "one = Service('essai', ['sleep', '60'], log=here / 'log', run=here / 'pids')\n"
        "one.start()\n"
        "(here / 'ready').write_text(str(one.pid))\n"
        "time.sleep(60)\n"
    )
    programs = Programs(grace=0.3, pid_files=tmp_path / "pids")
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(run.Run(layer("deaf", deaf), None, programs, ready()))
        until(lambda: written(tmp_path / "ready"))
        service = int((tmp_path / "ready").read_text())
        assert started_at(service)
        programs.end()
        assert isinstance(running.exception(30), Interrupted)
    assert started_at(service) is None
    with pytest.raises(Interrupted):
        programs.run([sys.executable, "-c", "pass"], env={}, log=tmp_path / "log")

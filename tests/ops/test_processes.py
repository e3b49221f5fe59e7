"""Programs that stay up are found again and ended; a stranger that got the same pid is left alone."""

import json
import os
import subprocess
import sys
import time

import pytest

from ops.errors import OpsError
from ops.processes import Service, end_leftovers, started_at
from ops.waiting import until

SLEEP = [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(60)"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, subprocess, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
    "print(child.pid, flush=True); time.sleep(60)",
]


@pytest.fixture
def service(tmp_path):
    made = []

    def make(argv=SLEEP, name="essai"):
        made.append(Service(name, argv, log=tmp_path / f"{name}.log", run=tmp_path / "run"))
        return made[-1]

    yield make
    for one in made:
        one.kill()


def logged(service):
    until(lambda: service.log.read_text().strip() != "", 20, "rien", service)
    return service.log.read_text().strip()


def test_start_and_stop(service):
    one = service()
    one.start()
    assert logged(one) == "up"
    assert one.alive()
    pid = one.pid
    one.stop()
    assert not one.alive()
    assert started_at(pid) is None


def test_its_children_end_with_it(service, monkeypatch):
    monkeypatch.setattr("ops.processes.GRACE", 0.5)
    one = service(STUBBORN)
    one.start()
    child = int(logged(one))
    one.stop()
    deadline = time.monotonic() + 5
    while started_at(child) is not None and time.monotonic() < deadline:
        time.sleep(0.05)
    assert started_at(child) is None


def disown(tmp_path, launcher=2**22 - 1):
    """Rewrite the pid file as a launcher that is gone (or another one) would have left it."""
    path = tmp_path / "run" / "essai.pid"
    mark = json.loads(path.read_text())
    mark |= {"launcher": launcher, "launched": started_at(launcher) or "1"}
    path.write_text(json.dumps(mark))


def test_one_left_behind_is_ended_before_another_starts(service, tmp_path):
    first = service()
    first.start()
    disown(tmp_path)
    second = service()
    second.start()
    assert not first.alive()
    assert second.alive()


def test_one_that_another_launcher_minds_is_left_alone(service, tmp_path):
    first = service()
    first.start()
    disown(tmp_path, launcher=os.getppid())
    with pytest.raises(OpsError, match="tourne déjà"):
        service().start()
    assert first.alive()


def test_everything_left_behind_by_a_world_is_ended(service, tmp_path):
    first = service()
    first.start()
    disown(tmp_path)
    end_leftovers(tmp_path / "run", "autre")
    assert first.alive()
    (tmp_path / "run" / "essai.pid").rename(tmp_path / "run" / "caisse-monde-1.pid")
    end_leftovers(tmp_path / "run", "monde")
    assert not first.alive()


def test_a_stranger_with_the_same_pid_is_left_alone(service, tmp_path):
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        one = service()
        (tmp_path / "run").mkdir()
        mark = {"pid": stranger.pid, "started": "1", "launcher": 1, "launched": "0"}
        (tmp_path / "run" / "essai.pid").write_text(json.dumps(mark))
        one.start()
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_ending_by_itself_is_told_with_the_log(service):
    one = service([sys.executable, "-c", "print('cassé'); raise SystemExit(3)"])
    one.start()
    with pytest.raises(OpsError, match="s'est arrêté") as caught:
        until(lambda: False, 20, "rien", one)
    assert "cassé" in caught.value.report()


def test_waiting_ends(service):
    one = service()
    one.start()
    with pytest.raises(OpsError, match="ne répond pas : rien après 0 s"):
        until(lambda: False, 0.2, "le serveur ne répond pas", one)

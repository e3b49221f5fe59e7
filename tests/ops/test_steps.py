"""Steps are done once, done again when their inputs change, and resumed after an interruption."""

import pytest

from ops.errors import OpsError
from ops.steps import Stamps, Step, run_group


class Bench:
    """A step under watch."""

    def __init__(self, key="one"):
        self.inputs, self.there, self.done, self.fails = "a", False, 0, False
        self.step = Step(key, f"étape {key}", lambda: self.inputs, lambda: self.there, self.act)

    def act(self):
        if self.fails:
            raise OpsError("raté")
        self.done += 1
        self.there = True


@pytest.fixture
def stamps(tmp_path):
    return Stamps(tmp_path / "stamps")


def test_done_once(stamps):
    bench = Bench()
    run_group([bench.step], stamps)
    run_group([bench.step], stamps)
    assert bench.done == 1
    assert stamps.holds(bench.step)


def test_done_again_when_the_inputs_change(stamps):
    bench = Bench()
    run_group([bench.step], stamps)
    bench.inputs = "b"
    assert not stamps.holds(bench.step)
    run_group([bench.step], stamps)
    assert bench.done == 2


def test_done_again_when_the_result_is_gone(stamps):
    bench = Bench()
    run_group([bench.step], stamps)
    bench.there = False
    run_group([bench.step], stamps)
    assert bench.done == 2


def test_a_failure_leaves_no_stamp_and_is_resumed(stamps):
    bench = Bench()
    run_group([bench.step], stamps)
    bench.inputs, bench.fails = "b", True
    with pytest.raises(OpsError):
        run_group([bench.step], stamps)
    bench.inputs = "a"  # even back to the inputs of the first, good run
    assert not stamps.holds(bench.step)
    bench.fails = False
    run_group([bench.step], stamps)
    assert bench.done == 2


def test_a_group_runs_whole_and_reports_a_failure(stamps):
    good, bad = Bench("good"), Bench("bad")
    bad.fails = True
    with pytest.raises(OpsError, match="raté"):
        run_group([bad.step, good.step], stamps)
    assert stamps.holds(good.step)
    assert not stamps.holds(bad.step)

"""Resumable steps.

A step is done when its stamp carries the fingerprint of its inputs and its result is there.
"""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from ops import hashing
from ops.console import CONSOLE


@dataclass(frozen=True)
class Step:
    """One piece of provisioning.

    Attributes:
        key: name of its stamp.
        label: what the person reads, in French.
        inputs: text its result depends on.
        present: whether the result is there, whatever the stamp says.
        act: does the work; may be called again after an interruption.
        remedy: the command that mends it, for ``doctor``.
    """

    key: str
    label: str
    inputs: Callable[[], str]
    present: Callable[[], bool]
    act: Callable[[], None]
    remedy: str = "./escarcelle up"


class Stamps:
    """What was done, and from what: one small file a step."""

    def __init__(self, directory: Path):
        self._directory = directory

    def holds(self, step: Step) -> bool:
        """Whether the step's result is there and made from today's inputs."""
        path = self._directory / step.key
        if not path.exists() or path.read_text().strip() != hashing.of_text(step.inputs()):
            return False
        return step.present()

    def clear(self, step: Step) -> None:
        (self._directory / step.key).unlink(missing_ok=True)

    def put(self, step: Step, fingerprint: str) -> None:
        self._directory.mkdir(parents=True, exist_ok=True)
        (self._directory / step.key).write_text(fingerprint + "\n")


def run_group(steps: Sequence[Step], stamps: Stamps) -> float:
    """Do together the steps of the group that are not done; return the seconds it took.

    The stamp goes first and comes back last: an interrupted step is done again. When several fail,
    the first error is raised once all have ended.
    """
    start = time.monotonic()
    todo = [step for step in steps if not stamps.holds(step)]

    def work(step: Step) -> None:
        fingerprint = hashing.of_text(step.inputs())
        stamps.clear(step)
        with CONSOLE.working(step.label):
            step.act()
        stamps.put(step, fingerprint)

    if len(todo) == 1:
        work(todo[0])
    elif todo:
        with ThreadPoolExecutor(len(todo)) as pool:
            for future in [pool.submit(work, step) for step in todo]:
                future.result()
    return time.monotonic() - start

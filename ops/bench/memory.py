"""Running a program and watching how much memory it takes, with its children."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

EVERY = 0.05


def run(argv: Sequence) -> tuple[int, float]:
    """(exit code, greatest proportional memory of the program and its children, in MB)."""
    process = subprocess.Popen([str(word) for word in argv], stdout=subprocess.DEVNULL)
    peak = 0
    while True:
        peak = max(peak, sum(map(_kilobytes, _family(process.pid))))
        try:  # and not a moment longer than it runs: what it takes is measured too
            return process.wait(EVERY), peak / 1024
        except subprocess.TimeoutExpired:
            pass


def _family(pid: int) -> list[int]:
    """A process and its descendants."""
    found = [pid]
    for one in found:
        try:
            tasks = Path(f"/proc/{one}/task").iterdir()
            children = " ".join((task / "children").read_text() for task in tasks)
        except OSError:
            continue
        found += map(int, children.split())
    return found


def _kilobytes(pid: int) -> int:
    """Proportional set size: pages shared by a family count once."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)

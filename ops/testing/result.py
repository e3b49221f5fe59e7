"""What a layer of tests gave, and the lines that say it."""

from collections.abc import Sequence
from dataclasses import dataclass

from ops.console import seconds

WIDTH = 78


@dataclass(frozen=True)
class LayerResult:
    """Counts of one layer. ``problem`` is what went wrong besides failing tests, in French."""

    name: str
    passed: int = 0
    failed: int = 0
    errors: int = 0
    skipped: int = 0
    seconds: float = 0.0
    problem: str = ""

    @property
    def green(self) -> bool:
        """At least one test passed, and nothing failed, broke, was skipped or went missing."""
        return self.passed > 0 and not (self.failed or self.errors or self.skipped or self.problem)

    def line(self) -> str:
        """The closing line in pytest's own form."""
        counts = [
            f"{number} {word}"
            for number, word in (
                (self.failed, "failed"),
                (self.passed, "passed"),
                (self.skipped, "skipped"),
                (self.errors, "error" if self.errors == 1 else "errors"),
            )
            if number
        ]
        text = f" {self.name}: {', '.join(counts) or 'no tests ran'} in {self.seconds:.2f}s "
        return text.center(WIDTH, "=")


def total(results: Sequence[LayerResult], lasted: float) -> LayerResult:
    """All layers as one, which lasted ``lasted`` seconds (some ran side by side)."""
    return LayerResult(
        "total",
        *(sum(getattr(r, n) for r in results) for n in ("passed", "failed", "errors", "skipped")),
        seconds=lasted,
        problem="; ".join(r.problem for r in results if r.problem),
    )


def table(results: Sequence[LayerResult]) -> str:
    """A summary a person reads at a glance."""
    rows = ["couche      réussis  échecs  erreurs  omis      durée"]
    for result in results:
        mark = "✓" if result.green else "✗"
        counts = f"{result.passed:>7} {result.failed:>7} {result.errors:>8} {result.skipped:>5}"
        rows.append(f"{mark} {result.name:<10}{counts} {seconds(result.seconds):>10}")
        if result.problem:
            rows.append(f"      {result.problem}")
    return "\n".join(rows)

"""A figure: ours, the peer's, both measured in the same run."""

import json
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One measure.

    Attributes:
        unit: of ``ours`` and ``peer``; says whether more or less is better.
        target: what ``ratio`` (or ``ours``, when ``absolute``) has to reach; ``None`` = told, not judged.
        more: whether more is better.
    """

    name: str
    ours: float
    peer: float
    unit: str
    peer_name: str
    target: float | None = None
    more: bool = True
    absolute: bool = False

    @property
    def ratio(self) -> float | None:
        """ours / peer; ``None`` when the peer measured nothing (no retry at all, for instance)."""
        return self.ours / self.peer if self.peer else None

    @property
    def met(self) -> bool:
        """Whether the target is reached."""
        judged = self.ours if self.absolute else self.ratio
        if self.target is None:
            return True
        if judged is None:
            return False
        return judged >= self.target if self.more else judged <= self.target

    def line(self) -> str:
        """The JSON object of the interface, on one line."""
        ratio = self.ratio
        values = {
            "name": self.name, "ours": _rounded(self.ours), "peer": _rounded(self.peer),
            "unit": self.unit, "ratio": None if ratio is None else _rounded(ratio),
            "peer_name": self.peer_name,
        }  # fmt: skip
        return json.dumps(values, ensure_ascii=False)


def _rounded(value: float) -> float:
    return float(f"{value:.4g}")


def table(figures: Sequence[Figure]) -> str:
    """A text table, the target at the end of each line."""
    rows = [("mesure", "ici", "pair", "rapport", "unité", "pair mesuré", "cible")]
    for figure in figures:
        ratio = "—" if figure.ratio is None else f"{figure.ratio:.3g}"
        goal = ""
        if figure.target is not None:
            sign = "≥" if figure.more else "≤"
            mark = "✓" if figure.met else "✗"
            what = "ici" if figure.absolute else "rapport"
            goal = f"{mark} {what} {sign} {figure.target:g}"
        rows.append(
            (figure.name, f"{figure.ours:.4g}", f"{figure.peer:.4g}", ratio, figure.unit, figure.peer_name, goal)
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )



"""The one error a person meets: what failed, where it is written, what mends it."""

from pathlib import Path

TAIL = 15


class OpsError(Exception):
    """A step that cannot go on.

    Args:
        what: one French sentence saying what failed.
        remedy: the command (or the gesture) that mends it.
        log: file whose last lines are shown.
    """

    def __init__(self, what: str, remedy: str = "", log: Path | None = None):
        super().__init__(what)
        self.what = what
        self.remedy = remedy
        self.log = log

    def report(self) -> str:
        """The text shown to the person."""
        lines = [f"Échec : {self.what}"]
        if self.log is not None and self.log.exists():
            text = self.log.read_text(encoding="utf-8", errors="replace")
            tail = [line for line in text.splitlines() if line.strip()][-TAIL:]
            lines.append(f"Dernières lignes de {self.log} :")
            lines += [f"    {line}" for line in tail]
        if self.remedy:
            lines.append(f"Pour réparer : {self.remedy}")
        return "\n".join(lines)

"""What a person sees: French lines on standard error, so that standard output stays for results."""

import contextlib
import sys
import threading
import time
from collections.abc import Iterator


def seconds(value: float) -> str:
    """A duration as it is read aloud: ``4,2 s``, ``1 min 05 s``."""
    if value < 60:
        return f"{value:.1f} s".replace(".", ",")
    minutes, rest = divmod(round(value), 60)
    return f"{minutes} min {rest:02d} s"


class Console:
    """Progress and questions. Safe to use from several threads."""

    def __init__(self, stream=None, stdin=None):
        self._stream = stream if stream is not None else sys.stderr
        self._stdin = stdin if stdin is not None else sys.stdin
        self._lock = threading.Lock()

    def say(self, text: str = "") -> None:
        with self._lock:
            print(text, file=self._stream, flush=True)

    @contextlib.contextmanager
    def working(self, label: str) -> Iterator[None]:
        """Announce a piece of work, then how long it took."""
        start = time.monotonic()
        self.say(f"  … {label}")
        try:
            yield
        except BaseException:
            self.say(f"  ✗ {label} ({seconds(time.monotonic() - start)})")
            raise
        self.say(f"  ✓ {label} ({seconds(time.monotonic() - start)})")

    def interactive(self) -> bool:
        """Whether there is a person to answer a question."""
        try:
            return self._stdin is not None and self._stdin.isatty()
        except ValueError:
            return False

    def confirm(self, question: str, yes: bool = False) -> bool:
        """Ask; without a person, or with ``--yes``, the answer is yes."""
        if yes or not self.interactive():
            return True
        with self._lock:
            print(f"{question} [O/n] ", end="", file=self._stream, flush=True)
        answer = self._stdin.readline()
        return answer.strip().lower() in {"", "o", "oui", "y", "yes"} and answer != ""


CONSOLE = Console()

"""One layer under way: started, followed, shown."""

import time
from concurrent.futures import Future

from ops.console import CONSOLE, seconds
from ops.errors import OpsError
from ops.paths import HOUSE
from ops.postgres import Cluster
from ops.testing import progress
from ops.testing.layers import Layer
from ops.testing.programs import Programs
from ops.testing.result import LayerResult


class Run:
    """One layer and the log its programs write to."""

    def __init__(self, layer: Layer, cluster: Cluster, programs: Programs, prepared: Future):
        self.layer = layer
        self.log = HOUSE.log / f"test-{layer.name}.log"
        self.log.write_bytes(b"")
        self._unread = self.log.open(encoding="utf-8", errors="replace")
        self._cluster, self._programs, self._prepared = cluster, programs, prepared
        self._start: float | None = None

    def __call__(self) -> LayerResult:
        """Run it, once what it stands on is there. What goes wrong around its tests is its own problem: the
        others go on."""
        if self.layer.level.in_database and self._prepared.exception():
            return LayerResult(self.layer.name, problem="ses bases n'ont pas pu être faites")
        self._start = time.monotonic()
        CONSOLE.say(f"  … couche {self.layer.name}")
        try:
            return self.layer.run(self._cluster, self._programs, self.log)
        except OpsError as error:
            CONSOLE.say(error.report())
            lasted = time.monotonic() - self._start
            return LayerResult(self.layer.name, seconds=lasted, problem=error.what)

    def state(self) -> str:
        """``till 45 % (3 min 02 s)``; empty before it has begun."""
        if self._start is None:
            return ""
        reached = progress.of(self.log.read_text(encoding="utf-8", errors="replace"))
        lasted = seconds(time.monotonic() - self._start)
        return f"{self.layer.name} {reached or '…'} ({lasted})"

    def show_title(self) -> None:
        print(f"\n── {self.layer.name} ", flush=True)

    def show_new(self) -> None:
        """Print what came since the last time, of a layer shown as it comes."""
        if self.layer.digest is None:
            print(self._unread.read(), end="", flush=True)

    def show_end(self, result: LayerResult) -> None:
        """Print the rest: all of it, or the digest when something went wrong."""
        self.show_new()
        if self.layer.digest is not None and not result.green:
            print(self.layer.digest(self._unread.read()))
            print(f"(journal entier : {self.log})", flush=True)
        self._unread.close()

"""Named points where a test may kill the program, as a power cut would.

``ESCARCELLE_TILL_FAULT=after_fsync`` kills the program (SIGKILL, nothing is flushed nor cleaned up)
the first time it passes there; ``after_fsync:3`` the third time; ``sale:after_fsync`` the first time
after a sale has begun. Unset, ``fault`` does nothing. The points, in the order a sale meets them::

    before_checks  after_checks  before_write  partial_write  before_fsync  after_fsync
    after_rename  after_commit  before_drawer  before_queue  after_queue  before_answer
    before_print  after_print
    before_send  after_send  before_acknowledge  after_acknowledge
    key_waiting  key_handed_over  key_changed
"""

import os
import signal

_SALE = "before_checks"


class _Trap:
    def __init__(self, spec: str):
        self.during_sale = spec.startswith("sale:")
        self.name, _, count = spec.removeprefix("sale:").partition(":")
        self.left = int(count) if count.isdigit() else 1

    def step(self, name: str) -> None:
        """Die when this is the place and the time."""
        if name == _SALE:
            self.during_sale = False
        if name != self.name or self.during_sale:
            return
        self.left -= 1
        if self.left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)


_trap = _Trap(os.environ.get("ESCARCELLE_TILL_FAULT", ""))


def fault(name: str) -> None:
    """Die here when the environment says so."""
    if _trap.name:
        _trap.step(name)

"""Named points where a test may kill the program, as a power cut would.

``ESCARCELLE_TILL_FAULT=after_fsync`` kills the program (SIGKILL, nothing is flushed nor cleaned up)
the first time it passes there; ``after_fsync:3`` the third time. Unset, ``fault`` does nothing.
The points, in the order a sale meets them::

    before_checks  after_checks  before_write  partial_write  before_fsync  after_fsync
    after_rename  after_commit  before_print  after_print  before_drawer  before_answer
    before_send  after_send  before_acknowledge  after_acknowledge
"""

import os
import signal

_SPEC = os.environ.get("ESCARCELLE_TILL_FAULT", "")
_NAME, _, _COUNT = _SPEC.partition(":")
_left = int(_COUNT) if _COUNT.isdigit() else 1


def fault(name: str) -> None:
    """Die here when the environment says so."""
    global _left  # noqa: PLW0603 - one countdown per process
    if not _NAME or name != _NAME:
        return
    _left -= 1
    if _left <= 0:
        os.kill(os.getpid(), signal.SIGKILL)

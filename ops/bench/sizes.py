"""How much is measured: enough to see in a minute or two, or everything the targets speak of."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Sizes:
    """Numbers of tickets, and of households."""

    #: appended by each of the four tills
    append: int
    #: already in the journal for ``fiscal.append.flatness``
    past: int
    #: in the archive the verifier reads
    verified: int
    #: in the month that is archived
    archived: int
    #: in the day that is closed
    day: int
    #: orders of the stock module
    stock: int
    #: imported, given their budgets
    households: int


QUICK = Sizes(append=250, past=50_000, verified=50_000, archived=10_000, day=5_000, stock=400, households=5_000)
FULL = Sizes(
    append=1_000, past=1_000_000, verified=1_000_000, archived=100_000, day=5_000, stock=2_000,
    households=5_000,
)  # fmt: skip
TINY = Sizes(append=10, past=2_000, verified=120, archived=60, day=50, stock=5, households=20)
BY_NAME = {"quick": QUICK, "full": FULL, "tiny": TINY}

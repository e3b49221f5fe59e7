"""Where a device stands, rebuilt from what the journal says of its last records."""

from datetime import date
from types import MappingProxyType

from escarcelle_core.anchor import Head
from escarcelle_core.state import OPENING_KINDS, TillState
from escarcelle_core.totals import LEVELS, Totals


def state(standing):
    """TillState from what ``fiscal.lock`` answers (see ``TillState.after`` for the rules)."""
    heads = standing["heads"]
    if not heads:
        return TillState()
    day = max(date.fromisoformat(head["business_day"]) for head in heads.values())
    opened = max((heads[kind]["record_id"] for kind in OPENING_KINDS if kind in heads), default=0)
    today = {kind for kind in LEVELS if kind in heads and heads[kind]["business_day"] == day.isoformat()}
    closed = frozenset(kind for kind in today if heads[kind]["record_id"] > opened)
    rank = 1
    if "GTJ" in today:
        rank = int(standing["closing"].partition("-")[2] or 1) + (0 if closed else 1)
    return TillState(
        MappingProxyType({kind: Head(head["seq"], head["signature"]) for kind, head in heads.items()}),
        Totals.from_json(standing["totals"]),
        day,
        rank,
        closed,
        standing["anchor"] or "",
    )

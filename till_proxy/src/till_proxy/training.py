"""Training mode (« école »): a manager switches it on, everybody sees it, nothing it signs counts.

School tickets have their own chain (BOI-TVA-DECLA-30-10-30 §150). The event journal says when the mode
began and ended; its last word, read again at each start, is the mode the till is in.
"""

import uuid as uuids
from typing import TYPE_CHECKING

from escarcelle_core import chain, jet
from escarcelle_core.documents import JetEvent

from .errors import Refusal

if TYPE_CHECKING:
    from .cashiers import Cashier, Cashiers
    from .index import Index
    from .orders import Order
    from .writer import Writer

#: What the manager's proof is for.
WHAT = "training"


def switch(
    writer: "Writer", cashiers: "Cashiers", *, on: bool, cashier: "Cashier", token: str
) -> bool:
    """Begin (with a manager's proof) or end the training mode; whether anything changed."""
    if on == writer.index.training:
        return False
    operator, text = cashier.code, "Fin du mode école"
    if on:
        proof = cashiers.proof(token, WHAT)
        operator, text = proof.manager, f"Début du mode école {proof.reason}"
    line = JetEvent(jet.TRAINING_MODE, text[:200], operator)
    writer.write(
        str(uuids.uuid4()),
        {"type": "jet", "code": jet.TRAINING_MODE, "on": on},
        lambda state, desk, at: chain.issue_event(state, desk, line, at),
    )
    if on:
        cashiers.use(token)
    return True


def check(index: "Index", order: "Order") -> None:
    """Refusal when the screen and the till do not agree on whether this sale is real."""
    if order.training == index.training:
        return
    if order.training:
        raise Refusal(
            "training",
            "La caisse n'est pas en mode école : rechargez l'écran, ou demandez à un responsable de "
            "mettre la caisse en mode école.",
            training=False,
        )
    raise Refusal(
        "training",
        "La caisse est en mode école : rien n'y est vendu. Quittez le mode école, puis validez de "
        "nouveau.",
        training=True,
    )


def forbid(index: "Index", what: str) -> None:
    """Refusal of a real operation in training mode; ``what`` begins the sentence."""
    if index.training:
        raise Refusal(
            "training",
            f"{what} ne se fait pas en mode école : quittez d'abord le mode école (menu).",
            training=True,
        )

"""The till changes its key, safe against a stop at any instant.

1. The new key is sealed beside the old one. 2. The old key signs the hand-over, in an entry named after
the new key. 3. The new key takes the place of the old one, which is gone. A start that finds a key
waiting asks the journal: the entry is there, go on with 3; it is not, forget the new key.
"""

import json
from dataclasses import asdict, replace
from datetime import datetime

from escarcelle_core import chain, jet, key_change
from escarcelle_core.signing import EcdsaSigner

from .enrolment import KEY, SOFTWARE, Identity, StoredKey, load_signer, save_identity
from .faults import fault
from .vault import Vault
from .writer import Writer

WAITING = "signing-key-next"


def rotate(vault: Vault, writer: Writer, identity: Identity, at: datetime, operator: str = "") -> Identity:
    """Make a new key and go over to it; returns the identity with the new certificate."""
    signer = EcdsaSigner.generate(identity.till, SOFTWARE, at)
    key = StoredKey(identity.till, signer.key_pem().decode("ascii"), signer.certificate_pem)
    vault.write(WAITING, json.dumps(asdict(key)).encode())
    fault("key_waiting")
    event = key_change.hand_over(signer.certificate_pem, operator)
    writer.write(
        _entry(identity.till, signer.key_id),
        {"type": "jet", "code": jet.SETTING_CHANGED},
        lambda state, desk, now: chain.issue_event(state, desk, event, now),
        essential=True,
    )
    fault("key_handed_over")
    return _promote(vault, writer, identity, key)


def settle(vault: Vault, writer: Writer, identity: Identity) -> Identity:
    """At start: finish a change the last run did not, or forget it; returns the identity."""
    data = vault.read(WAITING)
    if not data:
        return identity
    key = StoredKey(**json.loads(data))
    signer = EcdsaSigner.from_pem(key.key_pem.encode(), key.certificate)
    if _entry(identity.till, signer.key_id) in writer.index.entries:
        return _promote(vault, writer, identity, key)
    vault.write(WAITING, b"")
    return identity


def _promote(vault: Vault, writer: Writer, identity: Identity, key: StoredKey) -> Identity:
    vault.write(KEY, json.dumps(asdict(key)).encode())
    fault("key_changed")
    changed = replace(identity, certificate=key.certificate)
    save_identity(vault, changed)
    vault.write(WAITING, b"")
    writer.desk = replace(writer.desk, signer=load_signer(vault))
    return changed


def _entry(till: str, key_id: str) -> str:
    return chain.derived(till, "key", key_id)

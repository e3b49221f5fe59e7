"""What an ESC/POS printer answers: real-time status bytes and the paper reply.

The two kinds are told apart by their fixed bits: a ``DLE EOT`` answer is ``0xx1xx10``, a ``GS r``
answer ``0xx0xxxx``; flow control (XON, XOFF) is neither.
"""

#: Answered at once, even by a printer that stopped: printer, cause of stop, error, paper.
ASK_STATUS = b"".join(b"\x10\x04" + bytes((n,)) for n in (1, 2, 3, 4))
#: Answered in turn, when everything sent before it is printed.
ASK_DONE = b"\x1dr\x01"
#: No unsolicited status: it could pass for an answer.
QUIET = b"\x1da\x00"


def is_status(byte: int) -> bool:
    """Whether ``byte`` answers ``DLE EOT``."""
    return byte & 0x93 == 0x12


def is_done(byte: int) -> bool:
    """Whether ``byte`` answers ``GS r``."""
    return byte & 0x90 == 0


def read_status(answers: bytes) -> str:
    """State told by the answers to ``ASK_STATUS``, in order."""
    printer, cause, error, paper = answers
    if paper & 0x60 or cause & 0x20:
        return "paper_out"
    if cause & 0x04:
        return "cover_open"
    if error & 0x68 or cause & 0x40:
        return "error"
    if printer & 0x08:
        return "offline"
    return "paper_low" if paper & 0x0C else "ready"

"""A real mail server on this machine that keeps what it is given, or refuses it."""

import socket
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller

#: What a full mailbox answers (RFC 5321, 4.2.3).
REFUSED = "552 Exceeded storage allocation"


class Letterbox:
    """Letters in the order they came. ``refusing``: none is taken."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.refusing = False
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]
        self._server = Controller(self, hostname="127.0.0.1", port=self.port)

    def __enter__(self) -> "Letterbox":
        self._server.start()
        return self

    def __exit__(self, *_trouble) -> None:
        self._server.stop()

    async def handle_DATA(self, _server, _session, envelope) -> str:  # noqa: N802 - aiosmtpd's name
        if self.refusing:
            return REFUSED
        letter = message_from_bytes(envelope.content, policy=policy.default)
        letter["X-Envelope-To"] = ", ".join(envelope.rcpt_tos)
        self.letters.append(letter)
        return "250 OK"

    def take(self) -> list[EmailMessage]:
        """What came since the last time."""
        taken, self.letters = self.letters, []
        return taken


def files(letter: EmailMessage) -> dict[str, bytes]:
    """What is attached to a letter, by name."""
    return {part.get_filename(): part.get_content() for part in letter.iter_attachments()}

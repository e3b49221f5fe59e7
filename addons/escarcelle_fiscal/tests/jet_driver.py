"""A test that drives a trigger says which code it is to bring; a test of the table counts them."""

from functools import wraps

from ..models import fiscal_visit
from .test_archive import ArchiveCase

#: Codes that have a test of their own.
DRIVEN = set()


def drives(*codes):
    """The test must bring these codes, signed, into an event journal of the server or of a tablet."""
    DRIVEN.update(codes)

    def decorate(test):
        @wraps(test)
        def driven(self):
            self._clear()
            test(self)
            found = self._signed()
            for code in codes:
                self.assertIn(str(code), found, f"JET {code}")

        return driven

    return decorate


class TriggerCase(ArchiveCase):
    def setUp(self):
        super().setUp()
        self.outbox = self.env["escarcelle.fiscal.outbox"].sudo()
        fiscal_visit._noted.clear()
        self.mark = 0

    def _clear(self):
        """What was noted and signed until now does not count."""
        self.env["escarcelle.fiscal.instance"].sudo()._escarcelle_open()
        self.outbox.search([]).unlink()
        self.env.cr.execute("SELECT coalesce(max(id), 0) FROM fiscal.record")
        self.mark = self.env.cr.fetchone()[0]

    def _events(self):
        """(code, device number, description, operator) signed since ``_clear``."""
        self.env.flush_all()
        while self.outbox._escarcelle_drain():
            if not self.outbox.search_count([]):
                break
        self.env.cr.execute(
            "SELECT split_part(payload, ',', 2), till_number, replace(split_part(payload, ',', 3), '_', ' '),"
            " split_part(payload, ',', 5) FROM fiscal.record WHERE kind = 'JET' AND id > %s ORDER BY id",
            [self.mark],
        )
        # A till's own lines do not count: the till signed them.
        return [row for row in self.env.cr.fetchall() if row[1] in (0, 901)]

    def _signed(self):
        return {code for code, *_rest in self._events()}

    def _said(self, code):
        return " | ".join(text.replace("_", " ") for found, _n, text, _who in self._events() if found == str(code))

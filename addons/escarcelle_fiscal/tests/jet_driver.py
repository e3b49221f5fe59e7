"""A test that drives a trigger says which code it is to bring; a test of the table counts them."""

from functools import wraps

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

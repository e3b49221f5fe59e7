"""One class per failure; the facts are attributes, the message is French and for people."""


class EscarcelleError(Exception):
    """Root of the errors of the core. ``code`` is stable and machine readable."""

    code = "error"


class AmountError(EscarcelleError):
    """A number is not an amount, quantity or rate this project can count with."""

    code = "bad_request"

    def __init__(self, what: str, value: object):
        self.what = what
        self.value = value
        super().__init__(f"{what} : « {str(value)[:60]} » n'est pas un nombre utilisable.")


class DocumentError(EscarcelleError):
    """A document contradicts itself or cannot be read."""

    code = "bad_document"


class AmountMismatch(DocumentError):
    """Two amounts that must be equal differ (both in cents)."""

    code = "amount_mismatch"

    def __init__(self, what: str, expected: object, found: object):
        self.what = what
        self.expected = expected
        self.found = found
        super().__init__(f"{what} : {found} au lieu de {expected}.")


class ChainError(EscarcelleError):
    """A record does not continue its chain."""

    code = "chain"

    def __init__(self, field: str, expected: object, found: object):
        self.field = field
        self.expected = expected
        self.found = found
        super().__init__(f"Chaîne rompue ({field}) : attendu {expected}, trouvé {found}.")


class SignatureError(EscarcelleError):
    """A signature does not verify, or a key cannot be used."""

    code = "signature"


class PeriodError(EscarcelleError):
    """A period is asked for that cannot be opened or closed."""

    code = "period"

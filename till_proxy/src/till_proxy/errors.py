"""A refusal: what the cashier reads when the till says no, and what the browser can act upon."""

from collections.abc import Mapping

#: HTTP status of each refusal code of ``docs/formats.md`` §5. 4xx: nothing was done. 5xx: nobody
#: knows, the page asks again.
STATUS = {
    "bad_request": 400,
    "too_large": 413,
    "not_found": 404,
    "not_enrolled": 409,
    "cashier_required": 401,
    "manager_required": 403,
    "locked_out": 429,
    "unknown_product": 422,
    "bad_barcode": 422,
    "amount_mismatch": 422,
    "over_budget": 422,
    "funding_source": 422,
    "past_date": 422,
    "not_entitled": 422,
    "quota": 422,
    "voucher": 422,
    "refund_too_large": 422,
    "conflict": 409,
    "customer_incomplete": 422,
    "training": 409,
    "override_invalid": 422,
    "snapshot_missing": 409,
    "disk_full": 422,
    "clock": 422,
    "till_damaged": 503,
}


class Refusal(Exception):
    """``code`` is stable; ``message`` is French and says what to do; ``details`` holds facts."""

    def __init__(self, code: str, message: str, **details: object):
        super().__init__(message)
        self.code = code
        self.message = message
        self.details: Mapping[str, object] = details

    @property
    def status(self) -> int:
        """HTTP status to answer with."""
        return STATUS[self.code]

    def as_json(self) -> dict:
        """The error body of ``docs/formats.md``."""
        return {
            "error": {"code": self.code, "message": self.message, "details": dict(self.details)}
        }


class StartError(Exception):
    """The program cannot start; the message is French and names the remedy."""

"""``/till/v1/invoices``, ``notes``, ``proofs``, ``settlements``; ``papers`` recalls them; ``customers``."""

from collections.abc import Callable

from aiohttp import web

from .. import customer_search, invoices, issuing, notes, proofs, settlements
from ..errors import Refusal
from ..faults import fault
from ..index import KnownTicket
from ..papers import answer, signed_document
from ..strict import UUID, bad
from ..tickets import next_rank
from ..till import Till
from .common import integer, read_json, till_of, token_of

_LIMIT = 50
_SHOWN = 20


def routes() -> list[web.RouteDef]:
    """The handlers of this file."""
    wanted = {
        "invoices": invoices.Wanted, "notes": notes.Wanted, "proofs": proofs.Wanted,
        "settlements": settlements.Wanted,
    }  # fmt: skip
    posts = [web.post(f"/till/v1/{name}", _issuer(kind.parse)) for name, kind in wanted.items()]
    return [*posts, web.get("/till/v1/papers", recall), web.get("/till/v1/customers", find)]


def _issuer(parse: Callable[[object], issuing.Wanted]) -> Callable:
    async def handler(request: web.Request) -> web.Response:
        """Sign what is asked for; paper and drawer only once it is on disk."""
        till = till_of(request)
        wanted = parse(await read_json(request))
        entry, replayed = await till.do(issuing.issue, till, wanted, token_of(request))
        await till.issued(entry)
        fault("before_answer")
        return web.json_response(answer(entry, replayed=replayed))

    return handler


async def recall(request: web.Request) -> web.Response:
    """A paper by uuid, the last settlement of an account, or the latest of a day (today's by default)."""
    till = till_of(request)
    till.cashiers.require(token_of(request))
    return web.json_response({"papers": await till.do(_recall, till, request)})


def _recall(till: Till, request: web.Request) -> list[dict]:
    index = till.writer.index
    uuid, day, account = (request.query.get(key, "") for key in ("uuid", "day", "account"))
    if account:
        last = index.last_settlement(account[:32])
        return [_settled(till, last)] if last else []
    if uuid:
        if not UUID.fullmatch(uuid):
            raise bad("Identifiant de document incorrect.")
        if uuid not in index.papers:
            raise Refusal("not_found", "Ce document n'est pas (ou plus) dans cette caisse.")
        return [_shown(till, index.papers[uuid])]
    open_day = till.writer.state.day
    day = day[:10] or (open_day.isoformat() if open_day else "")
    found = [paper for paper in index.papers.values() if paper.day == day]
    limit = integer(request, "limit", 1, 200, _LIMIT)
    return [_shown(till, paper) for paper in reversed(found[-limit:])]


def _shown(till: Till, paper: KnownTicket) -> dict:
    index, entry = till.writer.index, till.writer.journal.read(paper.n)
    return {
        **answer(entry, replayed=True),
        "sent": not till.writer.journal.is_pending(paper.n),
        "next_rank": next_rank(index, paper),
        "cancelled": paper.uuid in index.cancelled_settlements,
        "methods": entry["event"].get("methods"),
    }


def _settled(till: Till, paper: KnownTicket) -> dict:
    """With what was paid, and how: what giving it back must say again."""
    methods = till.writer.journal.read(paper.n)["event"]["methods"]
    _record, document = signed_document(till.writer, paper)
    payments = [
        {"payment_method_id": methods[payment.uid], "mode": payment.mode, "amount": payment.amount}
        for payment in document.payments
    ]
    return {**_shown(till, paper), "payments": payments}


async def find(request: web.Request) -> web.Response:
    """Customers by name, code, town or VAT number; with ``accounts=1`` households too."""
    till = till_of(request)
    till.cashiers.require(token_of(request))
    accounts = request.query.get("accounts") == "1"
    query = request.query.get("query", "")[:80]
    found = customer_search.search(till.shelf.require(), query, _SHOWN, households=accounts)
    return web.json_response({"customers": found})

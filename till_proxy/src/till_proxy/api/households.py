"""``/till/v1/households/<card>``: what the cashier may know of the card just scanned."""

from aiohttp import web

from .. import budgets, quota_check
from ..errors import Refusal
from ..till import Till
from .common import till_of, token_of

#: Why a card is refused. Never whose it was: who holds it may have found it.
ENDED = {
    "lost": "Cette carte a été déclarée perdue : elle n'est plus valable. Gardez-la, et demandez la nouvelle carte.",
    "replaced": "Cette carte a été remplacée : elle n'est plus valable. Demandez la nouvelle carte.",
    "closed": "Cette carte n'est plus valable : le dossier est clos. Voyez avec un responsable.",
    "returned": "Cette carte a été rendue : elle n'est plus valable. Voyez avec un responsable.",
}


def routes() -> list[web.RouteDef]:
    """The handlers of this file."""
    return [web.get("/till/v1/households/{card}", household)]


async def household(request: web.Request) -> web.Response:
    """First name and initial, tariff, budget left, entitlement; never more."""
    till = till_of(request)
    till.cashiers.require(token_of(request))
    return web.json_response(await till.do(_describe, till, request.match_info["card"][:32]))


def _describe(till: Till, card: str) -> dict:
    known = till.shelf.require()
    found = known.household(card)
    if found is None and card in known.ended_cards:
        why = known.ended_cards[card]
        raise Refusal("not_found", ENDED.get(why, ENDED["replaced"]), card=why)
    if found is None:
        raise Refusal(
            "not_found",
            "Carte inconnue de cette caisse. Vérifiez la carte ; si elle est neuve, attendez que la "
            "caisse ait reçu les données du serveur.",
        )
    writer = till.writer
    day = writer.desk.rules.business_day(writer.at())
    if writer.state.day is not None:
        day = max(day, writer.state.day)
    answer: dict = {
        "code": found.code,
        "display": found.display,
        "partner_id": found.partner_id,
        "tariff": {
            "pricelist_id": found.pricelist_id,
            "fiscal_position_id": found.fiscal_position_id,
        },
        "entitled": found.entitled_on(day),
    }
    left = budgets.left(found, known.covered.unknown(writer.index.spent.get(found.code, ())), day)
    if left is not None:
        end = budgets.period_end(found, day, known.period)
        answer["budget"] = {
            "left": left,
            "period_end": end.isoformat(),
            # What the page shows of the basket must be what the till will take off.
            "basis": known.basis,
            "public": known.policy.over_budget == "public",
            "free": [one.id for one in known.products.values() if not one.consumes_budget],
        }
    standing = quota_check.standing(known, writer.index, found, day)
    if standing:
        answer["quotas"] = [quota_check.describe(one) for one in standing]
    if not answer["entitled"]:
        # A renewal would not lift a suspension: who is at the till is told whom to ask.
        answer["message"] = (
            "Les courses de ce foyer sont suspendues : voyez avec un responsable."
            if found.suspended
            else "Ce foyer n'a pas de droits ouverts aujourd'hui : faites renouveler ses droits, ou "
            "demandez l'accord d'un responsable."
        )
    return answer

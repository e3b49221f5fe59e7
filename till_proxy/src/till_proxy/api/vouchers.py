"""``/till/v1/vouchers``: the kinds of vouchers the till takes, by means of payment."""

from aiohttp import web

from .common import till_of, token_of


def routes() -> list[web.RouteDef]:
    """The handlers of this file."""
    return [web.get("/till/v1/vouchers", kinds)]


async def kinds(request: web.Request) -> web.Response:
    """What the screen asks the cashier for: a number, a value, or a part of the ticket."""
    till = till_of(request)
    till.cashiers.require(token_of(request))
    known = till.shelf.require().vouchers
    return web.json_response(
        {
            "kinds": [
                {
                    "method_id": method, "name": kind.name, "numbered": kind.numbered, "value": kind.value,
                    "share": None if kind.share is None else f"{kind.share:.2f}",
                    "excluded_category_ids": sorted(kind.excluded),
                }
                for method, kind in known.items()
            ]
        }
    )  # fmt: skip

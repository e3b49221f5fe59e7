"""The handlers of ``docs/formats.md`` §5, one file a resource."""

from aiohttp import web

from . import cash, cashier, closings, drafts, duplicates, events, households, status, tickets


def routes() -> list[web.RouteDef]:
    """Every ``/till/v1`` route."""
    parts = (tickets, duplicates, closings, cash, drafts, cashier, households, status, events)
    return [route for part in parts for route in part.routes()]

"""All the routes of the page, ``docs/formats.md`` §5."""

from aiohttp import web

from . import (
    barcodes,
    cancellations,
    cash,
    cashier,
    closings,
    drafts,
    duplicates,
    events,
    households,
    papers,
    status,
    tickets,
    training,
    vouchers,
)


def routes() -> list[web.RouteDef]:
    """Every ``/till/v1`` route."""
    parts = (
        tickets, cancellations, papers, duplicates, closings, cash, drafts, cashier, training, households,
        barcodes, vouchers, status, events,
    )  # fmt: skip
    return [route for part in parts for route in part.routes()]

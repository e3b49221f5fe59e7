"""Typed keys of the aiohttp application."""

from typing import Any

from aiohttp import web

#: The till's own objects (``till_proxy.till.Till``).
TILL: web.AppKey[Any] = web.AppKey("till", Any)

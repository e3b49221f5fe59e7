"""The till program: what runs on the till computer, beside the browser, with or without a network.

It serves the till's screens, checks and signs every sale, keeps it on disk and sends it to the
server when it can. See ``DESIGN.md`` and ``docs/formats.md`` §5–7.
"""

__version__ = "0.1.0"

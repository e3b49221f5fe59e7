"""The legal core of Escarcelle: no Odoo, no input or output, no clock.

Everything that decides whether a till ticket is legally right is here; the clock, the key and the
store are passed in. See ``docs/formats.md`` for the formats.
"""

__version__ = "0.1.0"

#: Root of the fiscal version. It changes only when something that is signed, counted or
#: archived changes, never with the rest of the program.
FISCAL_VERSION = "F1.0"

#: Version of the record layout (``docs/formats.md`` §2).
FORMAT_VERSION = 1

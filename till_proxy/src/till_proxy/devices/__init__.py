"""Peripherals: printers and drawer, scanner, scale, and a printer simulator for rehearsals.

Everything here blocks and runs in threads; ``printing.py`` is the asynchronous side.
"""

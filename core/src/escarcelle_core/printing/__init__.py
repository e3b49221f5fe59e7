"""Printing: signed XML + XSLT → print commands → layout → ESC/POS bytes, text or HTML.

Everything here is pure. The till program owns the printers and the queue.
"""

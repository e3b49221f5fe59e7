"""The stand-alone verifier: everything an archive claims, checked with nothing of Odoo.

This package is the edge of the core: it reads the files it is given, and nothing else does.
"""

"""The schemas of documents and archives, as package data."""

from functools import cache
from importlib.resources import files

from lxml import etree

NAMES = ("ticket.xsd", "piece.xsd", "archive.xsd")


def content(name: str) -> bytes:
    """The bytes of a schema."""
    return files(__package__).joinpath(name).read_bytes()


@cache
def schema(name: str) -> etree.XMLSchema:
    """A compiled schema; what it includes is found in the package, also inside a zip file."""
    parser = etree.XMLParser(no_network=True, load_dtd=False)
    parser.resolvers.add(_Packaged())
    return etree.XMLSchema(etree.fromstring(content(name), parser, base_url=name))


class _Packaged(etree.Resolver):
    def resolve(self, system_url, public_id, context):
        name = (system_url or "").rpartition("/")[2]
        if name in NAMES:
            return self.resolve_string(content(name), context, base_url=name)
        return None

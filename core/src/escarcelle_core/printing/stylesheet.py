"""Signed XML + XSLT → print commands.

A template writes the intermediate print language (``language.py``). It runs shut in: no file, no
network, no entity, and of other stylesheets only the shipped ones. Text to print stands between
quotes in the template; quotes that come from data are set aside first, so that a label can
neither end a text nor begin one.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources

from lxml import etree

from ..xml import stamp
from .commands import Command, Text
from .context import Identification, PrintContext
from .errors import TemplateError
from .language import ROOT, CommandError, read, set_aside

#: What a shop's template may weigh, and what it may produce.
MAX_TEMPLATE = 500_000
MAX_COMMANDS = 20_000
MAX_TEXT = 200_000

_XSL = "http://www.w3.org/1999/XSL/Transform"
_NAME = re.compile(r"[A-Za-z_][\w.-]*", re.ASCII)
_CUSTOM = "modèle de la boutique"


def render(
    xml: bytes,
    template: str | bytes,
    parameters: Mapping[str, str],
    context: PrintContext,
) -> list[Command]:
    """Transform a document into print commands.

    ``template`` is the name of a shipped template (``"ticket"``) or the bytes of a stylesheet;
    ``parameters`` are the till's settings under the names of the print language (``message``,
    ``langue``, ``symbole``…), which a stylesheet reads with ``xsl:param``.

    Raises DocumentError for XML that is not acceptable, TemplateError (naming template and line)
    for a template that cannot be compiled, that fails, or that writes an unknown command.
    """
    name = template if isinstance(template, str) else _CUSTOM
    document = stamp.parse(xml)
    if context.identification is None:
        identification = Identification.of(document)
    else:
        identification = context.identification
    transform = _compiled(shipped(name) if isinstance(template, str) else template, name)
    values = {**parameters, **context.parameters()}
    result = _transformed(transform, _set_aside(document), values, name)
    commands: list[Command] = []
    characters = 0
    try:
        for command in read(result, context, identification):
            commands.append(command)
            characters += len(command.value) if isinstance(command, Text) else 0
            if len(commands) > MAX_COMMANDS or characters > MAX_TEXT:
                raise TemplateError(name, None, "le résultat est trop long pour être imprimé.")
    except CommandError as error:
        raise TemplateError(name, _line(template, error.near), error.problem) from None
    return commands


def shipped(name: str) -> bytes:
    """The bytes of a shipped template; TemplateError when there is none of that name."""
    if not _NAME.fullmatch(name) or name not in names():
        raise TemplateError(name, None, f"il n'existe pas. Modèles fournis : {', '.join(names())}.")
    return _folder().joinpath(f"{name}.xsl").read_bytes()


@lru_cache(maxsize=1)
def names() -> tuple[str, ...]:
    """Names of the shipped templates, sorted."""
    files = (entry.name for entry in _folder().iterdir())
    return tuple(sorted(name.removesuffix(".xsl") for name in files if name.endswith(".xsl")))


def check(template: bytes) -> None:
    """Compile a shop's template; TemplateError says what to mend."""
    _compiled(template, _CUSTOM)


def _folder():
    return resources.files(__package__).joinpath("templates")


class _Shipped(etree.Resolver):
    """``xsl:include`` and ``xsl:import`` reach the shipped templates and nothing else."""

    def resolve(self, url, public_id, context):
        name = url.rsplit("/", 1)[-1].removesuffix(".xsl")
        if url.endswith(".xsl") and name in names():
            return self.resolve_string(shipped(name).decode("utf-8"), context, base_url=url)
        return self.resolve_string(f"<inclusion-refusee fichier='{len(url)}'/>", context)


@lru_cache(maxsize=32)
def _compiled(source: bytes, name: str) -> etree.XSLT:
    if len(source) > MAX_TEMPLATE:
        raise TemplateError(name, None, "il est trop gros.")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    parser.resolvers.add(_Shipped())
    try:
        root = etree.fromstring(source, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        raise TemplateError(name, line, f"XML incorrect ({_short(error)}).") from None
    if root.getroottree().docinfo.doctype:
        raise TemplateError(name, 1, "une DTD n'y a pas sa place.")
    for link in root.iter(f"{{{_XSL}}}include", f"{{{_XSL}}}import"):
        href = link.get("href", "")
        if href.removesuffix(".xsl") not in names():
            raise TemplateError(name, link.sourceline, f"« {href} » n'est pas un modèle fourni.")
    try:
        return etree.XSLT(root, access_control=etree.XSLTAccessControl.DENY_ALL)
    except etree.XSLTParseError as error:
        line = _first_line(error.error_log)
        raise TemplateError(name, line, f"XSLT incorrect ({_short(error)}).") from None


def _transformed(
    transform: etree.XSLT, document: etree._Element, values: Mapping[str, str], name: str
) -> etree._Element:
    quoted = {}
    for key, value in values.items():
        if not _NAME.fullmatch(key):
            raise TemplateError(name, None, f"paramètre au nom incorrect : « {key} ».")
        quoted[key] = etree.XSLT.strparam(_data(value))
    try:
        result = transform(document, **quoted).getroot()
    except (etree.XSLTApplyError, etree.XPathError) as error:
        line = _first_line(error.error_log)
        raise TemplateError(name, line, f"échec de la transformation ({_short(error)}).") from None
    if result is None or result.tag != ROOT:
        raise TemplateError(name, None, f"le résultat doit être un élément « {ROOT} ».")
    return result


def _set_aside(document: etree._Element) -> etree._Element:
    """Replace quotes in every text and attribute of the parsed document (a copy of our own)."""
    for element in document.iter():
        if element.text:
            element.text = _data(element.text)
        if element.tail:
            element.tail = _data(element.tail)
        for key, value in element.attrib.items():
            element.set(key, _data(value))
    return document


def _data(value: str) -> str:
    # XML cannot hold other controls, and libxslt's parameters would carry them through.
    return set_aside("".join(c for c in value if c >= " " or c in "\t\n"))


def _line(template: str | bytes, near: str) -> int | None:
    """Where the template writes ``near``: an element name, or a piece of text."""
    source = shipped(template) if isinstance(template, str) else template
    root = etree.fromstring(source, etree.XMLParser(resolve_entities=False, no_network=True))
    for element in root.iter(etree.Element):
        if element.tag == near or (near and near in f"{element.text or ''}{element.tail or ''}"):
            return element.sourceline
    return None


def _first_line(log: etree._ListErrorLog) -> int | None:
    return next((entry.line for entry in log if entry.line > 0), None)


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:200]

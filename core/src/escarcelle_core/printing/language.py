"""The intermediate print language: a flat XML sequence → commands.

The language is that of the project's ancestor; ``docs/printing.md`` lists every command. Text to
print stands between quotes (``"``, ``“`` or ``”``, interchangeable); what stands outside quotes,
line breaks and indentation included, is ignored. Elements are never nested.
"""

import re
from collections.abc import Callable, Iterator

from lxml import etree

from .characters import CODE_PAGES, printable
from .commands import (
    CENTRE,
    DISPLAY,
    LEFT,
    PRINTER,
    RIGHT,
    Align,
    Barcode,
    Beep,
    CodePage,
    Command,
    Cut,
    Inverse,
    Logo,
    NewLine,
    OpenDrawer,
    QrCode,
    Rule,
    Select,
    Size,
    Style,
    Tab,
    Tabs,
    TabStop,
    Text,
)
from .context import Identification, PrintContext

ROOT = "ticket"
QUOTES = '"“”'
#: A quote of data ↔ a private character; private characters of data become replacement marks.
_ASIDE = {ord(quote): 0xE000 + index for index, quote in enumerate(QUOTES)}
_BACK = {aside: chr(quote) for quote, aside in _ASIDE.items()}
_PRIVATE = dict.fromkeys(_BACK, "\ufffd")

_BREAKS = re.compile(r"\s*[\r\n]\s*")
_SPLIT = re.compile(f"[{QUOTES}]")
_STOP = re.compile(r"(-?)(\d{0,3})(d?)")
_LOGO = re.compile(r"([nlhd]?)(\d{1,3})")

_ALIGNMENTS = {"gauche": LEFT, "centre": CENTRE, "droite": RIGHT}
_SIZES = {"normal": (1, 1), "large": (2, 1), "haut": (1, 2), "double": (2, 2), "triple": (3, 3)}
_YES_NO = {"oui": True, "o": True, "1": True, "non": False, "n": False, "0": False}
_LOGO_MODES = {"": (1, 1), "n": (1, 1), "l": (2, 1), "h": (1, 2), "d": (2, 2)}


def set_aside(data: str) -> str:
    """Hide the quotes of data, so that it can neither end a text nor begin one."""
    return data.translate(_PRIVATE).translate(_ASIDE)


def _restored(text: str) -> str:
    return text.translate(_BACK)


class CommandError(Exception):
    """A command that cannot be obeyed. ``near`` helps to find it in the template."""

    def __init__(self, near: str, problem: str):
        self.near = near
        self.problem = problem
        super().__init__(problem)


class _Node:
    """One element with its helpers: value without quotes, attributes from closed lists."""

    def __init__(self, element: etree._Element):
        self.tag = element.tag
        self.attributes = element.attrib
        self.value = _restored(_BREAKS.sub(" ", element.text or "").strip().strip(QUOTES))

    def fail(self, problem: str) -> CommandError:
        return CommandError(self.tag, f"commande « {self.tag} » : {problem}")

    def choice(self, choices: dict, value: str, default: str = ""):
        value = value.strip().lower() or default
        if value not in choices:
            known = ", ".join(key for key in choices if len(key) > 1)
            raise self.fail(f"« {value} » inconnu, choisissez parmi : {known}.")
        return choices[value]

    def number(self, value: str, low: int, high: int, default: int) -> int:
        value = value.strip()
        if not value:
            return default
        if not (value.isascii() and value.isdigit() and low <= int(value) <= high):
            raise self.fail(f"« {value[:20]} » n'est pas un nombre de {low} à {high}.")
        return int(value)

    def get(self, name: str) -> str:
        return self.attributes.get(name, "")


def read(
    root: etree._Element, context: PrintContext, identification: Identification
) -> Iterator[Command]:
    """The commands a transformed document holds, in order. Raises CommandError."""
    yield from _texts(root.text or "")
    for element in root:
        if isinstance(element.tag, str):
            if len(element):
                raise CommandError(
                    element.tag,
                    f"commande « {element.tag} » : les commandes se suivent, elles ne "
                    "s'imbriquent pas.",
                )
            node = _Node(element)
            yield from _one(node, context, identification)
        yield from _texts(element.tail or "")


def _texts(raw: str) -> Iterator[Command]:
    """What stands between quotes; a line break inside them is one space."""
    parts = _SPLIT.split(raw)
    if len(parts) % 2 == 0:
        near = _restored(parts[-1].strip()[:40] or parts[-2].strip()[:40])
        raise CommandError(near, f"guillemet ouvert et non fermé près de « {near} ».")
    for text in parts[1::2]:
        if text:
            yield Text(_restored(_BREAKS.sub(" ", text)))


def _one(node: _Node, context: PrintContext, identity: Identification) -> Iterator[Command]:
    if node.tag == "identification":
        level = node.number(node.get("niveau") or node.value, 1, 3, 1)
        yield from _lines(identity.lines(level))
    elif node.tag == "contact":
        yield from _lines(context.contact)
    elif node.tag == "fidelite":
        yield from _lines(context.loyalty)
    elif node.tag in ("dynamic", "gadget"):
        yield from _lines(context.dynamic.get(node.get("nom") or node.value, ()))
    elif node.tag in _READERS:
        try:
            yield _READERS[node.tag](node)
        except ValueError as error:
            # Data a printer cannot draw must not keep the ticket from its customer.
            if node.tag not in ("code-barres", "qrcode") or not node.value:
                raise node.fail(f"{error}.") from None
            yield Text(node.value)
    else:
        raise CommandError(node.tag, f"commande inconnue : « {node.tag} ».")


def _lines(lines: tuple[str, ...]) -> Iterator[Command]:
    for index, line in enumerate(lines):
        if index:
            yield NewLine()
        for cell, text in enumerate(line.split("\t")):
            if cell:
                yield Tab()
            yield Text(text)


def _style(node: _Node) -> Style:
    words = node.value.lower().split()
    for word in words:
        node.choice({"normal": 0, "gras": 0, "souligne": 0, "souligné": 0}, word)
    return Style("gras" in words, "souligne" in words or "souligné" in words)


def _size(node: _Node) -> Size:
    if match := re.fullmatch(r"([1-8])x([1-8])", node.value):
        return Size(int(match[1]), int(match[2]))
    return Size(*node.choice(_SIZES, node.value, "normal"))


def _write(node: _Node) -> Text:
    """``ecrit``: a value in a field of fixed width. Only ``coupe`` shortens it."""
    value = printable(node.value)
    width = node.number(node.get("largeur"), 0, 96, 0)
    align = node.choice(_ALIGNMENTS, node.get("aligne"), "gauche")
    fill = (node.get("remplit") or " ")[:1]
    if width and node.choice(_YES_NO, node.get("coupe"), "non"):
        value = value[:width]
    padded = {LEFT: value.ljust, RIGHT: value.rjust, CENTRE: value.center}[align](width, fill)
    return Text(padded)


def _tabs(node: _Node) -> Tabs:
    """``12`` begins at column 12, ``-10`` ten columns before the right edge; ``d`` ends there."""
    stops = []
    for word in node.value.replace(",", " ").replace(";", " ").split():
        match = _STOP.fullmatch(word)
        if not match or not (match[2] or match[3]):
            raise node.fail(f"« {word[:20]} » n'est pas une colonne (exemples : 12, -10, 30d, d).")
        minus, digits, right = match.groups()
        stops.append(TabStop(int(digits or 0), bool(minus) or not digits, bool(right)))
    return Tabs(tuple(stops))


def _logo(node: _Node) -> Logo:
    match = _LOGO.fullmatch(node.value.lower() or "1")
    if not match or not 1 <= int(match[2]) <= 255:
        raise node.fail("un numéro de 1 à 255 est attendu, par exemple « n2 ».")
    return Logo(int(match[2]), *_LOGO_MODES[match[1]])


def _barcode(node: _Node) -> Barcode:
    return Barcode(
        node.value,
        (node.get("type") or "CODE128").upper().replace("-", ""),
        node.number(node.get("hauteur"), 1, 255, 60),
        node.number(node.get("largeur"), 2, 6, 2),
        node.choice(_YES_NO, node.get("texte"), "oui"),
    )


def _qrcode(node: _Node) -> QrCode:
    level = (node.get("correction") or "M").upper()
    return QrCode(node.value, node.number(node.get("taille"), 1, 16, 5), level)


def _code_page(node: _Node) -> CodePage:
    known = {str(number): number for number in CODE_PAGES}
    return CodePage(node.choice(known, node.value, "858"))


_READERS: dict[str, Callable[[_Node], Command]] = {
    "select": lambda n: Select(n.choice({PRINTER: PRINTER, DISPLAY: DISPLAY}, n.value, PRINTER)),
    "pagecode": _code_page,
    "aligne": lambda n: Align(n.choice(_ALIGNMENTS, n.value, "gauche")),
    "ecrit": _write,
    "style": _style,
    "taille": _size,
    "inverse": lambda n: Inverse(n.choice(_YES_NO, n.value, "oui")),
    "lf": lambda n: NewLine(n.number(n.get("nombre") or n.value, 1, 20, 1)),
    "definitabs": _tabs,
    "tab": lambda n: Tab(),
    "trait": lambda n: Rule((n.value or "-")[0]),
    "regle": lambda n: Rule((n.value or "-")[0]),
    "code-barres": _barcode,
    "qrcode": _qrcode,
    "logonv": _logo,
    "coupe": lambda n: Cut(n.choice({"partielle": False, "totale": True}, n.value, "partielle")),
    "tiroir": lambda n: OpenDrawer(n.choice({"2": 2, "5": 5, "": None}, n.value)),
    "bip": lambda n: Beep(n.number(n.get("nombre") or n.value, 1, 9, 1)),
}

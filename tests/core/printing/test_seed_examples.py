"""The examples of the document the print language comes from, unchanged, print as they should.

Mended are only what is not XML there: typographic quotes around attributes, and in the general
structure the misprint ``termplate`` and a placeholder parameter called ``...``.
"""

import pytest

from escarcelle_core.printing import escpos, preview, profiles, stylesheet
from escarcelle_core.printing.commands import Align, Logo, NewLine, Select, Text
from escarcelle_core.printing.context import Identification, PrintContext
from escarcelle_core.printing.errors import TemplateError

SHOP = Identification("CRISALID", "21000 DIJON", ("1 place Darcy", "21000 DIJON", "France"))
CONTEXT = PrintContext(identification=SHOP)


def stylesheet_of(commands: bytes) -> bytes:
    """A stylesheet that writes the example as its result."""
    return (
        b'<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">'
        b'<xsl:template match="/">' + commands + b"</xsl:template></xsl:stylesheet>"
    )


def render(source: bytes, xml: bytes = b"<ticket/>", **parameters: str):
    return stylesheet.render(xml, source, parameters, CONTEXT)


def test_welcome_with_a_logo(seed, golden):
    commands = render(stylesheet_of(seed("bienvenue.xml")))
    assert commands[0] == Select("imprimante")
    assert commands[2:] == [
        Align("centre"), Text("BIENVENUE CHEZ CRISALID"), NewLine(), Logo(2)
    ]  # fmt: skip
    golden("seed-bienvenue.txt", preview.text(commands))


def test_indentation_does_not_change_the_paper(seed):
    one_line = render(stylesheet_of(seed("bienvenue-une-ligne.xml")))
    assert render(stylesheet_of(seed("bienvenue-indente.xml"))) == one_line
    assert preview.text(one_line) == "         BIENVENUE CHEZ CRISALID\n"


def test_double_and_bold(seed, golden):
    commands = render(stylesheet_of(seed("double-gras.xml")))
    golden("seed-double-gras.txt", preview.text(commands))
    printed = escpos.encode(commands, profiles.load())
    assert b"\x1bE\x01\x1d!\x11TEXTE DOUBLE EN GRAS\n\x1bE\x00\x1d!\x00" in printed


def test_minimal_template_prints_nothing_but_takes_every_parameter(seed):
    names = ("double_affichage", "devise", "symbole", "taux", "message", "total_fidelite",
             "langue", "id_caisse", "caisse", "observateur")  # fmt: skip
    commands = render(seed("minimal.xsl"), **dict.fromkeys(names, "x"))
    assert preview.text(commands) == ""
    assert len(commands) == 2


def test_general_structure_on_the_example_ticket(seed, golden):
    golden("seed-structure.txt", preview.text(render(seed("structure.xsl"), seed("pizza.xml"))))


def test_the_misprint_of_the_document_is_named_with_its_line(seed):
    source = seed("structure.xsl").replace(
        b'<xsl:template match="menu">', b'<xsl:termplate match="menu">'
    )
    source = source.replace("correspondante à un menu -->\n\n</xsl:template>".encode(),
                            "correspondante à un menu -->\n\n</xsl:termplate>".encode())  # fmt: skip
    with pytest.raises(TemplateError, match="boutique.*XSLT incorrect.*termplate") as caught:
        render(source, seed("pizza.xml"))
    assert source.splitlines()[caught.value.line - 1] == b'<xsl:termplate match="menu">'


def test_example_ticket_through_our_own_template(seed, golden):
    """A ticket of format 2 still prints: nodes are only ever added."""
    golden(
        "seed-pizza.txt", preview.text(stylesheet.render(seed("pizza.xml"), "ticket", {}, CONTEXT))
    )


def test_quotes_and_markup_of_data_are_printed_as_they_are():
    xml = "<ticket>PAINS &amp; CHOCOLATS &quot;du chef&quot; (&gt; 300g) ”fin“</ticket>".encode()
    commands = render(stylesheet_of(b'<ticket>"<xsl:value-of select="."/>"<lf/></ticket>'), xml)
    assert commands[0] == Text('PAINS & CHOCOLATS "du chef" (> 300g) ”fin“')

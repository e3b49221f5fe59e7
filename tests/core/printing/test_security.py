"""A template and a document can hurt nobody: no file, no network, no entity, no injection."""

import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from escarcelle_core.errors import DocumentError
from escarcelle_core.printing import stylesheet
from escarcelle_core.printing.commands import NewLine, Text
from escarcelle_core.printing.context import Identification, PrintContext
from escarcelle_core.printing.errors import TemplateError

CONTEXT = PrintContext(identification=Identification("Le Moulin"))


def template(body: str, head: str = "") -> bytes:
    return (
        '<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" '
        'xmlns:exsl="http://exslt.org/common" extension-element-prefixes="exsl">\n'
        f'{head}<xsl:template match="/"><ticket>{body}</ticket></xsl:template></xsl:stylesheet>'
    ).encode()


def read(body: str, head: str = "", xml: bytes = b"<ticket/>", **parameters: str):
    return stylesheet.render(xml, template(body, head), parameters, CONTEXT)


def test_no_file_is_read(tmp_path):
    secret = tmp_path / "secret.xml"
    secret.write_text("<a>secret</a>")
    with pytest.raises(TemplateError, match="échec de la transformation"):
        read(f'"<xsl:value-of select="document(\'{secret.as_uri()}\')"/>"')
    with pytest.raises(TemplateError, match="n'est pas un modèle fourni"):
        read("", f'<xsl:include href="{secret.as_uri()}"/>')
    with pytest.raises(TemplateError, match="n'est pas un modèle fourni"):
        read("", '<xsl:import href="../../../../../etc/passwd"/>')


def test_no_file_is_written(tmp_path):
    target = tmp_path / "written.xml"
    with pytest.raises(TemplateError):
        read(f'<exsl:document href="{target.as_uri()}">x</exsl:document>')
    assert not target.exists()


def test_no_network_is_reached():
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        url = f"http://127.0.0.1:{server.getsockname()[1]}/a.xml"
        with pytest.raises(TemplateError):
            read(f'"<xsl:value-of select="document(\'{url}\')"/>"')
        with pytest.raises(TemplateError):
            read("", f'<xsl:include href="{url}"/>')
        with pytest.raises(TimeoutError):
            server.accept()


def test_shipped_templates_can_be_included():
    body = (
        '"<xsl:call-template name="montant">'
        '<xsl:with-param name="valeur">2.5000</xsl:with-param></xsl:call-template>"'
    )
    assert read(body, '<xsl:include href="commun.xsl"/>') == [Text("2,50")]


@pytest.mark.parametrize(
    "xml",
    [
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><ticket>&x;</ticket>',
        b'<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><ticket>&b;</ticket>',
        b"<ticket>",
        b"",
        b"\x00\x01",
        b"<ticket>" + b" " * 2_000_001 + b"</ticket>",
        b"<a>" * 300 + b"</a>" * 300,
    ],
)
def test_documents_that_attack_the_parser_are_refused(xml):
    with pytest.raises(DocumentError):
        read("", xml=xml)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (b"<xsl:stylesheet", "XML incorrect"),
        (b'<!DOCTYPE a [<!ENTITY a "b">]><a/>', "DTD"),
        (b"<html/>", "XSLT incorrect"),
        (b" " * 500_001, "trop gros"),
    ],
)
def test_templates_that_are_none_are_refused(source, message):
    with pytest.raises(TemplateError, match=message):
        stylesheet.render(b"<ticket/>", source, {}, CONTEXT)
    with pytest.raises(TemplateError, match=message):
        stylesheet.check(source)


def test_a_name_is_a_shipped_template_or_nothing():
    for name in ("../../errors", "absent", "ticket.xsl", "/etc/passwd", ""):
        with pytest.raises(TemplateError, match="il n'existe pas. Modèles fournis : .*ticket"):
            stylesheet.render(b"<ticket/>", name, {}, CONTEXT)


XML_TEXT = st.text(
    st.characters(blacklist_categories=("Cs",), blacklist_characters="\ufffe\uffff").filter(
        lambda c: c in "\t\n\r" or c >= " "
    )
)


@given(label=XML_TEXT, message=st.text())
def test_data_never_becomes_a_command(label, message):
    """Whatever a label or a setting holds, the commands are those the template wrote."""
    element = etree.Element("ticket", plu=label)
    element.text = label
    body = (
        '"a<xsl:value-of select="ticket"/>"<lf/>"b<xsl:value-of select="ticket/@plu"/>"<lf/>'
        '"c<xsl:value-of select="$message"/>"'
    )
    head = '<xsl:param name="message"/>'
    commands = read(body, head, etree.tostring(element), message=message)
    assert [type(c) for c in commands] == [Text, NewLine, Text, NewLine, Text]
    assert [c.value[0] for c in commands if isinstance(c, Text)] == ["a", "b", "c"]


def test_parameter_names_are_checked():
    with pytest.raises(TemplateError, match="paramètre"):
        read("", **{"a b": "x"})

"""Text and HTML previews show what the printer prints."""

from lxml import etree

from escarcelle_core.printing import preview
from escarcelle_core.printing.commands import (
    Align,
    Barcode,
    Beep,
    Cut,
    Image,
    Inverse,
    Logo,
    NewLine,
    OpenDrawer,
    QrCode,
    Size,
    Style,
    Text,
)

DRAWN = [Align("centre"), Barcode("VTE1"), QrCode("abc"), Logo(2), Image(8, 1, b"\xff"),
         Cut(), OpenDrawer(), Beep()]  # fmt: skip


def test_text_marks_what_is_drawn_and_hides_what_makes_no_mark():
    assert (
        preview.text(DRAWN, 20)
        == "   [CODE128 VTE1]\n      [QR abc]\n      [logo 2]\n    [image 8x1]\n"
    )


def test_html_is_well_formed_and_escaped():
    shown = preview.html([
        Style(bold=True, underline=True), Text("<script>&\"'"), Style(), NewLine(),
        Inverse(True), Size(2, 2), Text("a"), NewLine(), *DRAWN,
    ])  # fmt: skip
    element = etree.fromstring(shown)
    assert element.tag == "pre"
    assert element[0].text == "<script>&\"'"
    assert "font-weight:bold" in element[0].get("style")
    assert "<script>" not in shown
    assert "[QR abc]" in shown


def test_html_shows_the_same_lines_as_the_text():
    commands = [Align("right"), Text("a"), NewLine(), Align("left"), Text("b c"), NewLine()]
    element = etree.fromstring(preview.html(commands, 10))
    assert "".join(element.itertext()) == preview.text(commands, 10) == "         a\nb c\n"

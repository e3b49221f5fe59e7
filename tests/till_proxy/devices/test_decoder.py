"""The simulator's decoder, written apart from the encoder, reads what the preview shows."""

import random

import pytest
from escpos.printer import Dummy
from hypothesis import given
from hypothesis import strategies as st

import paper_samples as samples
from escarcelle_core.printing import escpos, preview, profiles, stylesheet
from escarcelle_core.printing.commands import (
    Align,
    Barcode,
    Cut,
    Image,
    Inverse,
    Logo,
    NewLine,
    OpenDrawer,
    QrCode,
    Rule,
    Size,
    Style,
    Tab,
    Tabs,
    TabStop,
    Text,
)
from escarcelle_core.printing.context import DuplicateMark, PrintContext
from till_proxy.devices import decoder

PROFILE = profiles.load()
COPY = PrintContext(rank=2, excerpt="aB3_", duplicate=DuplicateMark(2, "22/11/2026", "3-1", "xY-0"))
PAPERS = [
    (samples.sale_xml(), "ticket", PrintContext(excerpt="aB3_")),
    (samples.sale_xml(), "ticket", COPY),
    (samples.refund_xml(), "ticket", PrintContext(provisional=True)),
    (samples.sale_xml(place=samples.stamp("ECO")), "ticket", PrintContext()),
    (samples.closing_xml_bytes(), "cloture", PrintContext(anchor="0123456789abcdef0123")),
    (b"<test/>", "test", PrintContext()),
]


@pytest.mark.parametrize("profile", ["generique-80", "generique-80-48", "generique-58"])
@pytest.mark.parametrize(("xml", "template", "context"), PAPERS)
def test_printed_text_is_the_rendered_document(xml, template, context, profile):
    """DESIGN §7, invariant 7: through the bytes and back."""
    model = profiles.load(profile)
    commands = stylesheet.render(xml, template, {"code_barres": "oui"}, context)
    paper = decoder.read(escpos.encode(commands, model), model.width)
    assert paper.text == preview.text(commands, model.width)
    assert paper.unknown == []
    assert paper.cuts == (1 if model.cutter else 0)


COMMANDS = st.lists(
    st.one_of(
        st.builds(Text, st.text()),
        st.builds(Text, st.text(alphabet="abcé€ ", max_size=60)),
        st.just(NewLine()),
        st.builds(Align, st.sampled_from(["left", "centre", "right"])),
        st.builds(Style, st.booleans(), st.booleans()),
        st.builds(Size, st.integers(1, 3), st.integers(1, 3)),
        st.builds(Inverse, st.booleans()),
        st.just(Tabs((TabStop(10), TabStop(0, True, True)))),
        st.just(Tab()),
        st.just(Rule()),
        st.just(Barcode("2000000000015", "EAN13")),
        st.just(Barcode("A{B", "CODE128")),
        st.builds(QrCode, st.text(alphabet="ab\né", min_size=1, max_size=9).map(
            lambda s: s.replace("\n", "-"))),
        st.builds(Logo, st.integers(1, 255)),
        st.just(Image(16, 600, bytes(range(200)) * 6)),
        st.just(Cut()),
        st.just(OpenDrawer()),
    ),
    max_size=25,
)  # fmt: skip


@given(COMMANDS)
def test_whatever_is_printed_is_what_was_shown(commands):
    separated = [c for command in commands for c in _apart(command)]
    paper = decoder.read(escpos.encode(separated, PROFILE))
    assert paper.text == preview.text(separated)
    assert paper.unknown == []
    assert len(paper.pulses) == sum(isinstance(c, OpenDrawer) for c in commands)


def _apart(command):
    """Two images that follow each other are one image for a printer: a line between them."""
    return [command, NewLine()] if isinstance(command, Image) else [command]


def test_bytes_may_come_in_any_pieces():
    commands = stylesheet.render(b"<test/>", "test", {}, PrintContext())
    data = escpos.encode([*commands, Image(16, 300, bytes(600)), OpenDrawer(5)], PROFILE)
    rng = random.Random(7)
    paper, buffer, at = decoder.Paper(42), bytearray(), 0
    while at < len(data):
        size = rng.randint(1, 7)
        buffer += data[at : at + size]
        at += size
        for token in decoder.tokens(buffer):
            paper.take(token)
    assert paper.text == decoder.read(data).text
    assert paper.pulses == [5]


def test_it_reads_python_escpos_too():
    printer = Dummy(profile="TM-T88II")
    printer.set(align="center", bold=True)
    printer.text("Bonjour\n")
    printer.set(align="left")
    printer.barcode("2000000000015", "EAN13", function_type="B", align_ct=False)
    printer.qr("abc", native=True)
    printer.cashdraw(2)
    printer.cut()
    paper = decoder.read(printer.output)
    assert paper.text.splitlines()[0] == "                 Bonjour"
    assert "[EAN13 2000000000015]" in paper.text
    assert "[QR abc]" in paper.text
    assert (paper.cuts, paper.pulses, paper.unknown) == (1, [2], [])


def test_garbage_is_told_and_never_stops_it():
    paper = decoder.read(b"\x1bZ\x1dk\x49\xffabc")
    assert paper.unknown[0] == b"\x1bZ"
    rng = random.Random(1)
    for _ in range(300):
        decoder.read(rng.randbytes(200))

"""Rows fit the paper, lose nothing, and hold printable characters only."""

from hypothesis import given
from hypothesis import strategies as st

from escarcelle_core.printing import escpos, preview, profiles
from escarcelle_core.printing.characters import CODE_PAGES, printable
from escarcelle_core.printing.commands import (
    Align,
    Inverse,
    NewLine,
    Rule,
    Size,
    Style,
    Tab,
    Tabs,
    TabStop,
    Text,
)
from escarcelle_core.printing.layout import Row, lay_out

STOPS = st.builds(TabStop, st.integers(0, 60), st.booleans(), st.booleans())
COMMANDS = st.lists(
    st.one_of(
        st.builds(Text, st.text()),
        st.builds(Text, st.text(alphabet="abc é€ ", max_size=60)),
        st.builds(NewLine, st.integers(1, 3)),
        st.builds(Align, st.sampled_from(["left", "centre", "right"])),
        st.builds(Style, st.booleans(), st.booleans()),
        st.builds(Size, st.integers(1, 8), st.integers(1, 8)),
        st.builds(Inverse, st.booleans()),
        st.builds(Tabs, st.lists(STOPS, max_size=4).map(tuple)),
        st.just(Tab()),
        st.builds(Rule, st.text(min_size=1, max_size=1)),
    ),
    max_size=30,
)
WIDTHS = st.sampled_from([16, 32, 42, 48])


@given(COMMANDS, WIDTHS)
def test_every_row_fits_the_paper(commands, width):
    for row in lay_out(commands, width):
        assert isinstance(row, Row)
        assert sum(len(run.text) * run.format.width for run in row.runs) <= width


@given(COMMANDS, WIDTHS)
def test_no_character_is_lost_or_moved_before_another(commands, width):
    rows = lay_out((c for c in commands if not isinstance(c, Rule)), width)
    shown = "".join(run.text for row in rows for run in row.runs)
    wanted = "".join(printable(c.value) for c in commands if isinstance(c, Text))
    assert shown.replace(" ", "") == wanted.replace(" ", "")


@given(st.text(), st.sampled_from(sorted(CODE_PAGES)))
def test_printable_text_has_no_control_byte_in_any_code_page(text, page):
    encoded = printable(text, page).encode(CODE_PAGES[page])
    assert not any(byte < 0x20 or byte == 0x7F for byte in encoded)


@given(st.text())
def test_text_never_puts_a_control_byte_on_the_wire(text):
    start = escpos.START
    printed = escpos.encode([Text("x" + text), NewLine()], profiles.load())
    assert printed.startswith(start + b"\x1bt\x13x")
    rest = printed[len(start) + 3 :]
    assert not any((byte < 0x20 and byte != 0x0A) or byte == 0x7F for byte in rest)


def test_what_stands_for_what_cannot_be_printed():
    assert printable("L’œuf — 3 € … «bio»") == "L'oeuf - 3 € ... «bio»"
    assert printable("Ǎşık ½ kg\u00a0A\u200bB") == "Asik ½ kg AB"
    assert printable("e\u0301té") == "été"
    assert printable("\x1b@\x1dV\x00\x07\x7f\u0085") == "@V"
    assert printable("漢字 😀") == "?? ?"
    assert printable("3 €", 850) == "3 EUR"


def text(*commands, width=20):
    return preview.text(commands, width)


def test_alignment():
    assert text(Align("centre"), Text("abcd"), NewLine()) == "        abcd\n"
    assert text(Align("right"), Text("abcd"), NewLine()) == "                abcd\n"
    assert text(Align("centre"), Size(2, 1), Text("ab"), NewLine()) == "        a b\n"


def test_wrapping_at_spaces_then_inside_words():
    assert text(Text("un deux trois quatre cinq")) == "un deux trois quatre\ncinq\n"
    assert text(Text("anticonstitutionnellement")) == "anticonstitutionnell\nement\n"
    assert text(Text("  retrait")) == "  retrait\n"


def test_tab_stops_from_both_edges():
    tabs = Tabs((TabStop(8), TabStop(0, True, True)))
    assert (
        text(tabs, Text("ab"), Tab(), Text("cd"), Tab(), Text("1,00")) == "ab      cd      1,00\n"
    )


def test_a_text_that_reaches_its_stop_goes_on_below():
    tabs = Tabs((TabStop(0, True, True),))
    assert text(tabs, Text("dix-sept lettres!"), Tab(), Text("1,00")) == (
        "dix-sept lettres!\n                1,00\n"
    )


def test_empty_lines_and_rules():
    assert text(Text("a"), NewLine(3), Rule("="), Text("b")) == f"a\n\n\n{'=' * 20}\nb\n"
    assert text(Text("a"), Rule("é")) == f"a\n{'é' * 20}\n"

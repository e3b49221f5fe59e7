"""Bytes, checked by hand and against python-escpos, which knows the printers by other means."""

import pytest
from escpos.printer import Dummy
from PIL import Image as Picture

from escarcelle_core.printing import escpos, profiles
from escarcelle_core.printing.commands import (
    Align,
    Barcode,
    Beep,
    CodePage,
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
from escarcelle_core.printing.errors import ProfileError

PROFILE = profiles.load()


def encode(*commands, profile=PROFILE):
    printed = escpos.encode(commands, profile)
    assert printed.startswith(escpos.START)
    return printed[len(escpos.START) :]


def theirs(method: str, *args, **kwargs) -> bytes:
    printer = Dummy(profile="TM-T88II")
    getattr(printer, method)(*args, **kwargs)
    return printer.output


def test_accents_and_euro_in_code_page_858():
    assert encode(Text("Été 5 €"), NewLine()) == b"\x1bt\x13\x90t\x82 5 \xd5\n"


def test_code_page_of_the_template_or_the_nearest_the_printer_has():
    windows = [CodePage(1252), Text("5 €"), NewLine()]
    assert encode(*windows) == b"\x1bt\x105 \x80\n"
    assert encode(*windows, profile=profiles.load("simple")) == b"\x1bt\x135 \xd5\n"


@pytest.mark.parametrize(
    ("command", "attributes"),
    [
        (Style(bold=True), {"bold": True}),
        (Style(underline=True), {"underline": 1}),
        (Inverse(True), {"invert": True}),
        (Size(2, 3), {"custom_size": True, "width": 2, "height": 3}),
    ],
)
def test_styles(command, attributes):
    printed = encode(command, Text("a"))
    assert printed.startswith(b"\x1bt\x13" + theirs("set", **attributes) + b"a\n")
    assert len(printed) > len(b"\x1bt\x13" + theirs("set", **attributes) + b"a\n"), "style left on"


def test_cut_as_a_printer_with_a_knife_and_without():
    assert encode(Cut()) == theirs("cut", feed=False)
    assert encode(Cut(full=True)) == b"\x1dV\x41\x00"
    assert encode(Cut(), profile=profiles.load("generique-58")) == theirs("print_and_feed", 4)


def test_drawer_pulse_goes_to_the_right_pin():
    assert encode(OpenDrawer())[:3] == theirs("cashdraw", 2)[:3]
    assert encode(OpenDrawer(5))[:3] == theirs("cashdraw", 5)[:3]
    assert encode(OpenDrawer(), profile=profiles.load(drawer_pin=5)) == b"\x1bp\x01\x19\xfa"
    assert escpos.drawer_pulse(PROFILE) == b"\x1bp\x00\x19\xfa"
    assert escpos.drawer_pulse_now(profiles.load(drawer_pin=5)) == b"\x10\x14\x01\x01\x02"


def test_qr_code():
    expected = theirs("qr", "Escarcelle", native=True, size=4, ec=0)
    assert encode(QrCode("Escarcelle", 4, "L")) == expected


def test_barcodes():
    expected = theirs("barcode", "2000000000015", "EAN13", function_type="B", height=60, width=2,
                      pos="BELOW", align_ct=False).replace(b"\x1df\x00", b"")  # fmt: skip
    assert encode(Barcode("2000000000015", "EAN13")) == expected
    assert encode(Align("centre"), Barcode("2000000000015", "EAN13")) == (
        b"\x1ba\x01" + expected + b"\x1ba\x00"
    )
    assert encode(Barcode("A{1", "CODE128"))[-9:] == b"\x1dkI\x06{BA{{1"[-9:]


def test_a_printer_that_cannot_draw_prints_the_data():
    assert encode(Barcode("VTE1"), profile=profiles.load("simple")) == b"\x1bt\x13VTE1\n"
    assert encode(QrCode("abc"), profile=profiles.load("simple")) == b"\x1bt\x13abc\n"


def test_logo_in_the_printer():
    assert encode(Logo(2)) == b"\x1cp\x02\x00"
    assert encode(Logo(2, 2, 2)) == b"\x1cp\x02\x03"


def test_images():
    picture = Picture.new("1", (20, 300), 1)
    picture.putpixel((0, 0), 0)
    picture.putpixel((19, 299), 0)
    rows = bytes(255 - byte for byte in picture.tobytes())
    rows = b"".join(rows[i : i + 2] + bytes((rows[i + 2] & 0xF0,)) for i in range(0, len(rows), 3))
    expected = theirs("image", picture, impl="bitImageRaster", center=False, fragment_height=255)
    assert encode(Image(20, 300, rows)) == expected


def test_buzzer_only_where_there_is_one():
    assert encode(Beep(2)) == b""
    assert encode(Beep(2), profile=profiles.load(buzzer=True)) == b"\x1bB\x02\x02"


def test_every_shipped_profile_loads():
    assert profiles.names()[0] == profiles.DEFAULT
    for name in profiles.names():
        profile = profiles.load(name)
        assert profile.label
        assert 858 in profile.code_pages


@pytest.mark.parametrize(
    ("name", "overrides", "message"),
    [
        ("absent", {}, "Choisissez parmi : generique-80"),
        ("generique-80", {"width": 5}, "largeur"),
        ("generique-80", {"colour": 5}, "réglage inconnu « colour »"),
        ("generique-80", {"width": "large"}, "illisible"),
        ("generique-80", {"drawer_pin": 3}, "tiroir"),
        ("generique-80", {"code_pages": {}}, "pages de code"),
        ("generique-80", {"code_pages": {"858": 300}}, "pages de code"),
    ],
)
def test_wrong_profiles_are_refused_in_french(name, overrides, message):
    with pytest.raises(ProfileError, match=message):
        profiles.load(name, **overrides)

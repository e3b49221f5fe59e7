"""[devices] of the settings file."""

import pytest

from till_proxy.devices.cups import CupsPrinter
from till_proxy.devices.file import FilePrinter
from till_proxy.devices.network import NetworkPrinter
from till_proxy.devices.settings import open_devices
from till_proxy.devices.wired import WiredPrinter
from till_proxy.errors import StartError


@pytest.mark.parametrize(
    ("section", "kind", "name"),
    [
        ({"type": "network", "host": "192.0.2.1"}, NetworkPrinter, "192.0.2.1:9100"),
        ({"type": "usb", "vendor": 0x04B8, "product": 0x0E15}, WiredPrinter, "USB 04b8:0e15"),
        ({"type": "serial", "port": "COM3", "baudrate": 38400}, WiredPrinter, "COM3"),
        ({"type": "cups", "name": "Caisse"}, CupsPrinter, "Caisse"),
        ({"type": "windows", "name": "Caisse"}, WiredPrinter, "Caisse"),
        ({"type": "file", "path": "/tmp/tickets"}, FilePrinter, "/tmp/tickets"),
    ],
)
def test_each_kind_of_printer(section, kind, name):
    printer = open_devices({"printer": section}).printer
    assert isinstance(printer, kind)
    assert printer.name == name


def test_nothing_plugged_in():
    devices = open_devices({})
    assert (devices.printer, devices.scanner, devices.scale) == (None, None, None)
    assert open_devices({"printer": {"type": "none"}}).printer is None


def test_profile_columns_and_options():
    options = {"type": "none", "options": {"drawer_pin": 5, "code_pages": {"858": 20}}}
    profile = open_devices({"printer": options}, "epson", 48).profile
    assert (profile.name, profile.width, profile.drawer_pin) == ("epson", 48, 5)
    assert dict(profile.code_pages) == {858: 20}


def test_scanner_and_scale():
    devices = open_devices({"scanner": {"port": "a"}, "scale": {"port": "b", "baudrate": 4800}})
    assert devices.scanner is not None
    assert devices.scale is not None


@pytest.mark.parametrize(
    ("devices", "message"),
    [
        ({"display": {}}, "appareil inconnu « display »"),
        ({"printer": "x"}, "doit être une section"),
        ({"printer": {}}, "type : à remplir"),
        ({"printer": {"type": "laser"}}, "choisissez parmi network, usb"),
        ({"printer": {"type": "network"}}, "host : à remplir"),
        ({"printer": {"type": "network", "host": "a", "port": 0}}, "1 à 65535"),
        ({"printer": {"type": "network", "host": "a", "port": True}}, "bon type"),
        ({"printer": {"type": "network", "host": "a", "colour": 1}}, "colour : réglage inconnu"),
        ({"printer": {"type": "none", "options": {"width": 3}}}, "largeur"),
        ({"printer": {"type": "none", "options": {"ink": 3}}}, "réglage inconnu « ink »"),
        ({"scanner": {}}, "port : à remplir"),
    ],
)
def test_wrong_settings_are_refused_in_french(devices, message):
    with pytest.raises(StartError, match=message):
        open_devices(devices)


def test_an_unknown_profile_names_the_known_ones():
    with pytest.raises(StartError, match="Choisissez parmi : generique-80"):
        open_devices({}, "absent")

"""[devices] of the settings file → devices.

::

    [devices.printer]
    type = "network"        # network, usb, serial, cups, windows, file, none
    host = "192.168.1.60"
    port = 9100

    [devices.scanner]       # only for a scanner that is not a keyboard
    port = "/dev/ttyACM0"

    [devices.scale]
    port = "/dev/ttyUSB0"
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from escarcelle_core.printing import profiles
from escarcelle_core.printing.errors import ProfileError

from ..errors import StartError
from . import wired
from .base import Printer
from .cups import CupsPrinter
from .drawer import Drawer
from .file import FilePrinter
from .network import NetworkPrinter
from .scale import Scale
from .scanner import Scans, SerialScanner


@dataclass(frozen=True, slots=True)
class Devices:
    """Everything plugged into this till. ``scanner`` and ``scale`` are None when there is none."""

    printer: Printer | None
    profile: profiles.Profile
    drawer: Drawer
    scans: Scans
    scanner: SerialScanner | None = None
    scale: Scale | None = None


def open_devices(
    devices: Mapping[str, object], profile: str = profiles.DEFAULT, columns: int | None = None
) -> Devices:
    """Read the section; nothing is connected yet. StartError names the key that is wrong.

    Any value of the printer profile may stand in ``[devices.printer.options]``.
    """
    unknown = set(devices) - {"printer", "scanner", "scale"}
    if unknown:
        raise StartError(f"[devices] : appareil inconnu « {min(unknown)} ».")
    section = _Section("devices.printer", devices.get("printer", {"type": "none"}))
    kind = section.choice("type", tuple(_PRINTERS))
    options = section.take("options", dict, {})
    printer = _PRINTERS[kind](section)
    section.done()
    try:
        model = profiles.load(profile, **({"width": columns} if columns else {}), **options)
    except (ProfileError, TypeError) as error:
        raise StartError(f"[printing] {error}") from error
    scans = Scans()
    return Devices(
        printer, model, Drawer(printer, model), scans,
        _optional("scanner", devices, lambda port, rate: SerialScanner(port, scans, rate)),
        _optional("scale", devices, Scale),
    )  # fmt: skip


def _optional(name: str, devices: Mapping[str, object], make: Callable[[str, int], object]):
    if name not in devices:
        return None
    section = _Section(f"devices.{name}", devices[name])
    port, rate = section.take("port", str), section.take("baudrate", int, 9600)
    section.done()
    return make(port, rate)


class _Section:
    """One table of the settings, whose keys are taken one by one."""

    def __init__(self, name: str, values: object):
        if not isinstance(values, Mapping):
            raise StartError(f"[{name}] doit être une section.")
        self.name = name
        self._left = dict(values)

    def take(self, key: str, kind: type, default: object = None):
        value = self._left.pop(key, default)
        if value is None:
            raise StartError(f"[{self.name}] {key} : à remplir.")
        if not isinstance(value, kind) or isinstance(value, bool) != (kind is bool):
            raise StartError(f"[{self.name}] {key} : « {value} » n'est pas du bon type.")
        return value

    def choice(self, key: str, choices: tuple[str, ...]) -> str:
        value = self.take(key, str)
        if value not in choices:
            raise StartError(f"[{self.name}] {key} : choisissez parmi {', '.join(choices)}.")
        return value

    def done(self) -> None:
        if self._left:
            raise StartError(f"[{self.name}] {min(self._left)} : réglage inconnu.")


def _network(section: _Section) -> Printer:
    host, port = section.take("host", str), section.take("port", int, 9100)
    if not 1 <= port <= 65535:
        raise StartError(f"[{section.name}] port : un nombre de 1 à 65535 (9100 d'ordinaire).")
    return NetworkPrinter(host, port)


def _usb(section: _Section) -> Printer:
    return wired.usb(
        section.take("vendor", int), section.take("product", int),
        section.take("in_endpoint", int, 0x82), section.take("out_endpoint", int, 0x01),
    )  # fmt: skip


def _serial(section: _Section) -> Printer:
    port, rate = section.take("port", str), section.take("baudrate", int, 9600)
    return wired.serial(port, rate, answers=section.take("answers", bool, True))


_PRINTERS: dict[str, Callable[[_Section], Printer | None]] = {
    "network": _network,
    "usb": _usb,
    "serial": _serial,
    "cups": lambda section: CupsPrinter(section.take("name", str)),
    "windows": lambda section: wired.windows(section.take("name", str)),
    "file": lambda section: FilePrinter(Path(section.take("path", str))),
    "none": lambda section: None,
}

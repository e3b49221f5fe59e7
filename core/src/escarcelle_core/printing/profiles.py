"""Printer profiles: what a model can do, read from ``profiles.toml``."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import lru_cache
from importlib import resources
from types import MappingProxyType

from .characters import CODE_PAGES, DEFAULT_CODE_PAGE
from .errors import ProfileError

try:
    import tomllib
except ModuleNotFoundError:  # Python 3.10
    import tomli as tomllib

DEFAULT = "generique-80"


@dataclass(frozen=True, slots=True)
class Profile:
    """One model. ``code_pages`` maps a page number to the ``n`` of ``ESC t n``."""

    name: str
    label: str = ""
    width: int = 42
    dots: int = 512
    cutter: bool = True
    drawer_pin: int = 2
    feed: int = 3
    qrcode: bool = True
    barcode: bool = True
    buzzer: bool = False
    code_pages: Mapping[int, int] = field(default_factory=lambda: MappingProxyType({858: 19}))

    def __post_init__(self) -> None:
        problems = {
            "largeur (16 à 96 colonnes)": 16 <= self.width <= 96,
            "points (128 à 1024, multiple de 8)": 128 <= self.dots <= 1024 and self.dots % 8 == 0,
            "broche du tiroir (2 ou 5)": self.drawer_pin in (2, 5),
            "avance (0 à 20 lignes)": 0 <= self.feed <= 20,
            "pages de code": bool(self.code_pages)
            and set(self.code_pages) <= set(CODE_PAGES)
            and all(0 <= n <= 255 for n in self.code_pages.values()),
        }
        for what, sound in problems.items():
            if not sound:
                raise ProfileError(f"Profil d'imprimante « {self.name} » : {what} à corriger.")

    def page(self, wanted: int = DEFAULT_CODE_PAGE) -> int:
        """The wanted code page when the printer has it, else the nearest it has."""
        for number in (wanted, DEFAULT_CODE_PAGE, 1252, 850, *self.code_pages):
            if number in self.code_pages:
                return number
        raise ProfileError(f"Profil d'imprimante « {self.name} » : aucune page de code.")


def load(name: str = DEFAULT, **overrides: object) -> Profile:
    """The profile called ``name``, with a shop's own values over it.

    Raises ProfileError for an unknown name or value.
    """
    known = _shipped()
    if name not in known:
        raise ProfileError(
            f"Profil d'imprimante inconnu : « {name} ». Choisissez parmi : {', '.join(known)}."
        )
    unknown = set(overrides) - {f.name for f in fields(Profile)} - {"name"}
    if unknown:
        raise ProfileError(f"Profil d'imprimante : réglage inconnu « {min(unknown)} ».")
    if isinstance(pages := overrides.get("code_pages"), Mapping):
        overrides["code_pages"] = _pages(pages)
    try:
        return replace(known[name], **overrides)
    except (TypeError, ValueError):
        raise ProfileError(f"Profil d'imprimante « {name} » : valeur illisible.") from None


def names() -> tuple[str, ...]:
    """The shipped profiles, default first."""
    return tuple(_shipped())


@lru_cache(maxsize=1)
def _shipped() -> dict[str, Profile]:
    text = resources.files(__package__).joinpath("profiles.toml").read_text("utf-8")
    return {
        name: Profile(name=name, **{**values, "code_pages": _pages(values["code_pages"])})
        for name, values in tomllib.loads(text).items()
    }


def _pages(pages: Mapping[object, object]) -> Mapping[int, int]:
    return MappingProxyType({int(page): int(number) for page, number in pages.items()})

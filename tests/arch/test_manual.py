"""The user manual says what is on the screens, and leads somewhere."""

import re
from functools import cache

import polib
import pytest

import repository as repo
from manual_words import ODOO
from ops import manual

PAGES = manual.pages()
BOLD = re.compile(r"\*\*(.+?)\*\*", re.DOTALL)
LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)]+)\)")
TITLE = re.compile(r"^#+ (.+)$", re.MULTILINE)


def plain(text: str) -> str:
    """A string without markup, in one line, with one kind of apostrophe."""
    return " ".join(re.sub(r"<[^>]+>", " ", text).replace("’", "'").split()).strip(" :")


@cache
def words() -> frozenset[str]:
    """Every French string of ours that a screen can show."""
    found = set(ODOO)
    for addon in repo.ADDONS:
        path = repo.ROOT / "addons" / addon / "i18n" / "fr.po"
        if path.exists():  # tests/arch/test_translations.py asks for it
            found.update(
                plain(entry.msgstr) for entry in polib.pofile(str(path)) if not entry.obsolete
            )
    return frozenset(found)


def anchor(title: str) -> str:
    """Address of a title, as GitHub and GitLab make it."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_name_in_bold_is_on_a_screen(page):
    quoted = {
        plain(word)
        for name in BOLD.findall(page.read_text(encoding="utf-8"))
        for word in name.split("›")
    }
    assert sorted(quoted - words()) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_link_leads_somewhere(page):
    broken = []
    for link in LINK.findall(page.read_text(encoding="utf-8")):
        name, _, part = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        if not target.exists():
            broken.append(link)
        elif part and part not in map(anchor, TITLE.findall(target.read_text(encoding="utf-8"))):
            broken.append(link)
    assert broken == []


def test_the_first_page_leads_to_every_chapter():
    linked = {link.partition("#")[0] for link in LINK.findall(PAGES[0].read_text(encoding="utf-8"))}
    assert [page.name for page in PAGES[1:] if page.name not in linked] == []


def test_pictures_are_there_shown_described_and_small():
    shown = manual.pictures()
    kept = {f"images/{path.name}": path.stat().st_size for path in manual.IMAGES.glob("*.png")}
    assert sorted(shown) == sorted(kept)
    assert [address for address, texts in shown.items() if not all(texts)] == []
    assert {address: size for address, size in kept.items() if size > manual.LARGEST} == {}
    assert sum(kept.values()) <= manual.ALTOGETHER

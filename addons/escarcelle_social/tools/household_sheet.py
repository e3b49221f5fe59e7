"""Rows of a spreadsheet as households and their members. No Odoo: what exists is checked elsewhere.

A row is a person. Rows with the same reference are one household: the first gives what is the
household's, each row a member. Without a reference every row is a household of its own.
"""

import re
from dataclasses import dataclass, field
from datetime import date

from . import keys

#: Columns in the order of the template: key → other headings people use, folded.
COLUMNS = {
    "ref": ("reference", "ref", "n", "no", "numero", "num", "id", "dossier", "numero de dossier", "identifiant",
            "code", "n dossier", "numero dossier", "reference externe", "external reference"),
    "last_name": ("nom", "nom de famille", "last name", "surname", "nom usuel", "nom du foyer", "nom beneficiaire"),
    "first_name": ("prenom", "first name", "prenom usuel", "prenom du titulaire", "prenom beneficiaire"),
    "street": ("adresse", "rue", "street", "address", "adresse 1", "voie"),
    "street2": ("complement", "complement d adresse", "adresse 2", "street 2", "street2"),
    "zip": ("code postal", "cp", "zip", "postal code"),
    "city": ("ville", "commune", "city", "town"),
    "phone": ("telephone", "tel", "portable", "mobile", "phone", "gsm", "numero de telephone"),
    "email": ("email", "e mail", "mail", "courriel", "adresse mail", "adresse electronique"),
    "organisation": ("organisme", "prescripteur", "organisme prescripteur", "orienteur", "partenaire",
                     "referring organisation", "structure", "orienteur organisme"),
    "referrer": ("referent", "referent social", "travailleur social", "assistante sociale", "social referent",
                 "assistant social"),
    "pricelist": ("tarif", "tariff", "grille tarifaire", "grille", "liste de prix"),
    "convention": ("convention",),
    "date_from": ("debut des droits", "date de debut", "debut", "droits du", "du", "entitled from", "entree",
                  "date d entree", "date debut", "date d inscription"),
    "date_to": ("fin des droits", "date de fin", "fin", "droits au", "au", "entitled until", "echeance", "date fin",
                "date d echeance"),
    "card": ("carte", "numero de carte", "card", "card number", "code barre", "code barres", "code client", "n carte"),
    "delegate": ("mandataire", "personne mandatee", "delegue", "delegated shopper"),
    "note": ("remarque", "remarques", "notes", "note", "commentaire", "observations", "observation"),
    "relation": ("lien", "lien de parente", "relation", "parente", "role", "statut dans le foyer"),
    "member": ("prenom du membre", "membre", "member", "member first name", "prenom membre"),
    "birth_year": ("annee de naissance", "date de naissance", "naissance", "ne en", "nee en", "born in", "birth year",
                   "ne le", "date naissance", "annee naissance"),
}  # fmt: skip
RELATIONS = {
    "holder": ("titulaire", "holder", "demandeur", "allocataire", "chef de famille", "beneficiaire", "t"),
    "partner": ("conjoint", "conjointe", "partner", "concubin", "concubine", "epoux", "epouse", "mari", "femme"),
    "child": ("enfant", "child", "fils", "fille", "bebe"),
    "parent": ("parent", "pere", "mere", "ascendant", "grand parent"),
    "other": ("autre", "other", "colocataire", "frere", "soeur", "ami"),
}  # fmt: skip
#: Longest text of a column; the others take 100 characters.
LENGTHS = {"note": 2000, "street": 200, "street2": 200}
#: What belongs to the household, not to the person of the row.
OF_HOUSEHOLD = (
    "last_name", "first_name", "street", "street2", "zip", "city", "phone", "email", "organisation", "referrer",
    "pricelist", "convention", "date_from", "date_to", "card", "delegate", "note",
)  # fmt: skip


@dataclass(frozen=True)
class Problem:
    """Something wrong, or worth knowing, on a line; ``code`` is put in words by the screen."""

    line: int
    column: str
    code: str
    facts: dict = field(default_factory=dict)
    blocking: bool = True


@dataclass(frozen=True)
class Member:
    """One person of a household; ``birth_year`` 0 when it is not known."""

    line: int
    name: str
    relation: str
    birth_year: int


@dataclass
class Entry:
    """A household of the file: where it stands, what was said of it, what is wrong."""

    line: int
    ref: str
    values: dict
    members: list
    problems: list


def guess(headings, labels=None):
    """Column key for each heading, "" where nobody can tell; a key is given once, to the best heading.

    ``labels`` are more headings of ours: ``{key: text}`` in the reader's language.
    """
    words = {}
    for key, synonyms in COLUMNS.items():
        for rank, word in enumerate(
            (keys.fold((labels or {}).get(key, "")), keys.fold(key), *synonyms)
        ):
            if word:
                words.setdefault(word, (key, rank))
    found, taken = [""] * len(headings), set()
    for exact in (True, False):
        for index, heading in enumerate(headings):
            text = keys.fold(heading)
            match = words.get(text)
            if not match and not exact and not found[index]:
                starts = [
                    (len(w), k) for w, k in words.items() if len(w) > 4 and text.startswith(w)
                ]
                match = max(starts)[1] if starts else None
            if match and match[0] not in taken and not found[index]:
                found[index] = match[0]
                taken.add(match[0])
    return found


def entries(rows, mapping, today):
    """The households of ``rows`` (the heading left out); ``mapping`` gives the key of each column.

    ``today`` decides who is a child when the file does not say.
    """
    by_ref, found, seen = {}, [], {}
    for line, cells in rows:
        said = {
            key: cells[i] for i, key in enumerate(mapping) if key and i < len(cells) and cells[i]
        }
        if not said:
            continue
        fingerprint = tuple(sorted((key, keys.fold(text)) for key, text in said.items()))
        ref = said.get("ref", "")
        entry = by_ref.get(ref.casefold()) if ref else None
        # Twins without a first name are two rows alike, not one row twice.
        named = not ref or said.keys() & {"member", "first_name"}
        if fingerprint in seen and named:
            target = entry or found[-1]
            target.problems.append(
                Problem(line, "", "same_line", {"other": seen[fingerprint]}, blocking=False)
            )
            continue
        seen[fingerprint] = line
        problems = _check(line, said)
        if entry is None:
            entry = Entry(line, ref, {}, [], [])
            found.append(entry)
            if ref:
                by_ref[ref.casefold()] = entry
        entry.problems.extend(problems)
        _household(entry, line, said)
        _person(entry, line, said, today)
    for entry in found:
        _complete(entry)
    return found


def _check(line, said):
    problems = []
    for key, text in said.items():
        if len(text) > LENGTHS.get(key, 100):
            problems.append(Problem(line, key, "too_long", {"limit": LENGTHS.get(key, 100)}))
            said[key] = text[:20]
        elif text[0] in "=@" or (
            text[0] in "+-" and not re.fullmatch(r"[+\-]?[\d\s().,/-]+", text)
        ):
            problems.append(Problem(line, key, "formula", {"text": text[:20]}))
    return problems


def _household(entry, line, said):
    for key in OF_HOUSEHOLD:
        if key not in said:
            continue
        value, problem = _value(key, said[key])
        if problem:
            entry.problems.append(Problem(line, key, problem, {"text": said[key][:40]}))
        elif key not in entry.values:
            entry.values[key] = value
        elif entry.values[key] != value and key not in ("first_name", "last_name"):
            facts = {
                "text": said[key][:40],
                "first": str(entry.values[key])[:40],
                "line": entry.line,
            }
            entry.problems.append(Problem(line, key, "differs", facts))


def _value(key, text):
    """``(value, "")`` or ``(None, code of what is wrong)``."""
    if key in ("date_from", "date_to"):
        day = a_day(text)
        return (day, "") if day else (None, "date")
    if key == "email":
        good = re.fullmatch(r"[^\s@,;<>]+@[^\s@,;<>]+\.[^\s@,;<>]+", text)
        return (text, "") if good else (None, "email")
    if key == "phone":
        if not re.fullmatch(r"[+\d\s().\-/]{6,25}", text):
            return None, "phone"
        # A number kept as one loses its leading zero.
        return ("0" + text if re.fullmatch(r"[1-9]\d{8}", text) else text), ""
    if key == "zip":
        return ("0" + text if re.fullmatch(r"\d{4}", text) else text), ""
    if key == "card":
        return re.sub(r"\s", "", text), ""
    return text, ""


def _person(entry, line, said, today):
    first = not entry.members and line == entry.line
    name = said.get("member") or said.get("first_name", "")
    if not first and not (said.keys() & {"member", "relation", "birth_year", "first_name"}):
        return
    year = 0
    if "birth_year" in said:
        year = a_year(said["birth_year"], today) or 0
        if not year:
            entry.problems.append(
                Problem(line, "birth_year", "year", {"text": said["birth_year"][:40]})
            )
    relation = ""
    if "relation" in said:
        word = keys.fold(said["relation"])
        relation = next(
            (key for key, words in RELATIONS.items() if word == key or word in words), ""
        )
        if not relation:
            entry.problems.append(
                Problem(line, "relation", "relation", {"text": said["relation"][:40]})
            )
    if not relation:
        relation = "holder" if first else ("child" if year and today.year - year < 18 else "other")
    if relation == "holder" and any(member.relation == "holder" for member in entry.members):
        entry.problems.append(Problem(line, "relation", "two_holders"))
        return
    entry.members.append(Member(line, name, relation, year))


def _complete(entry):
    for key in ("last_name", "first_name"):
        if not entry.values.get(key, "").strip():
            entry.problems.append(Problem(entry.line, key, "missing"))
    start, end = entry.values.get("date_from"), entry.values.get("date_to")
    if start and end and end < start:
        entry.problems.append(Problem(entry.line, "date_to", "order"))
    if bool(start) != bool(end) and not entry.values.get("convention"):
        entry.problems.append(Problem(entry.line, "date_to" if start else "date_from", "missing"))


def a_day(text):
    """A date written the French or the international way, None when it is none."""
    match = re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ].*)?", text)
    parts = match and (match[1], match[2], match[3])
    if not parts:
        match = re.fullmatch(r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4}|\d{2})", text)
        parts = match and (f"20{match[3]}" if len(match[3]) == 2 else match[3], match[2], match[1])
    try:
        day = parts and date(*map(int, parts))
    except ValueError:
        return None
    return day if day and 1990 <= day.year <= 2100 else None


def a_year(text, today):
    """A year of birth, from a year or a date; None when it is none, or in the future."""
    match = re.fullmatch(r"(\d{4})", text) or re.fullmatch(
        r"(\d{4})-\d{1,2}-\d{1,2}(?:[T ].*)?", text
    )
    match = match or re.fullmatch(r"\d{1,2}[/.\- ]\d{1,2}[/.\- ](\d{4})", text)
    year = int(match[1]) if match else 0
    return year if 1900 <= year <= today.year else None


def safe(value):
    """A text that a spreadsheet program will not take for a formula."""
    text = str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text

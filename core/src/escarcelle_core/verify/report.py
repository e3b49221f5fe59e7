"""What was found, for people: French text."""

from collections.abc import Iterator

from .meaning import meaning
from .outcome import DEFECTS, SOUND, Outcome
from .unanchored import moment

CONCLUSIONS = {
    SOUND: "CONCLUSION : CONFORME. Tout ce qui a été vérifié est intact.",
    DEFECTS: "CONCLUSION : DÉFAUTS. Des données ont été modifiées, retirées ou ajoutées.",
}
UNUSABLE = "CONCLUSION : INUTILISABLE. Rien n'a pu être vérifié."


#: Records were read, and something else that was asked could not be told.
UNANSWERED = (
    "CONCLUSION : NON CONCLUANT. Ce qui a été lu est intact, mais une ancre demandée n'est pas vérifiable avec ces"
    " archives (« À savoir »)."
)


def conclusion(outcome: Outcome) -> str:
    """The verdict as a sentence."""
    if outcome.verdict not in CONCLUSIONS and outcome.unanswered and not outcome.refused:
        return UNANSWERED
    return CONCLUSIONS.get(outcome.verdict, UNUSABLE)


def text(outcome: Outcome) -> str:
    """The whole report, ended by a newline."""
    return "\n".join(_lines(outcome)) + "\n"


def _lines(outcome: Outcome) -> Iterator[str]:
    yield "ESCARCELLE — VÉRIFICATION DU JOURNAL FISCAL"
    for archive in outcome.archives:
        yield ""
        yield f"{archive['name']}"
        yield (f"  archive n° {archive['number']} ({LEVELS.get(archive['level'], archive['level'])}),"
               f" du {day(archive['first_day'])} au {day(archive['last_day'])}")  # fmt: skip
        yield f"  {archive['company']}, SIRET {archive['siret']}"
        if archive["signed_by"]:
            yield f"  signée par la clé {archive['signed_by']}"
        yield from _tills(archive["tills"])
    for database in outcome.databases:
        yield ""
        yield f"{database['name']}"
        yield (f"  registre : {count(database['facts'], 'inscription')} ; dernière ancre du magasin :"
               f" {anchored(database)}")  # fmt: skip
        yield from _tills(database["tills"])
    if outcome.warnings:
        yield ""
        yield f"À SAVOIR ({len(outcome.warnings)})"
        yield from (f"  {warning}" for warning in outcome.warnings)
    if outcome.defects:
        yield ""
        yield f"DÉFAUTS ({outcome.defects_total})"
        for defect in outcome.defects:
            yield f"  {defect.archive} : {defect.as_text()}"
            yield f"      {meaning(defect.record, defect.field)}"
        if outcome.defects_total > len(outcome.defects):
            yield f"  … et {outcome.defects_total - len(outcome.defects)} autres."
    yield ""
    yield (f"Vérifié : {count(outcome.records, 'enregistrement')}, {count(len(outcome.tills), 'appareil')},"
           f" {count(len(outcome.archives), 'archive')}, {count(len(outcome.databases), 'base')}.")  # fmt: skip
    yield conclusion(outcome)


def _tills(tills: list[dict]) -> Iterator[str]:
    for till in tills:
        device = f"caisse {till['number']}" if till["number"] else "serveur"
        yield f"  {device} ({till['uid']}) : {count(till['records'], 'enregistrement')}"


def anchored(database: dict) -> str:
    """The last shop anchor of a database and its date."""
    if not database["anchor"]:
        return "aucune"
    return f"{database['anchor']}, signée le {moment(database['anchor_at'])}"


LEVELS = {"J": "jour", "M": "mois", "A": "exercice"}


def day(iso: str) -> str:
    """``2026-11-21`` as ``21/11/2026``."""
    return "/".join(reversed(iso.split("-")))


def count(number: int, noun: str) -> str:
    """``3 archives``."""
    return f"{number} {noun}{'s' if number > 1 else ''}"

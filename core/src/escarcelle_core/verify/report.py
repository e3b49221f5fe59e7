"""What was found, for people: French text."""

from collections.abc import Iterator

from .outcome import DEFECTS, SOUND, Outcome

_CONCLUSIONS = {
    SOUND: "CONCLUSION : CONFORME. Tout ce qui a été vérifié est intact.",
    DEFECTS: "CONCLUSION : DÉFAUTS. Des données ont été modifiées, retirées ou ajoutées.",
}
_UNUSABLE = "CONCLUSION : INUTILISABLE. Rien n'a pu être vérifié."


def text(outcome: Outcome) -> str:
    """The whole report, ended by a newline."""
    return "\n".join(_lines(outcome)) + "\n"


def _lines(outcome: Outcome) -> Iterator[str]:
    yield "ESCARCELLE — VÉRIFICATION D'ARCHIVES FISCALES"
    for archive in outcome.archives:
        yield ""
        yield f"{archive['name']}"
        yield (f"  archive n° {archive['number']} ({_LEVELS.get(archive['level'], archive['level'])}),"
               f" du {_day(archive['first_day'])} au {_day(archive['last_day'])}")  # fmt: skip
        yield f"  {archive['company']}, SIRET {archive['siret']}"
        if archive["signed_by"]:
            yield f"  signée par la clé {archive['signed_by']}"
        for till in archive["tills"]:
            device = f"caisse {till['number']}" if till["number"] else "serveur"
            yield f"  {device} ({till['uid']}) : {_count(till['records'], 'enregistrement')}"
    if outcome.warnings:
        yield ""
        yield f"À SAVOIR ({len(outcome.warnings)})"
        yield from (f"  {warning}" for warning in outcome.warnings)
    if outcome.defects:
        yield ""
        yield f"DÉFAUTS ({outcome.defects_total})"
        yield from (f"  {defect.archive} : {defect.as_text()}" for defect in outcome.defects)
        if outcome.defects_total > len(outcome.defects):
            yield f"  … et {outcome.defects_total - len(outcome.defects)} autres."
    yield ""
    yield (f"Vérifié : {_count(outcome.records, 'enregistrement')}, {_count(len(outcome.tills), 'appareil')},"
           f" {_count(len(outcome.archives), 'archive')}.")  # fmt: skip
    yield _CONCLUSIONS.get(outcome.verdict, _UNUSABLE)


_LEVELS = {"J": "jour", "M": "mois", "A": "exercice"}


def _day(iso: str) -> str:
    year, month, day = iso.split("-")
    return f"{day}/{month}/{year}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' if number > 1 else ''}"

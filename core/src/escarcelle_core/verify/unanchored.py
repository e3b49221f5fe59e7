"""What no signed anchor states yet of a live database, said in plain French (decision 0013)."""

from collections.abc import Iterator
from datetime import datetime, timedelta

#: The shop anchor is signed every day; half a day is left to a server that was off in between.
_OLDEST = timedelta(hours=36)


def warnings(
    anchor: str, at: tuple[str, str], records: int, facts: int, newest: str
) -> Iterator[str]:
    """``records`` received and ``facts`` registered since the shop anchor ``anchor``, signed ``at``
    (UTC text, local text); ``newest`` is the UTC text of the youngest record. Without an anchor
    (``""``) they are all there is."""
    if not anchor:
        if records or facts:
            yield (
                f"aucune ancre du magasin n'atteste encore du registre ({_many(facts, 'inscription')}) et des"
                f" réceptions ({_many(records, 'enregistrement')}). {_LIMIT}"
            )
        return
    when = moment(at[1])
    if records or facts:
        yield (
            f"depuis la dernière ancre du magasin ({anchor}, signée le {when}), {_many(records, 'enregistrement')}"
            f" et {_many(facts, 'inscription')} au registre ne sont attestés par aucune ancre. {_LIMIT}"
        )
    age = _instant(newest) - _instant(at[0])
    if age > _OLDEST:
        hours = int(age / timedelta(hours=1))
        yield (
            f"la dernière ancre du magasin ({anchor}, signée le {when}) a {hours} heures de retard sur le dernier"
            " enregistrement : elle devrait être quotidienne. Le serveur a été arrêté, ou la fin de sa chaîne"
            " d'ancres a été retirée : demandez au comptable la dernière ancre reçue et vérifiez-la (--anchor)."
        )


def moment(local: str) -> str:
    """``2026-11-21T20:15:00+01:00`` as ``21/11/2026 à 20:15``; what cannot be read as it is."""
    try:
        return f"{datetime.fromisoformat(local):%d/%m/%Y à %H:%M}"
    except ValueError:
        return local


_LIMIT = (
    "Le contenu des enregistrements est signé par leur appareil ; leur ordre et leur instant de réception, et les"
    " inscriptions du registre, ne le sont que par une ancre. Un administrateur de la base qui les aurait changés"
    " en recalculant tous les maillons suivants ne se verrait pas ici : le recul s'arrête à cette ancre."
)


def _many(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' if number > 1 else ''}"


def _instant(text: str) -> datetime:
    """Hostile text is as old as can be: it was reported where it stands."""
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ")
    except ValueError:
        return datetime.min

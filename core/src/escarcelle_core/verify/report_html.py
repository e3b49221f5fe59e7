"""The report as one HTML page that needs nothing else: readable, printable, usable with a screen reader."""

from collections.abc import Iterable, Iterator
from html import escape

from .. import FISCAL_VERSION
from .meaning import meaning
from .outcome import DEFECTS, SOUND, Defect, Outcome
from .report import LEVELS, UNANSWERED, anchored, conclusion, count, day

_STYLE = """
:root{color-scheme:light}
body{font:16px/1.5 system-ui,"Segoe UI",Roboto,sans-serif;color:#1b1b1b;background:#fff;max-width:72rem;
margin:2rem auto;padding:0 1rem}
h1{font-size:1.6rem}h2{font-size:1.25rem;margin-top:2rem;border-bottom:2px solid #ccc}
.verdict{padding:1rem;border-left:.5rem solid;font-weight:600;font-size:1.1rem}
.sound{border-color:#18753c;background:#e9f6ed}.defects,.unusable{border-color:#b3001b;background:#fdecee}
table{border-collapse:collapse;width:100%}caption{text-align:left;font-weight:600;padding:.4rem 0}
th,td{border:1px solid #8a8a8a;padding:.35rem .5rem;text-align:left;vertical-align:top}
th{background:#f0f0f0}td.n{text-align:right;white-space:nowrap}
code{font:.85em ui-monospace,Consolas,monospace;overflow-wrap:anywhere}
.meaning{color:#3a3a3a}
@media print{body{font-size:10pt;margin:0;max-width:none}thead{display:table-header-group}tr{break-inside:avoid}}
"""


def page(outcome: Outcome, made_at: str = "") -> str:
    """The whole page. ``made_at``: when and where the verification was made, in words."""
    return "\n".join(_lines(outcome, made_at)) + "\n"


def _lines(outcome: Outcome, made_at: str) -> Iterator[str]:
    verdict = outcome.verdict
    yield '<!DOCTYPE html>\n<html lang="fr">\n<head>\n<meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>Vérification fiscale : {_word(outcome)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>"
    yield "<h1>Escarcelle — vérification du journal fiscal</h1>"
    yield f'<p class="verdict {verdict}" role="status">{escape(conclusion(outcome))}</p>'
    said = f" {escape(made_at)}." if made_at else ""
    yield (f"<p>Vérifié : {count(outcome.records, 'enregistrement')}, {count(len(outcome.tills), 'appareil')},"
           f" {count(len(outcome.archives), 'archive')}, {count(len(outcome.databases), 'base')}."
           f"{said} Version fiscale du vérificateur : {FISCAL_VERSION}.</p>")  # fmt: skip
    if outcome.defects:
        yield from _defects(outcome)
    if outcome.warnings:
        yield f"<h2>À savoir ({len(outcome.warnings)})</h2>\n<ul>"
        yield from (f"<li>{escape(warning)}</li>" for warning in outcome.warnings)
        yield "</ul>"
    if outcome.archives or outcome.databases:
        yield "<h2>Ce qui a été vérifié</h2>"
    for archive in outcome.archives:
        period = (f"archive n° {archive['number']} ({LEVELS.get(archive['level'], archive['level'])}), du"
                  f" {day(archive['first_day'])} au {day(archive['last_day'])}, {archive['company']},"
                  f" SIRET {archive['siret']}")  # fmt: skip
        yield from _tills(f"{archive['name']} : {period}", archive["tills"])
        if archive["signed_by"]:
            yield f"<p>Signée par la clé <code>{escape(archive['signed_by'])}</code></p>"
    for database in outcome.databases:
        yield from _tills(
            f"{database['name']} : {count(database['facts'], 'inscription')} au registre, dernière ancre"
            f" du magasin : {anchored(database)}",
            database["tills"],
        )
    yield "</main>\n</body>\n</html>"


def _defects(outcome: Outcome) -> Iterator[str]:
    yield f"<h2>Défauts ({outcome.defects_total})</h2>"
    yield "<table>\n<caption>Chaque défaut : où, quoi, ce qui était attendu, ce qui a été trouvé, son sens"
    yield "</caption>"
    heads = ("Source", "Document", "Information", "Attendu", "Trouvé", "Constat")
    yield "<thead><tr>" + "".join(f'<th scope="col">{head}</th>' for head in heads) + "</tr></thead>\n<tbody>"
    yield from (_row(defect) for defect in outcome.defects)
    yield "</tbody>\n</table>"
    if outcome.defects_total > len(outcome.defects):
        yield f"<p>… et {outcome.defects_total - len(outcome.defects)} autres.</p>"


def _row(defect: Defect) -> str:
    cells = "".join(f"<td><code>{escape(text)}</code></td>" for text in (defect.expected, defect.found))
    meant = escape(meaning(defect.record, defect.field))
    return (
        f'<tr><td>{escape(defect.archive)}</td><th scope="row">{escape(defect.record)}</th>'
        f"<td>{escape(defect.field)}</td>{cells}"
        f'<td>{escape(defect.message)}<br><span class="meaning">{meant}</span></td></tr>'
    )


def _tills(caption: str, tills: Iterable[dict]) -> Iterator[str]:
    yield f"<table>\n<caption>{escape(caption)}</caption>"
    yield ('<thead><tr><th scope="col">Appareil</th><th scope="col">Enregistrements</th>'
           '<th scope="col">Perpétuel réel</th><th scope="col">Perpétuel absolu</th></tr></thead>\n<tbody>'
           )  # fmt: skip
    for till in tills:
        device = f"caisse {till['number']}" if till["number"] else "serveur"
        amounts = "".join(
            f'<td class="n">{till[name] / 100:.2f} €</td>'.replace(".", ",")
            for name in ("perpetual_real", "perpetual_absolute")
        )
        yield (f'<tr><th scope="row">{device} <code>{escape(till["uid"])}</code></th>'
               f'<td class="n">{till["records"]}</td>{amounts}</tr>')  # fmt: skip
    yield "</tbody>\n</table>"


def _word(outcome: Outcome) -> str:
    return "non concluant" if conclusion(outcome) == UNANSWERED else _WORDS[outcome.verdict]


_WORDS = {SOUND: "conforme", DEFECTS: "défauts", "unusable": "inutilisable"}

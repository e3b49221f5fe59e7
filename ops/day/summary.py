"""What the played days come to, for a person, and what is wrong with them."""

_EXPECTED = {
    "lost": 0,
    "doubled": 0,
    "wrong_amounts": 0,
    "accounting_matches": True,
    "verify": "sound",
    "tamper_found": True,
}
_LEAST = {"sales": 48, "sales_in_browser": 9, "offline_sales": 5, "refunds": 3, "closings": 6}


def problems(report: dict) -> list[str]:
    """French sentences, none when all is as it must be."""
    found = [
        f"{name} vaut {report[name]}, attendu {value}"
        for name, value in _EXPECTED.items()
        if report[name] != value
    ]
    found += [
        f"{name} vaut {report[name]}, attendu au moins {least}"
        for name, least in _LEAST.items()
        if report[name] < least
    ]
    return found


def text(report: dict, last_ticket: str) -> str:
    """The last printed ticket and a page of figures."""
    lines = [
        "",
        last_ticket.rstrip(),
        "",
        "Trois journées jouées",
        f"  ventes                    {report['sales']} (dont {report['sales_in_browser']} à l'écran)",
        f"  sans serveur              {report['offline_sales']}",
        f"  remboursements            {report['refunds']}",
        f"  perdues, doublées         {report['lost']}, {report['doubled']}",
        f"  retour du serveur         tout y est en {report['sync_seconds']} s",
        f"  enregistrements fiscaux   {report['records']}, dont {report['closings']} clôtures",
        f"  comptabilité              {'égale au centime' if report['accounting_matches'] else 'ÉCART'}",
        f"  archive                   {report['archive']}",
        f"  vérification              {report['verify']} ({report['verified_records']} enregistrements)",
        f"  falsification             {'trouvée' if report['tamper_found'] else 'NON TROUVÉE'}",
        f"  durée                     {report['seconds']} s",
    ]
    return "\n".join(lines)

"""``escarcelle-verify PATH… [--database DSN] [--json] [--html FILE]``: exit 0 sound, 1 defects, 2 unusable."""

import json
import os
import platform
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from .verify import report, report_html
from .verify.outcome import DEFECTS, SOUND, Outcome
from .verify.run import verify
from .verify_options import read


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line."""
    options = read(arguments)
    progress = _Progress(options.quiet)
    try:
        outcome = verify(
            options.paths,
            database=options.database,
            records_only=options.records_only,
            keys=frozenset(key.lower() for key in options.key),
            anchors=options.anchor,
            processes=options.processes or os.cpu_count() or 1,
            progress=progress,
        )
    except KeyboardInterrupt:
        progress.end()
        sys.stderr.write("Vérification interrompue : elle ne prouve rien.\n")
        return 2
    progress.end()
    if options.html and not _write(options.html, outcome):
        return 2
    if options.json:
        print(json.dumps(outcome.as_json(), ensure_ascii=False))
    else:
        sys.stdout.write(report.text(outcome))
    return {SOUND: 0, DEFECTS: 1}.get(outcome.verdict, 2)


class _Progress:
    """Says on stderr how far a long run is, once in a while."""

    def __init__(self, quiet: bool):
        self._quiet = quiet
        self._started = self._said = time.monotonic()

    def __call__(self, records: int) -> None:
        now = time.monotonic()
        # A file in place of a screen gets a line now and then only.
        if self._quiet or now - self._said < (1 if sys.stderr.isatty() else 30):
            return
        rate = records / (now - self._started)
        end = "\r" if sys.stderr.isatty() else "\n"
        sys.stderr.write(f"{records} enregistrements vérifiés, {rate:.0f} par seconde…{end}")
        sys.stderr.flush()
        self._said = now

    def end(self) -> None:
        """Leave the line to whoever writes next."""
        if self._said != self._started and sys.stderr.isatty():
            sys.stderr.write("\n")


def _write(path: Path, outcome: Outcome) -> bool:
    when = time.strftime("%d/%m/%Y à %H:%M")
    made_at = f"Vérification faite le {when} sur {platform.node() or 'cet ordinateur'}"
    try:
        path.write_text(report_html.page(outcome, made_at), encoding="utf-8")
    except OSError as error:
        sys.stderr.write(f"Le rapport ne peut pas être écrit dans « {path} » : {error.strerror}.\n")
        return False
    return True

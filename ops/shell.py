"""Running programs: output to a log file, failure told in French."""

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from ops.errors import OpsError


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a child: ours, in a locale whose messages we can read, plus ``extra``."""
    env = {**os.environ, "LC_ALL": "C.UTF-8"}
    # A caller's virtual environment or libpq settings must not leak into ours.
    for name in list(env):
        if name in {"VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME", "ODOO_RC"} or name.startswith("PG"):
            del env[name]
    env.update(extra or {})
    return env


def run(
    argv: Sequence[str | Path],
    *,
    what: str,
    log: Path | None = None,
    remedy: str = "",
    env: Mapping[str, str] | None = None,
    user: str | None = None,
    cwd: Path | str | None = None,
    stdin: str | None = None,
    timeout: float | None = None,
) -> str:
    """Run to the end and return what was printed (stdout and stderr together).

    ``user`` changes identity (root only). The output is appended to ``log``.

    Raises:
        OpsError: ``what`` failed; carries the log's tail and ``remedy``.
    """
    words = [str(word) for word in argv]
    identity = {"user": user, "group": primary_group(user), "extra_groups": []} if user else {}
    try:
        done = subprocess.run(
            words,
            env=environment(env),
            cwd=cwd,
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=timeout,
            **identity,
        )
        output, code = done.stdout, done.returncode
    except FileNotFoundError:
        raise OpsError(f"{what} : programme introuvable ({words[0]})", remedy) from None
    except subprocess.TimeoutExpired as expired:
        output, code = (expired.output or b"").decode(errors="replace"), None
    if log is not None:
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("a", encoding="utf-8") as stream:
            stream.write(f"\n$ {time.strftime('%F %T')} {' '.join(words[:6])}\n{output}")
    if code is None:
        raise OpsError(f"{what} : rien après {timeout:.0f} s", remedy, log)
    if code != 0:
        if log is None and output.strip():
            what = f"{what} : {output.strip().splitlines()[-1]}"
        raise OpsError(what, remedy, log)
    return output


def primary_group(user: str) -> int:
    """Numeric primary group of a system user."""
    import pwd  # absent on Windows, where only the till program runs

    return pwd.getpwnam(user).pw_gid

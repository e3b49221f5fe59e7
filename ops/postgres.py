"""The PostgreSQL cluster of this checkout: own directory, own port, unprivileged user.

A cluster of the system is never looked at. The cluster runs while at least one command of the
launcher needs it: each holds a shared lock, the last one out stops it.
"""

import fcntl
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ops import secrets, shell
from ops.console import CONSOLE
from ops.errors import OpsError
from ops.paths import HOUSE
from ops.pg_programs import find_binaries
from ops.ports import Ports
from ops.superuser import ADMIN, Superuser

HOST = "127.0.0.1"
SYSTEM_USERS = ("postgres", "nobody")
PRIVATE = Path("/var/lib/escarcelle")


def traversable(directory: Path, user: str) -> bool:
    """Whether ``user`` can enter ``directory``: asked of the kernel, as that user."""
    existing = directory
    while not existing.exists():
        existing = existing.parent
    done = subprocess.run(
        ["test", "-x", str(existing)],
        user=user,
        group=shell.primary_group(user),
        extra_groups=[],
        cwd="/",
        check=False,
    )
    return done.returncode == 0


class Cluster(Superuser):
    """``var/pg``. Reads nothing when built."""

    def __init__(self, house=HOUSE):
        self.house = house
        self._lock = None

    # -- who and where ---------------------------------------------------------------------------

    @property
    def user(self) -> str | None:
        """The system user the server runs as; ``None`` = the person who launches."""
        if os.geteuid() != 0:
            return None
        import pwd

        names = {entry.pw_name for entry in pwd.getpwall()}
        for name in SYSTEM_USERS:
            if name in names:
                return name
        raise OpsError("aucun utilisateur système pour PostgreSQL", "apt-get install postgresql")

    @property
    def home(self) -> Path:
        """The real directory: the server's user may not be able to follow the link to it."""
        return self.house.pg.resolve()

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def server_log(self) -> Path:
        return self.home / "postgresql.log"

    @property
    def ports(self) -> Ports:
        return Ports(self.house.var / "ports.json")

    @property
    def password_file(self) -> Path:
        return self.house.secrets / "pg_admin"

    def exists(self) -> bool:
        return (self.data / "PG_VERSION").exists() and self._is_ours()

    def _is_ours(self) -> bool:
        """A ``var/`` copied with its checkout carries a link to the other one's cluster."""
        mark = self.house.pg / "checkout"
        return mark.exists() and mark.read_text().strip() == str(self.house.root)

    def binaries(self) -> Path:
        major = None
        if (self.data / "PG_VERSION").exists():
            major = int((self.data / "PG_VERSION").read_text().strip())
        found = find_binaries(major)
        if found is None:
            raise OpsError(
                f"les programmes de PostgreSQL {major or ''} manquent".replace("  ", " "),
                f"apt-get install postgresql{f'-{major}' if major else ''}",
            )
        return found

    # -- life ------------------------------------------------------------------------------------

    def create(self) -> None:
        """Make the directory and the cluster. Does nothing to one that exists."""
        if self.exists():
            return
        self._make_home()
        password = secrets.read_or_draw(self.password_file)
        if self.data.exists():
            shutil.rmtree(self.data)  # an initdb that was interrupted
        handover = self.home / "password"
        secrets.write_private(handover, password + "\n")
        if self.user:
            shutil.chown(handover, self.user)
        try:
            self._pg(
                [
                    "initdb", "-D", self.data, "-U", ADMIN, f"--pwfile={handover}",
                    "--encoding=UTF8", "--locale=C.UTF-8", "--auth=scram-sha-256",
                    "--data-checksums",
                ],
                what="la création de la base de données a échoué",
            )  # fmt: skip
        finally:
            handover.unlink(missing_ok=True)
        with (self.data / "postgresql.conf").open("a", encoding="utf-8") as conf:
            conf.write(SETTINGS.format(shared_buffers=shared_buffers_mb()))
        (self.house.pg / "checkout").write_text(f"{self.house.root}\n")

    def _make_home(self) -> None:
        pg = self.house.pg
        if pg.is_symlink() and not self._is_ours():
            pg.unlink()
        if pg.exists():
            return
        user = self.user
        if user and not traversable(self.house.var, user):
            private = PRIVATE / self.house.identity
            CONSOLE.say(
                f"    l'utilisateur « {user} » n'entre pas dans {self.house.root} : la base est "
                f"rangée dans {private}, var/pg y mène"
            )
            private.mkdir(parents=True, exist_ok=True)
            pg.symlink_to(private)
        else:
            pg.mkdir()
        pg.chmod(0o700)
        if user:
            shutil.chown(pg.resolve(), user, shell.primary_group(user))

    def running(self) -> bool:
        """Whether the server answers for its directory."""
        if not self.exists():
            return False
        done = subprocess.run(
            [str(self.binaries() / "pg_ctl"), "status", "-D", str(self.data)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            **self._identity(),
        )
        return done.returncode == 0

    @property
    def port(self) -> int:
        """Where it listens now (from ``postmaster.pid``), else where it last did."""
        pid_file = self.data / "postmaster.pid"
        try:
            return int(pid_file.read_text().splitlines()[3])
        except (OSError, IndexError, ValueError):
            return self.ports.known().get("postgres", 0)

    def start(self) -> None:
        """Start the server unless it runs; another port is tried when the first is taken."""
        if self.running():
            self.ports.remember("postgres", self.port)
            return
        port = self.ports.choose("postgres")
        self._pg(
            ["pg_ctl", "start", "-w", "-t", "60", "-D", self.data, "-l", self.server_log,
             "-o", f"-p {port}"],
            what="PostgreSQL n'a pas démarré (voir var/pg/postgresql.log)",
            quiet_output=True,
        )  # fmt: skip

    def stop(self) -> None:
        """Stop the server; sessions still open are ended."""
        if self.running():
            self._pg(
                ["pg_ctl", "stop", "-w", "-t", "60", "-m", "fast", "-D", self.data],
                what="PostgreSQL ne s'arrête pas",
            )

    @contextmanager
    def in_use(self) -> Iterator["Cluster"]:
        """Keep the server up for the length of the block; the last user stops it."""
        self.house.run.mkdir(parents=True, exist_ok=True)
        with (self.house.run / "postgres.lock").open("w") as users:
            fcntl.flock(users, fcntl.LOCK_SH)
            try:
                with (self.house.run / "postgres.start").open("w") as turn:
                    fcntl.flock(turn, fcntl.LOCK_EX)
                    self.start()
                yield self
            finally:
                with (self.house.run / "postgres.start").open("w") as turn:
                    fcntl.flock(turn, fcntl.LOCK_EX)
                    try:
                        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    except BlockingIOError:
                        pass
                    else:
                        self.stop()

    # -- talking to it ---------------------------------------------------------------------------

    def environment(self) -> dict[str, str]:
        return {
            "PGHOST": HOST,
            "PGPORT": str(self.port),
            "PGUSER": ADMIN,
            "PGPASSWORD": secrets.read_or_draw(self.password_file),
            "PGDATABASE": "postgres",
            "PGCONNECT_TIMEOUT": "10",
        }

    def client(self, name: str) -> str:
        own = self.binaries() / name
        return str(own) if own.exists() else name

    def _identity(self) -> dict:
        user = self.user
        if not user:
            return {}
        return {"user": user, "group": shell.primary_group(user), "extra_groups": []}

    def _pg(self, argv: list, what: str, quiet_output: bool = False) -> None:
        argv = [str(self.binaries() / argv[0]), *map(str, argv[1:])]
        log = self.house.log / "postgres.log"
        if not quiet_output:
            shell.run(argv, what=what, log=log, user=self.user, cwd="/", remedy="lire le journal")
            return
        # The server would keep a pipe open as long as it lives: its output goes to files only.
        with log.open("a") as stream:
            done = subprocess.run(
                argv, stdin=subprocess.DEVNULL, stdout=stream, stderr=stream, cwd="/",
                env=shell.environment(), **self._identity(),
            )  # fmt: skip
        if done.returncode != 0:
            journal = self.server_log if self.server_log.exists() else log
            raise OpsError(what, "./escarcelle doctor", journal)


SETTINGS = """
# --- Escarcelle ---
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
password_encryption = 'scram-sha-256'
shared_buffers = {shared_buffers}MB
maintenance_work_mem = 128MB
max_connections = 150
random_page_cost = 1.1
timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C.UTF-8'
"""


def shared_buffers_mb(meminfo: Path = Path("/proc/meminfo")) -> int:
    """An eighth of the memory, between 128 MB and 1 GB."""
    match = re.search(r"MemTotal:\s+(\d+) kB", meminfo.read_text()) if meminfo.exists() else None
    total = int(match.group(1)) // 1024 if match else 2048
    return max(128, min(1024, total // 8))

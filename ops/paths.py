"""Where things are: the checkout and its ``var/`` (git-ignored)."""

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path


@dataclass(frozen=True)
class House:
    """The checkout the launcher belongs to. Every path is absolute."""

    root: Path

    @property
    def var(self) -> Path:
        return self.root / "var"

    @property
    def log(self) -> Path:
        return self.var / "log"

    @property
    def run(self) -> Path:
        return self.var / "run"

    @property
    def stamps(self) -> Path:
        return self.var / "stamps"

    @property
    def secrets(self) -> Path:
        return self.var / "secrets"

    @property
    def venv(self) -> Path:
        return self.var / "venv"

    @property
    def python(self) -> Path:
        return self.venv / "bin" / "python"

    @property
    def odoo(self) -> Path:
        """Private root the Debian packages of Odoo are unpacked into."""
        return self.var / "odoo"

    @property
    def pg(self) -> Path:
        return self.var / "pg"

    @property
    def data(self) -> Path:
        return self.var / "data"

    @property
    def addons(self) -> Path:
        return self.root / "addons"

    @property
    def migrations(self) -> Path:
        return self.root / "config" / "fiscal"

    @cached_property
    def identity(self) -> str:
        """Eight hexadecimal digits that tell this checkout from its neighbours."""
        return hashlib.sha256(str(self.root).encode()).hexdigest()[:8]

    def make_directories(self) -> None:
        """Create what every command expects. Secrets are for their owner only."""
        for directory in (self.log, self.run, self.stamps, self.data):
            directory.mkdir(parents=True, exist_ok=True)
        self.secrets.mkdir(mode=0o700, exist_ok=True)


HOUSE = House(Path(__file__).resolve().parent.parent)

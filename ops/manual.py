"""``./escarcelle manual``: the user manual's pictures, taken by the test that walks through the shop."""

import re
import shutil
import subprocess
from pathlib import Path

from ops import provision, shell
from ops.console import CONSOLE
from ops.errors import OpsError
from ops.paths import HOUSE
from ops.provision import Level
from ops.testing import layers

MANUAL = HOUSE.root / "docs" / "manuel"
IMAGES = MANUAL / "images"
#: Where the test leaves what it took.
TAKEN = HOUSE.var / "manuel"
TEST = "tests/e2e/office/test_manual.py"
#: Bytes of one picture, and of all of them.
LARGEST, ALTOGETHER = 80_000, 4_000_000
_PICTURE = re.compile(r"!\[([^\]]*)\]\(([^)]+)\)")


def pages() -> list[Path]:
    """The manual, its first page first."""
    first = MANUAL / "README.md"
    return [first, *(page for page in sorted(MANUAL.glob("*.md")) if page != first)]


def pictures() -> dict[str, list[str]]:
    """Pictures the pages show, by address as it is written, with what is said of each."""
    found: dict[str, list[str]] = {}
    for page in pages():
        for text, address in _PICTURE.findall(page.read_text(encoding="utf-8")):
            found.setdefault(address, []).append(text)
    return found


def run(*, yes: bool = False) -> int:
    """Take the pictures, then put them in the place of those of the manual."""
    with provision.ready(Level.TEMPLATE, browser=True, tests=True, yes=yes) as cluster:
        done = subprocess.run(
            [HOUSE.python, "-m", "pytest", "-q", "-rfEs", TEST],
            cwd=HOUSE.root,
            env=shell.environment(layers.environment(cluster, Level.TEMPLATE)),
        )
    if done.returncode:
        raise OpsError(
            "les images du manuel n'ont pas toutes été prises", f"lire ce que dit {TEST}"
        )
    taken = sorted(TAKEN.glob("*.png"))
    shutil.rmtree(IMAGES, ignore_errors=True)
    IMAGES.mkdir(parents=True)
    for picture in taken:
        shutil.copyfile(picture, IMAGES / picture.name)
    size = sum(picture.stat().st_size for picture in taken) // 1000
    CONSOLE.say(f"{len(taken)} images, {size} ko, dans {IMAGES.relative_to(HOUSE.root)}.")
    return 0

"""Reading the host's own apt sources, in both of apt's formats, to find its Debian mirror."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

APT = Path("/etc/apt")
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")


@dataclass(frozen=True)
class Source:
    """One enabled binary source."""

    uri: str
    suites: tuple[str, ...]
    components: tuple[str, ...]
    signed_by: str = ""


def parse_list(text: str) -> list[Source]:
    """One-line format (``sources.list``): ``deb [options] uri suite component…``."""
    sources = []
    for line in text.splitlines():
        match = re.match(r"\s*deb\s+(?:\[([^\]]*)\]\s*)?(\S+)\s+(\S+)\s*(.*)", line)
        if not match:
            continue
        options, uri, suite, rest = match.groups()
        pairs = dict(word.split("=", 1) for word in (options or "").split() if "=" in word)
        components = tuple(rest.split("#")[0].split())
        sources.append(Source(uri, (suite,), components, pairs.get("signed-by", "")))
    return sources


def parse_deb822(text: str) -> list[Source]:
    """Stanza format (``*.sources``). A key embedded in ``Signed-By`` is left out."""
    sources = []
    for stanza in re.split(r"\n\s*\n", text.replace("\r\n", "\n")):
        fields: dict[str, str] = {}
        name = ""
        for line in stanza.splitlines():
            if line.startswith("#") or not line.strip():
                continue
            if line[0] in " \t":
                if name:
                    fields[name] += "\n" + line.strip()
            elif ":" in line:
                name, value = line.split(":", 1)
                name = name.strip().lower()
                fields[name] = value.strip()
        if "deb" not in fields.get("types", "").split():
            continue
        if fields.get("enabled", "yes").lower() in {"no", "false", "0"}:
            continue
        signed_by = fields.get("signed-by", "")
        if "BEGIN PGP" in signed_by:
            signed_by = ""
        sources += [
            Source(
                uri,
                tuple(fields.get("suites", "").split()),
                tuple(fields.get("components", "").split()),
                signed_by.strip(),
            )
            for uri in fields.get("uris", "").split()
        ]
    return sources


def read_sources(directory: Path = APT) -> list[Source]:
    """Every enabled source of the host, in apt's own order of reading."""
    main = directory / "sources.list"
    parts = sorted((directory / "sources.list.d").glob("*"))
    sources: list[Source] = []
    for path in [main, *parts]:
        if not path.is_file():
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        if path.suffix == ".list":
            sources += parse_list(text)
        elif path.suffix == ".sources":
            sources += parse_deb822(text)
    return sources


def debian_mirrors(sources: Iterable[Source], codename: str) -> list[Source]:
    """The sources that look like a Debian archive's main suite, the likeliest first.

    ``sid`` stands next to that suite. A wrong guess does no harm: apt checks every index against
    Debian's own keyring.
    """
    names = {codename, "stable", "oldstable", "testing", "unstable", "sid"} - {""}

    def likely(source: Source) -> tuple[bool, bool]:
        last = source.uri.rstrip("/").rsplit("/", 1)[-1]
        return ("debian" not in last or "security" in last, codename not in source.suites)

    found = [s for s in sources if names & set(s.suites) and "main" in s.components]
    return sorted(found, key=likely)

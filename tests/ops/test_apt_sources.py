"""The host's Debian mirror is read from its own sources, in both of apt's formats."""

from ops.apt_sources import Source, debian_mirrors, parse_deb822, parse_list, read_sources

LIST = """
# deb http://commented.example/debian bookworm main
deb http://mirror.example/debian bookworm main contrib # a remark
deb-src http://mirror.example/debian bookworm main
deb [arch=amd64 signed-by=/etc/apt/keyrings/x.gpg] https://tools.example/apt stable main
"""
SOURCES = """
Types: deb deb-src
# a comment inside
URIs: http://mirror.example/debian https://second.example/debian/
Suites: trixie trixie-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://mirror.example/debian-security
Suites: trixie-security
Components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 abcdef
 -----END PGP PUBLIC KEY BLOCK-----

Enabled: no
Types: deb
URIs: http://off.example/debian
Suites: trixie
Components: main
"""


def test_one_line_format():
    assert parse_list(LIST) == [
        Source("http://mirror.example/debian", ("bookworm",), ("main", "contrib")),
        Source("https://tools.example/apt", ("stable",), ("main",), "/etc/apt/keyrings/x.gpg"),
    ]


def test_stanza_format():
    keyring = "/usr/share/keyrings/debian-archive-keyring.gpg"
    suites = ("trixie", "trixie-updates")
    assert parse_deb822(SOURCES) == [
        Source("http://mirror.example/debian", suites, ("main",), keyring),
        Source("https://second.example/debian/", suites, ("main",), keyring),
        Source("http://mirror.example/debian-security", ("trixie-security",), ("main",), ""),
    ]


def test_debian_comes_before_what_only_looks_like_it():
    found = debian_mirrors([*parse_list(LIST), *parse_deb822(SOURCES)], "bookworm")
    assert [source.uri for source in found] == [
        "http://mirror.example/debian",
        "https://tools.example/apt",
    ]


def test_a_list_of_mirrors_is_a_mirror():
    source = Source("mirror+file:/etc/apt/mirrors/debian.list", ("trixie",), ("main",))
    other = Source("https://tools.example/apt", ("trixie",), ("main",))
    assert debian_mirrors([other, source], "trixie") == [source, other]


def test_no_mirror_is_an_empty_list():
    assert debian_mirrors(parse_deb822(SOURCES), "noble") == []


def test_a_directory_is_read_whole(tmp_path):
    parts = tmp_path / "sources.list.d"
    parts.mkdir()
    (tmp_path / "sources.list").write_text("deb http://a.example/debian sid main\n")
    (parts / "b.list").write_text("deb http://b.example/debian sid main\n")
    (parts / "c.sources").write_text(
        "Types: deb\nURIs: http://c.example/debian\nSuites: sid\nComponents: main\n"
    )
    (parts / "d.list.save").write_text("deb http://d.example/debian sid main\n")
    hosts = [source.uri for source in read_sources(tmp_path)]
    assert hosts == [f"http://{letter}.example/debian" for letter in "abc"]

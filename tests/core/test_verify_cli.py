"""The command: what it prints, writes, refuses, and how it ends; the single file; the HTML report."""

import json
import subprocess
import sys
from datetime import timedelta

import pytest
from lxml import etree, html

from archives import World
from escarcelle_core import pyz
from escarcelle_core.verify_cli import main
from shop import NOON


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    world = World(2)
    world.day(NOON, sales=1)
    folder = tmp_path_factory.mktemp("cli") / "archive"
    made = world.archive(folder, "J", NOON.date(), NOON + timedelta(hours=6))
    made.anchor = next(r for r in reversed(world.tills[0].records) if r.kind == "ANC")
    return made


def _page(path):
    return html.fromstring(path.read_text(encoding="utf-8"))


def test_html_report_of_a_sound_archive(folder, tmp_path, capsys):
    target = tmp_path / "rapport.html"
    assert main([str(folder.folder), "--html", str(target), "--quiet"]) == 0
    assert "CONFORME" in capsys.readouterr().out
    page = _page(target)
    assert page.get("lang") == "fr" and page.findtext(".//title").startswith("Vérification fiscale : conforme")
    assert page.xpath("//*[@role='status']")[0].text.startswith("CONCLUSION : CONFORME")
    # Self-contained: nothing is fetched, nothing runs.
    assert not page.xpath("//script | //link | //img | //@src | //iframe")
    assert page.xpath("//table[caption and thead//th[@scope='col'] and .//th[@scope='row']]")


def test_html_report_names_every_fact_of_a_defect_and_escapes_it(folder, tmp_path):
    path = folder.folder / "archive.xml"
    content = path.read_bytes()
    target = tmp_path / "rapport.html"
    path.write_bytes(content.replace(b"<nom>", b"<nom>&lt;script&gt;alert(1)&lt;/script&gt;", 3))
    try:
        assert main([str(folder.folder), "--html", str(target), "--quiet"]) == 1
    finally:
        path.write_bytes(content)
    page = _page(target)
    assert not page.xpath("//script")
    rows = page.xpath("//table[1]/tbody/tr")
    assert rows and all(len(row) == 6 for row in rows)
    assert any("empreinte" in row[2].text for row in rows)
    assert all(row.xpath(".//*[@class='meaning']")[0].text for row in rows)


def test_report_that_cannot_be_written_is_said(folder, tmp_path, capsys):
    assert main([str(folder.folder), "--html", str(tmp_path / "absent" / "r.html"), "--quiet"]) == 2
    assert "ne peut pas être écrit" in capsys.readouterr().err


def test_printed_anchor_is_looked_for(folder, capsys):
    record = folder.anchor
    value = record.payload.partition(",")[0]
    assert main([str(folder.folder), "--anchor", f"{record.number}={value[:16]}"]) == 0
    assert main([str(folder.folder), "--anchor", f"{record.number}={'0' * 16}"]) == 1
    assert main([str(folder.folder), "--anchor", f"1-99={value}", "--quiet"]) == 2
    there = f"1-99={value}@{NOON + timedelta(hours=1):%Y-%m-%dT%H:%M:%S%z}"
    assert main([str(folder.folder), "--anchor", there, "--json"]) == 1
    answer = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert [d["record"] for d in answer["defects"]] == ["Ancre 1-99"]
    assert main([str(folder.folder), "--anchor", "n'importe quoi"]) == 2


@pytest.mark.parametrize("arguments", [[], ["--inconnu"], ["--processes", "x", "."]])
def test_wrong_use_is_explained_in_french(arguments, capsys):
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert "Pour l'aide" in capsys.readouterr().err


def test_database_without_its_library_says_what_to_install(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "psycopg2", None)
    assert main(["--database", "dbname=absente"]) == 2
    assert "python3-psycopg2" in capsys.readouterr().out


def test_database_that_does_not_answer_is_unusable(capsys):
    assert main(["--database", "host=127.0.0.1 port=1 dbname=absente connect_timeout=2"]) == 2
    assert "La base ne répond pas" in capsys.readouterr().out


def test_single_file_is_built_and_runs(folder, tmp_path):
    target = tmp_path / "verifier.pyz"
    assert pyz.main([str(target)]) == 0
    answer = subprocess.run([sys.executable, str(target), str(folder.folder), "--json"], capture_output=True, text=True)
    assert (answer.returncode, json.loads(answer.stdout)["verdict"]) == (0, "sound"), answer.stderr
    assert pyz.main([]) == 2


def test_single_file_says_which_package_is_missing(tmp_path):
    target = tmp_path / "verifier.pyz"
    pyz.main([str(target)])
    # Without any installed package, as on a bare computer.
    answer = subprocess.run([sys.executable, "-S", "-I", str(target), "."], capture_output=True, text=True)
    assert answer.returncode == 2
    assert "python3-lxml" in answer.stderr and "Traceback" not in answer.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--help"], 0, "usage : verifier.pyz"), (["-h"], 0, "affiche cette aide"),
        (["--inconnu", "."], 2, "option inconnue"), ([], 2, "donnez une archive"),
        (["--processes", "x", "."], 2, "nombre incorrect"),
    ],
)  # fmt: skip
def test_single_file_helps_in_french_without_any_library(tmp_path, arguments, code, said):
    target = tmp_path / "verifier.pyz"
    pyz.main([str(target)])
    answer = subprocess.run([sys.executable, "-S", "-I", str(target), *arguments], capture_output=True, text=True)
    assert answer.returncode == code and said in answer.stdout + answer.stderr, answer
    assert "lxml" not in answer.stderr and "Traceback" not in answer.stderr
    for english in ("usage:", "options:", "optional", "positional", "show this", "error:"):
        assert english not in answer.stdout + answer.stderr


def test_page_is_well_formed(folder, tmp_path):
    target = tmp_path / "rapport.html"
    main([str(folder.folder), "--html", str(target), "--quiet"])
    body = target.read_text().split("<body>")[1].split("</body>")[0]
    etree.fromstring(f"<body>{body}</body>".replace("<br>", "<br/>"))

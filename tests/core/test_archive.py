"""What an archive holds, and that anyone can read and check it."""

import csv
import subprocess
import sys
from datetime import date, datetime, timedelta, timezone
from hashlib import sha256

import pytest
from lxml import etree

from archives import World
from escarcelle_core import pyz
from escarcelle_core.archive.csv_copies import TABLES
from escarcelle_core.archive.parts import ArchivePeriod, read_name
from escarcelle_core.archive.reader import RECORD, ArchiveReader
from escarcelle_core.errors import DocumentError
from escarcelle_core.periods import PeriodRules
from escarcelle_core.xml import record_xml
from shop import NOON, make_line
from signatures import xmlsec1, xmlsec_accepts

DAY = NOON.date()


@pytest.fixture(scope="module")
def world():
    made = World()
    made.day(NOON)
    made.sell(made.tills[0], NOON + timedelta(hours=4), lines=[
        make_line(1, "1.000", "2.5000", 550, label="=SOMME(A1) & <b>é</b>\nligne", code="+1"),
    ])  # fmt: skip
    return made


@pytest.fixture(scope="module")
def made(world, tmp_path_factory):
    return world.archive(tmp_path_factory.mktemp("made") / "archive", "J", DAY, NOON + timedelta(hours=5))


@pytest.fixture(scope="module")
def xml(made):
    return (made.folder / "archive.xml").read_bytes()


def test_the_file_is_its_own_canonical_form(xml):
    declaration, _, body = xml.partition(b"\n")
    root = etree.fromstring(xml)
    assert declaration == b'<?xml version="1.0" encoding="UTF-8"?>'
    assert etree.tostring(root, method="c14n", exclusive=True, with_comments=False) + b"\n" == body


def test_what_is_signed_is_the_canonical_form_without_the_signature(xml, made):
    reader = ArchiveReader((made.folder / "archive.xml").open("rb"))
    list(reader)
    root = etree.fromstring(xml)
    signature = root[-1]
    signature.getparent().remove(signature)
    canonical = etree.tostring(root, method="c14n", exclusive=True, with_comments=False)
    assert reader.content_digest == sha256(canonical).digest()


def test_the_library_and_the_command_verify_the_xml_signature(xml, made, tmp_path):
    server = made.header.server.uid
    key = next(k.key_id for k in made.header.keys if k.till == server)
    pem = (made.folder / "certificats" / f"{key}.pem").read_text()
    forged = xml.replace(b'montantTTC="', b'montantTTC="1', 1)
    assert xmlsec_accepts(xml, pem)
    assert not xmlsec_accepts(forged, pem)
    assert xmlsec1(xml, pem, tmp_path).returncode == 0
    assert xmlsec1(forged, pem, tmp_path).returncode != 0


def test_every_record_comes_back_as_it_was(world, made):
    read = [
        record_xml.read(part.data)[0]
        for part in ArchiveReader((made.folder / "archive.xml").open("rb"))
        if part.kind == RECORD
    ]
    kept = [r for device in world.devices for r in device.records if r.kind != "ARC"]
    assert read == kept
    assert made.builder.deviations == []


def test_a_value_stored_beside_the_document_that_contradicts_it_is_reported(world, tmp_path):
    from dataclasses import replace

    till = world.tills[0]
    index = next(i for i, r in enumerate(till.records) if r.kind == "TCK")
    right = till.records[index]
    till.records[index] = replace(right, business_day=right.business_day - timedelta(days=1),
                                  operation="GES", digest="0" * 64)  # fmt: skip
    made = world.archive(tmp_path / "archive", "J", DAY, NOON + timedelta(hours=6))
    till.records[index] = right
    assert made.builder.deviations == [(right.shown(), "operation, business_day, digest")]


def test_a_document_that_is_no_xml_any_more_is_refused_by_name(world, tmp_path):
    from dataclasses import replace

    till = world.tills[0]
    index = next(i for i, r in enumerate(till.records) if r.kind == "TCK")
    right = till.records[index]
    till.records[index] = replace(right, xml=right.xml[:-3])
    try:
        with pytest.raises(DocumentError, match=r"Ticket \((VTE|ANN)\) 1-1\.0 ne peut pas"):
            world.archive(tmp_path / "archive", "J", DAY, NOON + timedelta(hours=6))
    finally:
        till.records[index] = right


def test_the_manifest_is_what_sha256sum_checks(made):
    answer = subprocess.run(
        ["sha256sum", "--check", "--strict", "MANIFEST.sha256"],
        cwd=made.folder, capture_output=True, text=True, env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert answer.returncode == 0, answer.stdout
    listed = {line.split("  ", 1)[1] for line in (made.folder / "MANIFEST.sha256").read_text().splitlines()}
    present = {p.relative_to(made.folder).as_posix() for p in made.folder.rglob("*") if p.is_file()}
    assert listed == present - {"MANIFEST.sha256"}
    assert {"archive.xml", "archive.xsd", "ticket.xsd", "scellement.xml", "Doc_archive.txt",
            "verifier.pyz", *TABLES} < present  # fmt: skip


def test_the_copies_say_what_the_documents_say(world, made):
    tables = {}
    for name, headers in TABLES.items():
        raw = (made.folder / name).read_bytes()
        assert raw.startswith(b"\xef\xbb\xbf")
        rows = list(csv.reader(raw.decode("utf-8-sig").splitlines(keepends=True), delimiter=";"))
        assert tuple(rows[0]) == headers
        assert {len(row) for row in rows} == {len(headers)}
        tables[name] = [dict(zip(headers, row, strict=True)) for row in rows[1:]]
    records = [r for d in world.devices for r in d.records]
    tickets = [r for r in records if r.kind in ("TCK", "ECO")]
    assert len(tables["csv/tickets.csv"]) == len(tickets)
    real = sum(d.state.totals.perpetual_real for d in world.tills)
    sold = [row for row in tables["csv/tickets.csv"] if row["École"] == "N"]
    assert sum(_cents(row["Total TTC"]) for row in sold) == real
    for name, column in (("tva", "Base TTC"), ("lignes", "Montant TTC")):
        total = sum(_cents(row[column]) for row in tables[f"csv/{name}.csv"])
        assert total == sum(_cents(row["Total TTC"]) for row in tables["csv/tickets.csv"])
    assert len(tables["csv/evenements.csv"]) == sum(r.kind == "JET" for r in records)
    assert len(tables["csv/duplicata.csv"]) == 4
    assert [row["Période"] for row in tables["csv/clotures.csv"]] == ["20260314", "20260314"]


def test_no_text_of_the_copies_is_a_formula_for_a_spreadsheet(made):
    content = (made.folder / "csv/lignes.csv").read_text(encoding="utf-8-sig")
    assert "'=SOMME(A1)" in content and ";=SOMME" not in content
    assert "'+1" in content


def test_the_verifier_in_the_archive_runs_by_itself(made, tmp_path):
    answer = subprocess.run(
        [sys.executable, "-I", str(made.folder / "verifier.pyz"), str(made.folder)],
        cwd=tmp_path, capture_output=True, text=True,
    )  # fmt: skip
    assert (answer.returncode, answer.stderr) == (0, "")
    assert "CONFORME" in answer.stdout


def test_the_verifier_is_the_same_file_each_time():
    first = pyz.build()
    pyz.build.cache_clear()
    assert pyz.build() == first
    assert b"printing" not in first


def test_the_name_says_number_level_period_and_server(made):
    assert made.header.name == "ARC00000001J20260314000000202603142359595e5e5e5e.7z"
    assert read_name(made.header.name) == (1, "J", "20260314000000", "20260314235959", "5e5e5e5e")
    for wrong in ("ARC1.7z", made.header.name[:-3], made.header.name.replace("J", "X"), ""):
        with pytest.raises(DocumentError):
            read_name(wrong)


@pytest.mark.parametrize(
    "level, day, rules, first, last, start, end",
    [
        ("J", date(2026, 3, 29), {}, (2026, 3, 29), (2026, 3, 29),
         "2026-03-29T00:00:00+01:00", "2026-03-29T23:59:59+02:00"),
        ("J", date(2026, 10, 24), {"closing_hour": 3}, (2026, 10, 24), (2026, 10, 24),
         "2026-10-24T03:00:00+02:00", "2026-10-25T02:59:59+01:00"),
        ("M", date(2028, 2, 10), {}, (2028, 2, 1), (2028, 2, 29),
         "2028-02-01T00:00:00+01:00", "2028-02-29T23:59:59+01:00"),
        ("A", date(2026, 10, 1), {"year_end_month": 6, "year_end_day": 30}, (2026, 7, 1), (2027, 6, 30),
         "2026-07-01T00:00:00+02:00", "2027-06-30T23:59:59+02:00"),
        ("A", date(2028, 3, 1), {"year_end_month": 2, "year_end_day": 29}, (2028, 3, 1), (2029, 2, 28),
         "2028-03-01T00:00:00+01:00", "2029-02-28T23:59:59+01:00"),
        ("J", date(2026, 1, 1), {"timezone": "Indian/Reunion"}, (2026, 1, 1), (2026, 1, 1),
         "2026-01-01T00:00:00+04:00", "2026-01-01T23:59:59+04:00"),
    ],
)  # fmt: skip
def test_a_period_runs_from_its_first_to_its_last_second(level, day, rules, first, last, start, end):
    period = ArchivePeriod.of(level, day, PeriodRules(**rules))
    assert (period.first, period.last) == (date(*first), date(*last))
    assert (period.start.isoformat(), period.end.isoformat()) == (start, end)


def test_an_archive_of_another_level_does_not_exist():
    with pytest.raises(DocumentError):
        ArchivePeriod.of("H", date(2026, 1, 1), PeriodRules())


def test_a_month_holds_its_records_one_at_a_time(tmp_path):
    """Whatever the length of an archive, reading it takes the memory of a record or so."""
    import tracemalloc

    world = World()
    for _ in range(400):
        world.sell(world.tills[0], NOON)
    made = world.archive(tmp_path / "archive", "M", DAY, datetime(2026, 4, 2, tzinfo=timezone.utc))
    size = (made.folder / "archive.xml").stat().st_size
    assert size > 1_000_000
    with (made.folder / "archive.xml").open("rb") as stream:
        tracemalloc.start()
        count = sum(part.kind == RECORD for part in ArchiveReader(stream))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert count > 400
    assert peak < 500_000 < size / 2


def _cents(text: str) -> int:
    return int(text.replace(",", ""))

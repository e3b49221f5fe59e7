"""Anchors kept outside: a paper, a mail. They find a cut tail, an older copy, a till taken away."""

import re
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from zoneinfo import ZoneInfo

import pytest

from archives import World
from escarcelle_core import chain
from escarcelle_core.verify.run import verify
from escarcelle_core.verify_cli import main
from escarcelle_core.xml.stamp import local_text
from shop import NOON

LATER = NOON + timedelta(hours=6)


def anchors_of(chain_of):
    return [f"{r.number}={r.payload.partition(',')[0]}" for r in chain_of.records if r.kind == "ANC"]


def mail(lines, at=NOON + timedelta(hours=5)) -> bytes:
    """As a mail program keeps it: encoded, wrapped, in HTML, with the file attached."""
    message = EmailMessage()
    message["Subject"] = "Ancre fiscale 0-1 — Épicerie"
    message.set_content("Gardez ce message : é" + "è" * 90, cte="quoted-printable")
    message.add_alternative(f"<p>é</p><pre>{'<br>'.join(lines)}</pre>", subtype="html", cte="quoted-printable")
    text = "\n".join([f"Ancres fiscales de Épicerie, le {local_text(at)}", "", *lines])
    message.add_attachment(text, filename="ancre-0-1.txt", cte="base64")
    return message.as_bytes()


@pytest.fixture
def world():
    world = World()
    world.day(NOON)
    return world


def archive(world, tmp_path, name="a"):
    return world.archive(tmp_path / name, "J", NOON.date(), LATER).folder


@pytest.mark.parametrize("kind", ["mail", "text", "value", "printed"])
def test_what_was_kept_agrees(world, tmp_path, kind):
    kept = [line for till in world.tills for line in anchors_of(till)]
    assert kept
    path = tmp_path / "kept"
    path.write_bytes(mail(kept) if kind == "mail" else "\n".join(kept).encode())
    given = {"value": kept, "printed": [line[: line.index("=") + 17] for line in kept]}.get(kind, [str(path)])
    outcome = verify([archive(world, tmp_path)], anchors=given)
    assert (outcome.verdict, outcome.defects) == ("sound", [])


def test_an_older_copy_is_found_by_the_mail(world, tmp_path):
    """The copy of before the last closing is sound by itself; what the accountant holds is not in it."""
    till = world.tills[0]
    kept = anchors_of(till)
    place = next(i for i, r in enumerate(till.records) if r.kind == "GTJ")
    older = World.__new__(World)
    older.__dict__ = {**world.__dict__, "tills": [replace(till, records=till.records[:place]), world.tills[1]]}
    folder = archive(older, tmp_path)
    assert verify([folder]).verdict == "sound"
    path = tmp_path / "message.eml"
    path.write_bytes(mail(kept))
    outcome = verify([folder], anchors=[str(path)])
    [defect] = outcome.defects
    assert kept[0].partition("=")[0] in defect.record
    assert main([str(folder), "--anchor", str(path), "--quiet"]) == 1


def test_a_till_taken_away_is_found_by_its_paper(world, tmp_path):
    kept = anchors_of(world.tills[1])
    older = World.__new__(World)
    older.__dict__ = {**world.__dict__, "tills": world.tills[:1]}
    folder = archive(older, tmp_path)
    assert verify([folder]).verdict == "sound"
    at = (NOON + timedelta(hours=5)).astimezone(ZoneInfo("Europe/Paris"))
    for moment in (local_text(at), f"{at:%d/%m/%Y %H:%M}", f"{at:%Y-%m-%dT%H:%M}"):
        outcome = verify([folder], anchors=[f"{line}@{moment}" for line in kept])
        assert (outcome.verdict, len(outcome.defects)) == ("defects", len(kept))


def test_a_history_signed_again_is_found_by_its_paper(world, tmp_path):
    """The till's own key makes another day, perfectly signed."""
    kept = anchors_of(world.tills[0])
    other = World(seed=2)
    other.__dict__ |= {"server": world.server}
    till = world.tills[0]
    again = other.tills[0]
    again.desk = till.desk
    again.records, again.state = [], type(again.state)()
    again.keep(chain.issue_event(again.state, again.desk, _start(), NOON))
    again.keep(chain.close_day(again.state, again.desk, NOON + timedelta(hours=3)))
    other.tills = [again, world.tills[1]]
    folder = archive(other, tmp_path)
    assert verify([folder]).verdict == "sound"
    [defect] = verify([folder], anchors=kept).defects
    assert "réécrit" in defect.message


def days(world, tmp_path):
    """Three days, an archive of each."""
    made = [world.archive(tmp_path / "1", "J", NOON.date(), LATER)]
    for number in (1, 2):
        at = NOON + timedelta(days=number)
        world.day(at)
        made.append(world.archive(tmp_path / str(number + 1), "J", at.date(), LATER + timedelta(days=number),
                                  made[-1].ends))  # fmt: skip
    return [each.folder for each in made]


def test_archives_that_stop_before_the_anchor_cannot_tell(world, tmp_path, capsys):
    folders = days(world, tmp_path)
    till = world.tills[0]
    last = anchors_of(till)[-1]
    path = tmp_path / "message.eml"
    path.write_bytes(mail([last], NOON + timedelta(days=2, hours=5)))
    for asked in (last, f"{last}@{(NOON + timedelta(days=2)):%d/%m/%Y}", str(path)):
        assert verify(folders, anchors=[asked]).verdict == "sound"
        outcome = verify(folders[:2], anchors=[asked])
        assert (outcome.verdict, outcome.defects) == ("unusable", [])
        [warning] = [w for w in outcome.warnings if "non vérifiable" in w]
        assert warning.startswith(f"Ancre {last.partition('=')[0]} : non vérifiable avec ces archives")
    assert main([str(folders[0]), "--anchor", last, "--html", str(tmp_path / "r.html"), "--quiet"]) == 2
    said = capsys.readouterr().out
    assert "NON CONCLUANT" in said and "@JJ/MM/AAAA" in said
    assert "non concluant</title>" in (tmp_path / "r.html").read_text()


def test_archives_that_begin_after_the_anchor_cannot_tell(world, tmp_path):
    first = anchors_of(world.tills[0])[0]
    folders = days(world, tmp_path)
    outcome = verify(folders[2:], anchors=[first])
    assert (outcome.verdict, outcome.defects) == ("unusable", [])


def test_an_anchor_inside_what_is_archived_is_a_defect_without_its_date(world, tmp_path):
    """Its number is between two that are there: nothing explains that it is not."""
    for number in (1, 2):
        world.day(NOON + timedelta(days=number))
    folder = world.archive(tmp_path / "mois", "M", NOON.date(), NOON + timedelta(days=20)).folder
    middle = anchors_of(world.tills[0])[1].partition("=")[0]
    path = folder / "archive.xml"
    content = path.read_bytes()
    number = middle.partition("-")[2]
    [start] = [
        m.start() for m in re.finditer(rb'<enregistrement chaine="ANC"[^>]* numero="(\d+)"', content)
        if m[1] == number.encode() and b'caisse="1"' in content[m.start() : m.start() + 2000]
    ]  # fmt: skip
    end = content.index(b"</enregistrement>\n", start) + len(b"</enregistrement>\n")
    path.write_bytes(content[:start] + content[end:])
    outcome = verify([folder], anchors=[f"{middle}={'a' * 64}"])
    assert f"Ancre {middle}" in {d.record for d in outcome.defects}


def test_a_wrong_hash_stays_a_defect_whatever_its_date(world, tmp_path):
    number = anchors_of(world.tills[0])[0].partition("=")[0]
    folder = archive(world, tmp_path)
    for date in ("", "@01/01/2020", "@31/12/2099"):
        outcome = verify([folder], anchors=[f"{number}={'0' * 64}{date}"])
        assert [d.field for d in outcome.defects] == ["empreinte de l'ancre"]


@pytest.mark.parametrize("date", ["demain", "31/02/2026", "2026-13-01", "21/11/2026 25:00", "x" * 41, "@", "9" * 40])
def test_a_date_that_is_none_is_refused(world, tmp_path, date):
    assert verify([archive(world, tmp_path)], anchors=[f"1-1={'a' * 64}@{date}"]).verdict == "unusable"
    outcome = verify([tmp_path / "a"], anchors=[f"1-1={'a' * 64}@{date}"])
    assert outcome.defects and outcome.refused


def _start():
    from escarcelle_core import jet
    from escarcelle_core.documents import JetEvent

    return JetEvent(jet.INITIALISATION, "Départ")


@pytest.mark.parametrize("content", [b"", b"bonjour", b"0-1=abc", b"\xff" * 100, b"x" * 5_000_001])
def test_a_file_that_holds_no_anchor_is_refused_by_name(world, tmp_path, content, capsys):
    path = tmp_path / "vide.eml"
    path.write_bytes(content)
    assert main([str(archive(world, tmp_path)), "--anchor", str(path), "--quiet"]) == 2
    assert "vide.eml" in capsys.readouterr().out


def test_a_file_that_is_not_there(world, tmp_path):
    assert main([str(archive(world, tmp_path)), "--anchor", str(tmp_path / "absent"), "--quiet"]) == 2

"""Anchors kept outside: a paper, a mail. They find a cut tail, an older copy, a till taken away."""

from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage

import pytest

from archives import World
from escarcelle_core import chain
from escarcelle_core.verify.run import verify
from escarcelle_core.verify_cli import main
from shop import NOON

LATER = NOON + timedelta(hours=6)


def anchors_of(chain_of):
    return [f"{r.number}={r.payload.partition(',')[0]}" for r in chain_of.records if r.kind == "ANC"]


def mail(lines) -> bytes:
    """As a mail program keeps it: encoded, wrapped, in HTML, with the file attached."""
    message = EmailMessage()
    message["Subject"] = "Ancre fiscale 0-1 — Épicerie"
    message.set_content("Gardez ce message : é" + "è" * 90, cte="quoted-printable")
    message.add_alternative(f"<p>é</p><pre>{'<br>'.join(lines)}</pre>", subtype="html", cte="quoted-printable")
    message.add_attachment("\n".join(["Ancres — é", *lines]), filename="ancre-0-1.txt", cte="base64")
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
    assert verify([folder], anchors=kept).verdict == "defects"


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

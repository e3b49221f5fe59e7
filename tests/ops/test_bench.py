"""``./escarcelle bench``: what it says and how, on a handful of tickets. Times are not judged here."""

import json

import pytest

from ops.bench import archive, figure, run, sizes
from ops.bench.figure import Figure
from ops.errors import OpsError

KEYS = ["name", "ours", "peer", "unit", "ratio", "peer_name"]


def test_a_figure_is_one_object_on_one_line():
    line = Figure("a.b", 12.34567, 3.0, "s (moins = mieux)", "le pair").line()
    assert "\n" not in line
    assert list(json.loads(line)) == KEYS
    assert json.loads(line)["ratio"] == 4.115


def test_a_peer_that_measured_nothing_has_no_ratio():
    nothing = Figure("a", 0, 0, "reprises (moins = mieux)", "pair", 0, more=False, absolute=True)
    assert json.loads(nothing.line())["ratio"] is None and nothing.met
    assert not Figure("a", 1, 0, "u", "pair", 2).met


@pytest.mark.parametrize(
    "ours, target, more, absolute, met",
    [(8, 0.7, True, False, True), (6, 0.7, True, False, False), (20, 1.5, False, False, False),
     (800, 800, True, True, True), (799, 800, True, True, False), (49, 50, False, True, True)],
)  # fmt: skip
def test_targets(ours, target, more, absolute, met):
    assert Figure("a", ours, 10, "u", "pair", target, more, absolute).met is met


def test_the_table_tells_what_misses_its_target():
    text = figure.table([Figure("x.y", 1, 2, "s", "pair", 0.7), Figure("x.z", 2, 2, "s", "pair", 0.7)])
    assert "✗ rapport ≥ 0.7" in text.splitlines()[1] and "✓" in text.splitlines()[2]


def test_names_choose_figures_families_or_all():
    assert run.chosen([]) == list(run.FAMILIES)
    assert run.chosen(["fiscal", "social"]) == list(run.FAMILIES)
    assert run.chosen(["social"]) and all(name.startswith("social.") for name in run.chosen(["social"]))
    assert run.chosen(["fiscal.append.rate"]) == ["fiscal.append"]
    assert run.chosen(["fiscal.verify"]) == ["fiscal.verify", "fiscal.verify.vs_stock"]
    assert run.chosen(["fiscal.verify.vs_stock"]) == ["fiscal.verify.vs_stock"]
    assert run.chosen(["fiscal.verify.full"]) == ["fiscal.verify"]
    with pytest.raises(OpsError, match="inconnue"):
        run.chosen(["vitesse"])


def test_an_unknown_name_is_an_error_of_its_own():
    assert run.main(["vitesse"]) == 2


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setattr(archive, "CACHE", tmp_path / "bench")
    monkeypatch.setattr(archive, "RAW_SECONDS", 0.05)


def test_an_archive_is_made_and_verified_for_real(cache):
    found = [*archive.measure_archive(None, sizes.TINY, print), *archive.measure_verify(None, sizes.TINY, print)]
    assert [one.name for one in found] == [
        "fiscal.archive.time", "fiscal.archive.memory", "fiscal.archive.size",
        "fiscal.verify.signatures", "fiscal.verify.full", "fiscal.verify.memory",
    ]  # fmt: skip
    assert all(one.ours > 0 and one.peer > 0 for one in found)


def test_a_changed_record_stops_the_measure(cache):
    source = archive.month(sizes.TINY.verified, print)
    archive.extracted(sizes.TINY, print)
    path = source / "ARC" / "archive.xml"
    path.write_text(path.read_text("utf-8").replace("Denrée", "Denree", 1), "utf-8")
    with pytest.raises(RuntimeError, match="refusé"):
        list(archive.measure_verify(None, sizes.TINY, print))

"""The measures of the social grocery really do what they time. Times are not judged here."""

import pytest

from ops.bench import run, sizes


@pytest.mark.parametrize("family", run.chosen(["social"]))
def test_a_measure_of_the_grocery(cluster, house, monkeypatch, family):
    monkeypatch.setenv("ESCARCELLE_BENCH_TEMPLATE", house.template)
    found = list(run.FAMILIES[family](cluster, sizes.TINY, print))
    assert found and all(one.name.startswith(family) for one in found)
    assert all(one.ours > 0 and one.peer > 0 and one.target for one in found)
    assert [name for name in cluster.databases() if name.startswith("escarcelle_bench_")] == []

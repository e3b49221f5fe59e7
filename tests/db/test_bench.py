"""The measured tills really write in a journal. Times are not judged here."""

import os

from ops.bench import append, closing, database, sizes


def test_four_tills_append_and_none_retries(cluster):
    found = {one.name: one for one in append.measure(cluster, sizes.TINY, print)}
    assert set(found) == {"fiscal.append.rate", "fiscal.append.retries", "fiscal.append.flatness"}
    assert found["fiscal.append.retries"].ours == 0
    assert all(one.ours > 0 for name, one in found.items() if not name.endswith("retries"))


def test_a_day_is_closed(cluster):
    (figure,) = closing.measure(cluster, sizes.TINY, print)
    assert figure.name == "fiscal.close" and figure.ours > 0
    assert [name for name in cluster.databases() if name.startswith(f"{database.NAME}_{os.getpid()}")] == []

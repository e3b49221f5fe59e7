"""A filled journal and a superuser who tampers with it. A file whose tests keep what they do makes its own."""


import pytest

from journal import Journal
from tampering import disarm


@pytest.fixture(scope="module")
def journal(house, tmp_path_factory):
    journal = Journal(house).fill(tmp_path_factory.mktemp("archive") / "J")
    yield journal
    journal.database.drop()


@pytest.fixture
def connection(journal):
    """A superuser who removed every guard; nothing is kept of what it does."""
    with journal.database.admin() as connection:
        with connection.cursor() as cr:
            disarm(cr)
        yield connection
        connection.rollback()

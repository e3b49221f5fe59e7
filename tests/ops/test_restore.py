"""What a restore takes from the file: roles that cannot harm, members that stay inside."""

import io
import tarfile

import pytest

from ops.saving.restore import _extract, role_statements

DUMPED = """\
CREATE ROLE escarcelle_admin;
ALTER ROLE escarcelle_admin WITH SUPERUSER INHERIT CREATEROLE CREATEDB LOGIN REPLICATION BYPASSRLS;
CREATE ROLE fiscal_owner;
ALTER ROLE fiscal_owner WITH NOSUPERUSER INHERIT NOCREATEROLE NOCREATEDB NOLOGIN NOREPLICATION NOBYPASSRLS;
CREATE ROLE fiscal_writer;
ALTER ROLE fiscal_writer WITH NOSUPERUSER INHERIT NOCREATEROLE NOCREATEDB NOLOGIN NOREPLICATION NOBYPASSRLS;
CREATE ROLE odoo;
ALTER ROLE odoo WITH NOSUPERUSER INHERIT NOCREATEROLE CREATEDB LOGIN NOREPLICATION NOBYPASSRLS;
ALTER ROLE evil WITH SUPERUSER LOGIN;
GRANT fiscal_writer TO odoo WITH INHERIT TRUE GRANTED BY escarcelle_admin;
GRANT fiscal_owner TO odoo;
GRANT escarcelle_admin TO odoo;
"""


def test_only_what_is_missing_and_harmless():
    assert role_statements(DUMPED, {"odoo", "escarcelle_admin", "fiscal_owner"}) == [
        "CREATE ROLE fiscal_writer;",
        "ALTER ROLE fiscal_writer WITH NOSUPERUSER INHERIT NOCREATEROLE NOCREATEDB NOLOGIN "
        "NOREPLICATION NOBYPASSRLS;",
        "GRANT fiscal_writer TO odoo;",
    ]


def member(name, kind=tarfile.REGTYPE, content=b"x"):
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w") as tar:
        info = tarfile.TarInfo(name)
        info.type, info.mode, info.linkname = kind, 0o644, "/etc/passwd"
        info.size = len(content) if kind == tarfile.REGTYPE else 0
        tar.addfile(info, io.BytesIO(content))
    raw.seek(0)
    return raw


def extract(raw, work):
    with tarfile.open(fileobj=raw, mode="r|") as tar:
        for info in tar:
            _extract(tar, info, work)


def test_files_are_private(tmp_path):
    extract(member("fiscal/key"), tmp_path)
    assert (tmp_path / "fiscal" / "key").read_bytes() == b"x"
    assert (tmp_path / "fiscal" / "key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "name, kind",
    [
        ("../outside", tarfile.REGTYPE),
        ("/etc/cron.d/x", tarfile.REGTYPE),
        ("a/../../b", tarfile.REGTYPE),
        ("link", tarfile.SYMTYPE),
        ("hard", tarfile.LNKTYPE),
        ("device", tarfile.CHRTYPE),
    ],
)
def test_nothing_gets_out(tmp_path, name, kind):
    work = tmp_path / "work"
    work.mkdir()
    with pytest.raises(tarfile.TarError, match="refusé"):
        extract(member(name, kind), work)
    assert list(tmp_path.rglob("*")) == [work]

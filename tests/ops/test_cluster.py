"""A real cluster in a directory of its own: who runs it, how it is reached, when it stops."""

import os
import shutil
import subprocess

import pytest

from ops import databases
from ops.paths import House
from ops.pg_programs import find_binaries
from ops.postgres import PRIVATE, Cluster, shared_buffers_mb, traversable


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    found = House(tmp_path_factory.mktemp("house"))
    found.make_directories()
    yield found
    shutil.rmtree(PRIVATE / found.identity, ignore_errors=True)


@pytest.fixture(scope="module")
def cluster(house):
    made = Cluster(house)
    made.create()
    with made.in_use():
        yield made
    assert not made.running()


def test_it_answers_with_a_password_only(cluster):
    assert cluster.sql("SHOW fsync") == [["on"]]
    assert cluster.sql("SHOW listen_addresses") == [["127.0.0.1"]]
    assert cluster.sql("SHOW unix_socket_directories") == [[""]]
    done = subprocess.run(
        [cluster.client("psql"), "-X", "-w", "-c", "SELECT 1"],
        env={**os.environ, **cluster.environment(), "PGPASSWORD": "wrong"},
        capture_output=True,
    )
    assert done.returncode != 0


def test_it_does_not_run_as_root(cluster):
    pid = int((cluster.data / "postmaster.pid").read_text().splitlines()[0])
    assert os.stat(f"/proc/{pid}").st_uid != 0
    assert cluster.data.stat().st_mode & 0o077 == 0


def test_secrets_are_for_their_owner(cluster, house):
    databases.odoo_password(cluster)
    for path in (house.secrets / "pg_admin", house.secrets / "pg_odoo"):
        assert path.stat().st_mode & 0o077 == 0
    assert not (house.pg / "password").exists()


def test_roles_are_put_back(cluster):
    databases.ensure_roles(cluster)
    cluster.sql("ALTER ROLE odoo SUPERUSER CREATEROLE; GRANT fiscal_owner TO odoo")
    databases.ensure_roles(cluster)
    rows = cluster.sql(
        "SELECT rolname, rolsuper, rolcreaterole, rolcreatedb, rolcanlogin FROM pg_roles "
        "WHERE rolname IN ('odoo', 'fiscal_owner') ORDER BY 1"
    )
    assert rows == [["fiscal_owner", "f", "f", "f", "f"], ["odoo", "f", "f", "t", "t"]]
    assert cluster.sql("SELECT pg_has_role('odoo', 'fiscal_owner', 'member')") == [["f"]]


def test_databases_are_copied_with_their_owners(cluster):
    databases.ensure_roles(cluster)
    databases.create(cluster, "source")
    cluster.sql("CREATE SCHEMA fiscal AUTHORIZATION fiscal_owner", "source")
    databases.create(cluster, "copie", "source")
    owner = "SELECT pg_get_userbyid(nspowner) FROM pg_namespace WHERE nspname = 'fiscal'"
    assert cluster.sql(owner, "copie") == [["fiscal_owner"]]
    assert {"source", "copie"} <= cluster.databases()
    databases.drop(cluster, "copie")
    databases.drop(cluster, "source")
    assert not {"source", "copie"} & cluster.databases()


def test_the_last_user_stops_it(cluster, house):
    other = Cluster(house)
    with other.in_use():
        assert other.port == cluster.port
    assert cluster.running()


def test_creating_again_changes_nothing(cluster):
    before = (cluster.data / "PG_VERSION").stat().st_ino
    cluster.create()
    assert (cluster.data / "PG_VERSION").stat().st_ino == before


def test_a_copied_checkout_does_not_take_the_cluster_of_the_other(cluster, house, tmp_path):
    copy = House(tmp_path / "copie")
    copy.var.mkdir(parents=True)
    copy.pg.symlink_to(house.pg.resolve())
    assert not Cluster(copy).exists()


def test_strange_names_are_refused():
    for name in ("", "x;y", "Majuscule", "x y", "a" * 64, "1a"):
        with pytest.raises(Exception, match="nom de base refusé"):
            databases.checked(name)


def test_memory(tmp_path):
    meminfo = tmp_path / "meminfo"
    meminfo.write_text("MemTotal:  8000000 kB\n")
    assert shared_buffers_mb(meminfo) == 976
    assert shared_buffers_mb(tmp_path / "none") == 256


def test_a_directory_closed_to_the_server_is_seen(tmp_path):
    user = Cluster(House(tmp_path)).user
    if user is None:  # not root: the server runs as the person, who enters
        assert os.access(tmp_path, os.X_OK)
        return
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    assert not traversable(closed / "var", user)
    assert traversable(find_binaries(), user)

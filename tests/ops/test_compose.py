"""``docker-compose.yml``: valid for the compose specification, and of the shape DESIGN.md wants."""

import re
import subprocess
import sys

import pytest
import yaml

from ops.paths import HOUSE

FILE = HOUSE.root / "docker-compose.yml"


@pytest.fixture(scope="module")
def compose():
    return yaml.safe_load(FILE.read_text())


@pytest.fixture(scope="module")
def services(compose):
    return compose["services"]


def check(path):
    return subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec",
         str(path)],
        capture_output=True, text=True,
    )  # fmt: skip


def test_valid_for_the_compose_specification(tmp_path):
    done = check(FILE)
    assert done.returncode == 0, done.stdout
    # And the validator does see a mistake.
    wrong = tmp_path / "docker-compose.yml"
    wrong.write_text(
        FILE.read_text().replace("    image: postgres:17", "    imagge: postgres:17", 1)
    )
    assert check(wrong).returncode == 1


def test_the_three_services_of_production(services):
    assert {"postgres", "odoo", "nginx"} <= services.keys()
    dockerfile = (HOUSE.root / services["odoo"]["build"]["dockerfile"]).read_text()
    assert re.search(r"^FROM odoo:19\.0$", dockerfile, re.MULTILINE)
    assert "requirements/lock.txt" in dockerfile
    for copied in re.findall(r"^COPY (\S+) ", dockerfile, re.MULTILINE):
        assert (HOUSE.root / copied).exists(), copied


def test_images_are_pinned(services):
    for name, service in services.items():
        assert re.search(r":\d", service["image"]), name


def test_everything_that_is_named_is_declared(compose, services):
    for name, service in services.items():
        assert set(service.get("secrets", [])) <= compose["secrets"].keys(), name
        assert set(service.get("networks", [])) <= compose["networks"].keys(), name
        assert set(service.get("depends_on", {})) <= services.keys(), name
        for volume in service.get("volumes", []):
            source = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", volume).split(":")[0]
            if not source.startswith("."):
                assert source in compose["volumes"], f"{name}: {source}"
            elif source != "./secrets":
                assert (HOUSE.root / source).exists(), f"{name}: {source}"


def test_no_password_is_written(compose, services):
    for name, service in services.items():
        for key, value in (service.get("environment") or {}).items():
            if re.search("PASS|MASTER|SECRET", key):
                assert key.endswith("_FILE") and value.startswith("/run/secrets/"), f"{name}: {key}"
    assert all(s["file"].startswith("./secrets/") for s in compose["secrets"].values())
    ignored = (HOUSE.root / ".gitignore").read_text().splitlines()
    assert "/secrets/" in ignored


def test_the_superuser_and_odoo_are_two_roles(services):
    admin = services["postgres"]["environment"]["POSTGRES_USER"]
    assert services["odoo"]["environment"]["PGUSER"] == "odoo" != admin
    assert "pg_admin" not in services["odoo"]["secrets"]
    script = (HOUSE.root / "config" / "docker" / "postgres-roles.sh").read_text()
    assert re.search(r"CREATE ROLE odoo LOGIN NOSUPERUSER NOCREATEROLE CREATEDB", script)
    assert re.search(r"CREATE ROLE fiscal_owner NOLOGIN", script)
    assert "GRANT" not in script


def test_only_nginx_is_reached_from_outside_and_by_default_from_here_alone(services):
    assert [name for name, service in services.items() if service.get("ports")] == ["nginx"]
    assert all("127.0.0.1" in port for port in services["nginx"]["ports"])


def test_the_scale_profile_has_a_replica(services):
    assert services["postgres-replica"]["profiles"] == ["scale"]
    assert "replicas" in services["odoo"]["deploy"]
    assert not services["odoo"].get("profiles")


@pytest.mark.parametrize("name", ["entrypoint.sh", "postgres-roles.sh", "postgres-replica.sh"])
def test_scripts_are_shell(name):
    path = HOUSE.root / "config" / "docker" / name
    first = path.read_text().splitlines()[0]
    shell = first.removeprefix("#!").split("/")[-1]
    done = subprocess.run([shell, "-n", str(path)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", ["escarcelle.conf", "escarcelle-tls.conf"])
def test_nginx(name):
    text = (HOUSE.root / "config" / "nginx" / name).read_text()
    assert text.count("{") == text.count("}")
    assert "location /websocket" in text and "location /web/database/" in text
    assert ("ssl_certificate " in text) == ("tls" in name)
    statements = [line.split("#")[0].strip() for line in text.splitlines()]
    assert [s for s in statements if s and s[-1] not in "{};"] == []

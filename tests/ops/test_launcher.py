"""The launcher's own manners: standard library only, French, a remedy with each failure."""

import ast
import io
import os
import subprocess
import sys

import pytest

from ops import cli, system
from ops.console import Console
from ops.errors import OpsError
from ops.paths import HOUSE, House

#: Run by var/venv/bin/python, as programs of their own.
IN_VENV = (
    "ops.pairing", "ops.saving.container", "ops.demo_data", "ops.day", "ops.bench", "ops.browsers",
)  # fmt: skip


def modules():
    for path in sorted((HOUSE.root / "ops").rglob("*.py")):
        parts = path.relative_to(HOUSE.root).with_suffix("").parts
        name = ".".join(parts).removesuffix(".__init__")
        if not name.startswith(IN_VENV):
            yield path, name


def test_standard_library_only():
    found = []
    for path, _name in modules():
        for node in ast.walk(ast.parse(path.read_text())):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            found += [
                f"{path.name}: {name}"
                for name in names
                if name.split(".")[0] not in sys.stdlib_module_names | {"ops"}
            ]
    assert len(list(modules())) > 20
    assert found == []


def test_help_is_french_and_needs_nothing_installed():
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(HOUSE.root / "escarcelle"), "--help"],
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    for command in (
        "demo",
        "test",
        "bench",
        "up",
        "doctor",
        "manual",
        "backup",
        "restore",
        "fiscal-migrate",
    ):
        assert command in done.stdout
    assert "prépare tout" in done.stdout


@pytest.mark.parametrize(
    "words",
    [
        ["demo", "--day", "--json", "--yes"],
        ["test", "core", "till", "--yes"],
        ["test"],
        ["bench", "vente", "--json"],
        ["up"],
        ["doctor"],
        ["backup", "here"],
        ["restore", "file", "--database", "x"],
        ["fiscal-migrate", "a", "b"],
    ],
)
def test_the_commands_of_the_interface(words):
    assert cli.parser().parse_args(words).command == words[0]


def test_a_failure_says_what_the_log_and_the_remedy(tmp_path):
    log = tmp_path / "x.log"
    log.write_text("".join(f"ligne {n}\n" for n in range(50)))
    text = OpsError("rien ne va", "faire ceci", log).report()
    assert text.startswith("Échec : rien ne va")
    assert "ligne 49" in text and "ligne 10\n" not in text
    assert text.endswith("Pour réparer : faire ceci")


def test_os_release(tmp_path):
    path = tmp_path / "os-release"
    path.write_text('ID=linuxmint\nID_LIKE="ubuntu debian"\nVERSION_CODENAME=zara\n')
    release = system.os_release(path)
    assert release["VERSION_CODENAME"] == "zara"
    assert system.debian_like(release)
    assert not system.debian_like({"ID": "fedora"})
    assert not system.debian_like(system.os_release(tmp_path / "none"))


def test_another_system_is_sent_to_the_containers(monkeypatch):
    monkeypatch.setattr(system, "os_release", lambda: {"ID": "fedora"})
    with pytest.raises(OpsError) as caught:
        system.require_known_system()
    assert "docker compose up" in caught.value.remedy


def test_without_root_the_command_is_printed_and_nothing_is_done(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(system.shell, "run", lambda *a, **k: pytest.fail("something was run"))
    needs = [system.Need("postgresql", "base", lambda: False)]
    with pytest.raises(OpsError) as caught:
        system.install(needs, yes=True)
    assert caught.value.remedy.startswith("sudo apt-get install -y")
    assert caught.value.remedy.endswith("postgresql")


def test_a_system_without_a_package_is_told_what_to_do(monkeypatch):
    said = io.StringIO()
    monkeypatch.setattr(system, "CONSOLE", Console(said))
    lacking = system.Need("absent", "documents PDF", lambda: False, "le prendre ailleurs")
    usual = system.Need("present", "base", lambda: False)
    monkeypatch.setattr(system, "offered", lambda package: package != "absent")
    assert system.obtainable([lacking, usual]) == [usual]
    assert "le prendre ailleurs" in said.getvalue()
    # Indexes never read: apt must be asked first.
    monkeypatch.setattr(system, "offered", lambda package: False)
    assert system.obtainable([lacking, usual]) == [lacking, usual]


def test_apt_is_asked_what_it_offers():
    assert system.offered("python3-venv")
    assert not system.offered("escarcelle-has-no-such-package")


def test_two_checkouts_have_two_identities(tmp_path):
    assert House(tmp_path / "a").identity != House(tmp_path / "b").identity


def test_services_of_systemd_call_what_exists():
    units = sorted((HOUSE.root / "config" / "systemd").glob("*.service"))
    assert len(units) == 3
    for unit in units:
        text = unit.read_text()
        start = next(line for line in text.splitlines() if line.startswith("ExecStart="))
        commands = ("escarcelle-till run --config", "escarcelle up", "escarcelle backup --due")
        assert any(command in start for command in commands), unit.name
        assert "NoNewPrivileges=yes" in text

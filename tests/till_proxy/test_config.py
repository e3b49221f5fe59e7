"""The settings file: what is wrong is named, nothing is guessed."""

from pathlib import Path

import pytest

from till_proxy.config import Config, ServerConfig, TillConfig, load
from till_proxy.devices.settings import open_devices
from till_proxy.errors import StartError

ROOT = Path(__file__).resolve().parents[2]


def _load(tmp_path, text: str) -> Config:
    path = tmp_path / "till.toml"
    path.write_text(text, encoding="utf-8")
    return load(path)


def test_the_documented_example_is_the_defaults(tmp_path):
    text = (ROOT / "config" / "till.toml").read_text(encoding="utf-8")
    example = _load(tmp_path, text)
    assert example.till == TillConfig()
    assert example.server == ServerConfig(url="https://gestion.exemple.fr")
    assert open_devices(example.devices, example.printing.profile).printer is None
    # And what is commented out says the real default.
    live = "\n".join(
        line[2:] if line.startswith("# ") and " = " in line and "devices" not in line else line
        for line in text.split("[devices.printer]")[0].splitlines()
    )
    shown = _load(tmp_path, live)
    assert shown.till == TillConfig() and shown.printing == Config().printing
    assert shown.server.retry_seconds == 10 and shown.server.timeout_seconds == 30


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[till]\nport = 'x'", "port"),
        ("[till]\nport = true", "port"),
        ("[till]\nport = 99999", "port"),
        ("[till]\nhost = '0.0.0.0'", "127.0.0.1"),
        ("[till]\nkeep_days = 3", "30 jours"),
        ("[till]\nprot = 1", "prot"),
        ("[teal]\n", "teal"),
        ("till = 3", "section"),
        ("[server]\nurl = 'http://gestion.exemple.fr'", "https"),
        ("[server]\nurl = 'ftp://x'", "https"),
        ("[server]\nurl = 'gestion'", "https"),
        ("[server]\nretry_seconds = 0", "retry_seconds"),
        ("[server]\nverify = false", "verify"),
        ("= broken", "till.toml"),
    ],
)
def test_what_is_wrong_is_named(tmp_path, text, named):
    with pytest.raises(StartError, match=named):
        _load(tmp_path, text)


def test_no_file_and_no_permission(tmp_path):
    assert load(None) == Config()
    with pytest.raises(StartError, match="absent.toml"):
        load(tmp_path / "absent.toml")


def test_a_proxy_password_is_quoted_and_never_shown():
    server = ServerConfig(
        url="https://a.fr", proxy="proxy.local:3128", proxy_user="jean", proxy_password="p@s/s:é"
    )
    assert server.proxies == {
        "http": "http://jean:p%40s%2Fs%3A%C3%A9@proxy.local:3128",
        "https": "http://jean:p%40s%2Fs%3A%C3%A9@proxy.local:3128",
    }
    assert "p@s" not in repr(server)
    assert ServerConfig(url="https://a.fr").verify is True

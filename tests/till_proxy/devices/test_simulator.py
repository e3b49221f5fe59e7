"""The simulator as the demonstration runs it: a program, its directory, its control file."""

import json
import signal
import socket
import subprocess
import sys

import pytest

from till_proxy.devices.network import NetworkPrinter


@pytest.fixture
def program(tmp_path):
    """The running simulator: (process, port, directory)."""
    directory = tmp_path / "papers"
    process = subprocess.Popen(
        [sys.executable, "-m", "till_proxy.devices.simulator", "--port", "0",
         "--directory", str(directory)],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    port = int(process.stdout.readline().rsplit(":", 1)[1])
    yield process, port, directory
    process.kill()
    process.wait(10)
    process.stdout.close()


def test_it_keeps_bytes_and_text_and_counts_on_after_a_restart(program):
    process, port, directory = program
    printer = NetworkPrinter("127.0.0.1", port)
    printer.send("Bonjour 3 €\n".encode("cp858").join((b"\x1bt\x13", b"\x1bp\x00\x19\xfa")), str)
    assert (directory / "0001.txt").read_text(encoding="utf-8") == "Bonjour 3 €\n"
    assert b"Bonjour 3 \xd5" in (directory / "0001.bin").read_bytes()
    events = [json.loads(line) for line in (directory / "events.jsonl").read_text().splitlines()]
    assert [(e["event"], e.get("pin")) for e in events] == [("drawer", 2), ("job", None)]
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0
    again = subprocess.Popen(
        [sys.executable, "-m", "till_proxy.devices.simulator", "--port", str(port),
         "--directory", str(directory)],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert again.stdout.readline()
        printer.send(b"encore\n", str)
        assert (directory / "0002.txt").read_text() == "encore\n"
    finally:
        again.kill()
        again.wait(10)
        again.stdout.close()


def test_a_port_that_is_taken(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            [sys.executable, "-m", "till_proxy.devices.simulator", "--port", port,
             "--directory", str(tmp_path)],
            capture_output=True, text=True, timeout=30,
        )  # fmt: skip
    assert done.returncode == 1
    assert "Impossible de démarrer l'imprimante simulée" in done.stderr


def test_status_answers_are_those_of_the_documentation(bench):
    """DLE EOT 1 to 4: fixed bits 1 and 4, paper bits when the roll is out."""

    def ask() -> list[int]:
        with socket.create_connection(("127.0.0.1", bench.port)) as link:
            link.settimeout(3)
            link.sendall(b"\x10\x04\x01\x10\x04\x02\x10\x04\x03\x10\x04\x04")
            answers = b""
            while len(answers) < 4:
                answers += link.recv(16)
            return list(answers)

    assert all(byte & 0x93 == 0x12 for byte in ask())
    bench.play("paper_out")
    printer, cause, _, paper = ask()
    assert printer & 0x08
    assert cause & 0x20
    assert paper & 0x60 == 0x60
    bench.play("ready")


def test_a_command_cut_short_does_not_stop_it(bench, until_sync):
    with socket.create_connection(("127.0.0.1", bench.port)) as link:
        link.sendall(b"un\n\x1d(k\xff\xff")
    until_sync(bench.papers)
    bench.printer().send(b"deux\n", str)
    assert bench.papers() == ["un\n", "deux\n"]

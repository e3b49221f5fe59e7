"""The commands, as a person types them."""

import json
import os
import subprocess
import sys
import time


def test_help_is_french():
    done = subprocess.run(
        [sys.executable, "-m", "till_proxy", "--help"], capture_output=True, text=True, check=True
    )
    for word in ("enroll", "run", "status", "resend", "print-test", "export", "caisse"):
        assert word in done.stdout


def test_a_code_is_used_once_and_a_till_enrols_once(make_program, server):
    program = make_program()
    again = program.call("enroll", "CCCC-DDDD")
    assert again.returncode == 1 and "déjà enrôlée" in again.stderr
    assert "CCCC-DDDD" in server.codes
    other = type(program)(program.state.parent / "other", server.url)
    refused = other.call("enroll", "AAAA-BBBB")
    assert refused.returncode == 1 and "Code inconnu." in refused.stderr
    assert "Traceback" not in refused.stderr
    accepted = other.call("enroll", "CCCC-DDDD")
    assert accepted.returncode == 0 and "Caisse 4" in accepted.stdout


def test_enrolling_without_a_server_says_so_and_keeps_the_key(make_program, server):
    server.mode = "ok"
    program = make_program()
    lonely = type(program)(program.state.parent / "lonely", "http://127.0.0.1:9")
    failed = lonely.call("enroll", "CCCC-DDDD")
    assert failed.returncode == 1 and "ne répond pas" in failed.stderr
    kept = (lonely.state / "vault" / "names" / "signing-key").read_bytes()
    back = type(program)(lonely.state, server.url)
    assert back.call("enroll", "CCCC-DDDD").returncode == 0
    assert (lonely.state / "vault" / "names" / "signing-key").read_bytes() == kept


def test_secrets_are_sealed_and_private(make_program, server):
    program = make_program()
    key = next(key for key in server.keys)
    for folder, _dirs, files in os.walk(program.state):
        assert oct(os.stat(folder).st_mode & 0o777) == "0o700", folder
        for name in files:
            path = os.path.join(folder, name)
            with open(path, "rb") as file:
                data = file.read()
            assert key.encode() not in data and b"PRIVATE KEY" not in data, path
            assert oct(os.stat(path).st_mode & 0o077) == "0o0", path


def test_not_enrolled_runs_and_sells_nothing(make_program, server, tmp_path):
    program = make_program()
    fresh = type(program)(tmp_path / "fresh", server.url)
    fresh.start(log_in=False)
    try:
        assert any("pas encore enrôlée" in text for text in fresh.lines)
        assert fresh.get("/pos/ui/1").status_code == 503
        # No page, no cookie: the door stays shut.
        assert fresh.post("/till/v1/tickets", {}).status_code == 401
    finally:
        assert fresh.stop() == 0


def test_two_programs_on_one_directory(make_program):
    program = make_program().start(log_in=False)
    second = program.call("run")
    assert second.returncode == 1 and "utilise déjà" in second.stderr
    assert program.call("enroll", "X").returncode == 1


def test_status_with_and_without_the_program(make_program):
    program = make_program().start()
    program.sell()
    program.synced()
    program.until(lambda: (program.state / "etat.json").exists())
    live = json.loads(program.call("status").stdout)
    assert live["running"] is True and live["enrolled"] is True
    assert program.stop() == 0
    assert json.loads(program.call("status").stdout)["running"] is False


def test_an_orderly_stop_signs_and_sends_what_it_can(make_program, server):
    program = make_program().start()
    program.sell()
    assert program.stop() == 0
    names = sorted(p.name for d in ("Ventes", "Envoyes") for p in (program.state / d).iterdir())
    done = program.call("export", str(program.state / "out.jsonl"))
    assert done.returncode == 0, done.stderr
    entries = [json.loads(text) for text in (program.state / "out.jsonl").read_text().splitlines()]
    assert len(entries) == len(names)
    last = entries[-1]["records"][0]
    assert last["kind"] == "JET" and last["payload"].split(",")[1] == "40"
    assert program.call("export", str(program.state / "out.jsonl")).returncode == 1


def test_a_server_that_hangs_does_not_hold_up_sales_nor_the_stop(make_program, server):
    program = make_program()
    text = program.config.read_text().replace("timeout_seconds = 3", "timeout_seconds = 60")
    program.config.write_text(text)
    program.start()
    program.synced()
    server.mode = "hang"
    waiting = server.requests
    program.sell()
    program.until(lambda: server.requests > waiting)
    assert program.sell()["number"] == "3-2"
    before = time.monotonic()
    assert program.stop() == 0
    assert time.monotonic() - before < 10
    server.mode = "ok"
    program.start()
    program.synced()
    assert server.sold() and server.defects == [] and program.status()["defects"] == []


def test_print_test(make_program, tmp_path):
    program = make_program()
    failed = program.call("print-test")
    assert failed.returncode == 1 and "Aucune imprimante" in failed.stderr
    paper = tmp_path / "paper.bin"
    program.add(f'[devices.printer]\ntype = "file"\npath = "{paper}"\n')
    done = program.call("print-test")
    assert done.returncode == 0 and b"PAGE DE TEST" in paper.read_bytes()


def test_a_lost_or_foreign_key_is_one_line(make_program):
    program = make_program()
    names = program.state / "vault" / "names"
    (names / "signing-key").unlink()
    done = program.call("run")
    assert done.returncode == 1 and "clé de signature" in done.stderr
    (program.state / "key").write_bytes(b"A" * 43 + b"=")
    done = program.call("run")
    assert done.returncode == 1 and "autre clé" in done.stderr
    assert "Traceback" not in done.stderr


def test_bad_settings_are_one_line(make_program):
    program = make_program()
    program.add("[devices.printer]\ntype = 'teleporter'\n")
    done = program.call("run")
    assert done.returncode == 1 and "choisissez parmi" in done.stderr
    assert "Traceback" not in done.stderr

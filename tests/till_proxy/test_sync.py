"""The pusher: at once, in order, nothing lost, nothing twice, whatever the server does."""

import http.server
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from till_shop import order


def _types(server):
    return [entry["event"]["type"] for _key, entry in sorted(server.entries.items())]


def test_a_sale_leaves_at_once(program, server):
    program.synced()
    program.sell()
    program.synced(2.0)
    assert program.status()["server"]["online"] is True
    kept = program.state / "Envoyes"
    assert len(list(kept.iterdir())) == len(server.entries)
    assert list((program.state / "Ventes").iterdir()) == []


def test_a_server_that_goes_and_comes_back_is_noticed_with_nothing_to_send(program, server):
    program.synced()
    server.mode = "down"
    program.until(lambda: not program.status()["server"]["online"])
    assert "injoignable" in program.status()["server"]["error"]
    server.mode = "ok"
    program.until(lambda: program.status()["server"]["online"])
    program.until(lambda: program.status()["server"]["error"] is None)  # the snapshot too was renewed


@pytest.mark.parametrize("mode", ["down", "error", "garbage", "lost"])
def test_what_could_not_be_sent_waits(program, server, mode):
    program.synced()
    server.mode = mode
    sold = [program.sell()["number"] for _ in range(3)]
    program.until(lambda: program.status()["server"]["error"])
    status = program.status()
    assert status["server"]["online"] is False and status["queue"]["pending"] >= 3
    assert "://" not in status["server"]["error"]
    server.mode = "ok"
    program.synced()
    assert [record.number for record in server.tickets()] == sold
    assert server.defects == []
    assert program.status()["server"]["error"] is None


def test_the_servers_own_words_are_shown(program, server):
    program.synced()
    server.mode = "error"
    program.sell()
    program.until(lambda: program.status()["server"]["error"] == "Panne du serveur.")


def test_hundreds_leave_in_batches_and_in_order(make_program, server):
    program = make_program(local=True).start()
    server.mode = "down"
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: program.sell(order()), range(230)))
    before = server.requests
    server.mode = "ok"
    program.synced(30)
    assert [record.seq for record in server.tickets()] == list(range(1, 231))
    assert server.requests - before < 12
    assert max(server.queues) >= 30 and server.queues[-1] == 0
    assert server.defects == []


def test_a_rejected_entry_stays_and_shows_and_the_others_go_on(program, server):
    bad = order()
    server.reject.add(bad["uuid"])
    program.sell(bad)
    rejected = program.until(lambda: program.status()["queue"]["rejected"])
    assert rejected[0]["reason"] == "test"
    program.sell()
    # What follows cannot be chained without it: the server waits for it, the till keeps both and shows them.
    program.until(lambda: len(program.status()["queue"]["rejected"]) == 2)
    asked, last = server.requests, program.status()["queue"]["last"]
    time.sleep(1.0)
    assert server.requests - asked < 10, "what is rejected is not sent over and over"
    status = program.status()["queue"]
    # One event (JET 90) for the first: saying each rejection would be rejected, and said, for ever.
    assert (status["pending"], status["last"]) == (2, last)
    assert program.status()["server"]["quarantined"] >= 1
    assert len(list((program.state / "Ventes").iterdir())) == 2


def test_a_rejected_entry_is_tried_again_after_a_restart(make_program, server):
    program = make_program(local=True).start()
    bad = order()
    server.reject.add(bad["uuid"])
    program.sell(bad)
    program.until(lambda: program.status()["queue"]["rejected"])
    server.reject.clear()
    program.kill()
    program.start()
    program.synced()


def test_a_server_restored_from_yesterday_gets_everything_again(make_program, server):
    program = make_program(local=True).start()
    for _ in range(5):
        program.sell()
    program.synced()
    uid = program.status()["till"]["uid"]
    server.forget_after(uid, 4)
    assert len(server.tickets()) < 5
    program.kill()
    program.start()
    program.sell()
    program.synced()
    assert [record.seq for record in server.tickets()] == [1, 2, 3, 4, 5, 6]
    assert server.defects == []


def test_a_server_restored_while_it_is_heard_learns_it_with_the_next_sale(program, server):
    """It refuses the sale for want of those before it, which are sent, and then the sale again."""
    for _ in range(4):
        program.sell()
    program.synced()
    known = len(server.entries)
    assert server.acknowledged[-1] < known
    server.forget_after(program.status()["till"]["uid"], known - 3)
    program.sell()
    program.until(lambda: len(server.tickets()) == 5)
    program.synced()
    assert max(server.acknowledged) == known, "it was told that it knew more"
    assert server.defects == []
    assert not program.status()["queue"].get("rejected")


def test_a_server_that_loses_its_memory_while_we_run_gets_everything_again(program, server):
    for _ in range(3):
        program.sell()
    program.synced()
    server.mode = "down"
    program.sell()
    program.until(lambda: not program.status()["server"]["online"])
    server.forget_after(program.status()["till"]["uid"], 0)
    server.mode = "ok"
    program.until(lambda: len(server.tickets()) == 4)
    program.synced()
    assert server.defects == []


def test_resend_by_command_line_and_by_the_servers_wish(make_program, server):
    program = make_program().start()
    program.sell()
    program.synced()
    before = len(server.entries)
    done = program.call("resend")
    assert done.returncode == 0 and "repartent" in done.stdout
    program.until(lambda: server.requests and not (program.state / "resend").exists())
    program.synced()
    # Nothing is stored twice; the intervention itself is one event more (JET 240).
    assert len(server.entries) == before + 1 and server.defects == []
    requests = server.requests
    server.commands = [{"name": "resend", "from": 1}, "snapshot", {"name": "unknown"}, 3]
    program.sell()
    program.until(lambda: server.requests > requests + 3)
    program.synced()
    assert server.defects == [] and len(server.tickets()) == 2


def test_a_till_restored_from_an_old_disk_says_so(make_program, server, tmp_path):
    import shutil

    program = make_program(local=True).start()
    program.sell()
    program.synced()
    program.stop()
    shutil.copytree(program.state, tmp_path / "old")
    program.start()
    program.sell()
    program.synced()
    program.stop()
    shutil.rmtree(program.state)
    shutil.copytree(tmp_path / "old", program.state)
    program.start()
    ahead = program.until(lambda: program.status()["server"]["ahead"])
    assert any(text.startswith("TCK 2") for text in ahead)


def test_the_status_names_nobody(program):
    program.sell(order(household="F00001", pricelist_id=2))
    text = program.get("/till/v1/status").text
    assert "Lucie" not in text and "F00001" not in text and "key-" not in text


class _Proxy(http.server.BaseHTTPRequestHandler):
    """A corporate proxy that wants a user and a password."""

    seen: list[tuple[str, str]] = []

    def _serve(self) -> None:
        import urllib.request

        authorization = self.headers.get("Proxy-Authorization", "")
        self.seen.append((self.path, authorization))
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if length else None
        if not authorization:
            self.send_response(407)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        headers = {k: v for k, v in self.headers.items() if k in ("Authorization", "Content-Type")}
        request = urllib.request.Request(self.path, body, headers, method=self.command)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=5) as answer:
            data = answer.read()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = _serve  # noqa: N815 - the base class's names

    def log_message(self, *arguments: object) -> None:
        """Quiet."""


def test_a_proxy_of_the_environment_is_not_asked(monkeypatch, make_program, server):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    program = make_program(local=True).start()
    program.sell()
    program.synced()


def test_through_a_corporate_proxy_with_a_password(make_program, server):
    proxy = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Proxy)
    threading.Thread(target=proxy.serve_forever, daemon=True).start()
    try:
        program = make_program(local=True)
        text = program.config.read_text().replace(
            "[server]",
            f'[server]\nproxy = "127.0.0.1:{proxy.server_port}"\nproxy_user = "caisse"\n'
            'proxy_password = "p@ss:é"',
        )
        program.config.write_text(text)
        program.start()
        program.sell()
        program.synced()
        assert len(server.tickets()) == 1
        assert _Proxy.seen and all(auth.startswith("Basic ") for _path, auth in _Proxy.seen)
        program.stop()
        program.config.write_text(text.replace('"caisse"', '""').replace('"p@ss:é"', '""'))
        program.start()
        program.sell()
        error = program.until(lambda: program.status()["server"]["error"])
        assert "p@ss" not in error
        assert len(server.tickets()) == 1
    finally:
        proxy.shutdown()
        proxy.server_close()

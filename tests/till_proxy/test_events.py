"""What the pages are told without asking."""

import json


def _events(response):
    kind = ""
    for text in response.iter_lines(decode_unicode=True):
        if text.startswith("event: "):
            kind = text[7:]
        elif text.startswith("data: "):
            yield kind, json.loads(text[6:])


def test_a_page_hears_of_sales_scans_snapshots_and_the_stop(make_program, server):
    import till_shop

    program = make_program(local=True).start()
    with program.get("/till/v1/events", stream=True) as response:
        response.encoding = "utf-8"
        assert response.headers["Content-Type"] == "text/event-stream"
        events = _events(response)
        kind, status = next(events)
        assert kind == "status" and status["day"]["tickets"] == 0
        program.sell()
        assert any(k == "status" and e["day"]["tickets"] == 1 for k, e in events)
        program.service.devices.scans.scanned("2000000000015")
        assert next(e for k, e in events if k == "scan") == {"code": "2000000000015"}
        server.parts = till_shop.parts(templates={"x": "y"})
        told = next(e for k, e in events if k == "snapshot")
        assert len(told["version"]) == 64
        program.service.stop_soon()
        for _event in events:
            pass  # the stream ends: the program does not wait for pages to leave
    program.kill()


def test_a_page_that_leaves_is_forgotten(program):
    for _ in range(40):
        program.get("/till/v1/events", stream=True).close()
    program.until(lambda: program.service.till.hub.count <= 2)
    assert program.get("/till/v1/events", stream=True).status_code == 200


def test_too_many_pages(program):
    open_pages = [program.get("/till/v1/events", stream=True) for _ in range(17)]
    assert [page.status_code for page in open_pages].count(200) == 16
    assert open_pages[-1].status_code == 503
    for page in open_pages:
        page.close()

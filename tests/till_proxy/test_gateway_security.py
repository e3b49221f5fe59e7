"""Only this computer's browser, on a page this program served at this start."""

import pytest
from yarl import URL

from gateway_till import CONFIG, Server, gateway_till
from till_proxy.gateway.app import build_app
from till_proxy.gateway.security import COOKIE

PING = {"jsonrpc": "2.0", "id": 1, "params": {}}


@pytest.fixture
async def client(aiohttp_client, tmp_path):
    app = build_app(gateway_till(tmp_path, Server()), port=lambda: found.port)
    found = await aiohttp_client(app)
    return found


@pytest.fixture
async def known(client):
    """A browser that has loaded the page."""
    assert (await client.get(f"/pos/ui/{CONFIG}")).status == 200
    return client


async def test_the_page_gives_the_secret_of_this_start(client):
    answer = await client.get(f"/pos/ui/{CONFIG}")
    cookie = answer.cookies[COOKIE]
    assert cookie["httponly"] and cookie["samesite"] == "Strict" and cookie["path"] == "/"
    assert len(cookie.value) > 30
    assert (await client.post("/pos/ping", json=PING)).status == 200


async def test_each_start_has_its_own_secret(aiohttp_client, tmp_path):
    till = gateway_till(tmp_path, Server())
    secrets = set()
    for _start in range(2):
        app = build_app(till, port=lambda: one.port)  # noqa: B023 - called before the next turn
        one = await aiohttp_client(app)
        secrets.add((await one.get("/")).cookies[COOKIE].value)
    assert len(secrets) == 2


@pytest.mark.parametrize(
    "path", ["/pos/ping", "/web/dataset/call_kw", "/web/dataset/call_kw/pos.session/load_data"]
)
async def test_without_the_cookie_nothing_is_answered(client, path):
    answer = await client.post(path, json=PING)
    assert answer.status == 401
    assert (await answer.json())["error"]["code"] == "session_expired"


@pytest.mark.parametrize(
    "path",
    ["/web/webclient/translations", "/web/assets/1/pos.min.js", "/till/v1/cashiers", "/websocket",
     "/web/image/product.template/3/image_128", "/hw_proxy/scanner"],
)  # fmt: skip
async def test_without_the_cookie_nothing_is_read(client, path):
    assert (await client.get(path)).status == 401


async def test_a_wrong_cookie_is_no_cookie(client):
    client.session.cookie_jar.update_cookies({COOKIE: "a" * 43}, URL("http://127.0.0.1/"))
    assert (await client.post("/pos/ping", json=PING)).status == 401


@pytest.mark.parametrize(
    "host",
    ["evil.example", "127.0.0.1", "127.0.0.1:1", "localhost", "till.example:8868", "192.168.1.10",
     "127.0.0.1.evil.example", ""],
)  # fmt: skip
async def test_an_unknown_host_is_refused(known, host):
    """A name made to resolve to this computer is not this computer."""
    assert (await known.get("/", headers={"Host": host})).status == 421
    assert (await known.post("/pos/ping", json=PING, headers={"Host": host})).status == 421


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "https://evil.example", "null", "http://127.0.0.1", "http://localhost:1",
     "file://", "chrome-extension://abc"],
)  # fmt: skip
async def test_an_unknown_origin_is_refused(known, origin):
    headers = {"Origin": origin}
    assert (await known.post("/pos/ping", json=PING, headers=headers)).status == 403
    assert (await known.get("/web/webclient/translations", headers=headers)).status == 403


async def test_its_own_origin_is_known(known):
    headers = {"Origin": f"http://127.0.0.1:{known.port}"}
    assert (await known.post("/pos/ping", json=PING, headers=headers)).status == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_what_another_site_starts_is_refused(known, site):
    headers = {"Sec-Fetch-Site": site}
    assert (await known.get(f"/pos/ui/{CONFIG}", headers=headers)).status == 403
    assert (await known.post("/pos/ping", json=PING, headers=headers)).status == 403


async def test_a_link_from_the_back_office_opens_the_till(known):
    link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    for path in ("/", "/pos", f"/pos/ui/{CONFIG}"):
        answer = await known.get(path, headers={**link, "Sec-Fetch-Dest": "document"})
        assert answer.status == 200
        assert (await known.get(path, headers={**link, "Sec-Fetch-Dest": "iframe"})).status == 403
    headers = {**link, "Sec-Fetch-Dest": "document"}
    assert (await known.get("/till/v1/cashiers", headers=headers)).status == 403
    assert (await known.post("/pos/ping", json=PING, headers=headers)).status == 403


async def test_a_browser_that_posts_without_origin_is_refused(known):
    headers = {"Sec-Fetch-Mode": "cors", "Sec-Fetch-Site": "same-origin"}
    assert (await known.post("/pos/ping", json=PING, headers=headers)).status == 403


async def test_no_answer_is_shared_with_another_origin(known):
    for path in ("/", f"/pos/ui/{CONFIG}", "/web/assets/1/pos.min.js"):
        answer = await known.get(path)
        assert not [name for name in answer.headers if name.lower().startswith("access-control")]
    answer = await known.options("/pos/ping", headers={"Origin": "http://evil.example"})
    assert answer.status == 403


async def test_the_browser_may_not_talk_to_anyone_else(known):
    policy = (await known.get(f"/pos/ui/{CONFIG}")).headers["Content-Security-Policy"]
    assert "connect-src 'self'" in policy and "frame-ancestors 'none'" in policy
    assert "http" not in policy


async def test_what_names_someone_is_not_kept(known):
    load = {"id": 1, "params": {"model": "pos.session", "method": "load_data", "args": [1, []]}}
    answers = [
        await known.post("/web/dataset/call_kw", json=load),
        await known.get("/till/v1/cashiers"),
        await known.get("/till/v1/page"),
        await known.get("/nowhere"),
    ]
    assert [answer.headers["Cache-Control"] for answer in answers] == ["no-store"] * 4


@pytest.mark.parametrize(
    "path",
    ["/odoo", "/web", "/web/login", "/web/session/authenticate", "/xmlrpc/2/common", "/jsonrpc",
     "/json/2/res.users/search_read", "/web/database/manager", "/web/content/1", "/pos/web",
     "/../etc/passwd", "/ui/../gateway/app.py", "/ui/app.py", "/static/x", "/web/static/../../x"],
)  # fmt: skip
async def test_nothing_else_of_odoo_or_of_the_disk_is_there(known, path):
    url = URL(f"http://127.0.0.1:{known.port}").join(URL(path, encoded=True))
    for method in ("get", "post"):
        answer = await getattr(known.session, method)(url)
        assert answer.status in (404, 405), (method, path)


async def test_a_huge_body_is_refused(known):
    answer = await known.post("/web/dataset/call_kw", data=b"x" * (20 * 1024 * 1024))
    assert answer.status == 413
    assert (await answer.json())["error"]["code"] == "too_large"

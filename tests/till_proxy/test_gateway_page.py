"""The page, its files and the status page, from the vault alone."""

from datetime import timedelta

import pytest

from gateway_till import CONFIG, NOW, PICTURE, SCRIPT, Server, gateway_till
from till_proxy.gateway.app import build_app


async def open_client(aiohttp_client, folder, server):
    till = gateway_till(folder, server)
    app = build_app(till, port=lambda: client.port)
    client = await aiohttp_client(app)
    client.till = till
    return client


@pytest.fixture
async def client(aiohttp_client, tmp_path):
    found = await open_client(aiohttp_client, tmp_path, Server())
    await found.get("/")
    return found


@pytest.mark.parametrize(
    "path",
    [
        "", "?from_backend=True", "/login", "/product/0b0a", "/payment/x?from_backend=True",
        "/receipt/0b0a0c0d", "/tickets", "/day", "/any/thing/else",
    ],
)  # fmt: skip
async def test_any_address_of_the_pos_is_the_page(client, path):
    answer = await client.get(f"/pos/ui/{CONFIG}{path}")
    text = await answer.text()
    assert answer.status == 200 and answer.headers["Cache-Control"] == "no-store"
    assert "mode: 'till'" in text
    version = (await (await client.get("/till/v1/page")).json())["version"]
    assert f'odoo.escarcelle.version = "{version}"' in text


async def test_the_page_is_stale_when_a_price_rule_begins_or_goods_change(client):
    async def version():
        return (await (await client.get("/till/v1/page")).json())["version"]

    first, till = await version(), client.till
    till.clock.now = lambda: NOW + timedelta(days=15)  # rule 11 begins on 1 December
    assert await version() != first
    till.clock.now = lambda: NOW
    assert await version() == first
    server = Server()
    server.contents["households.json"] = b"[]"
    till.snapshot.refresh(server, NOW)
    assert await version() == first
    server.contents["load_data/product.product"] = b'[{"id": 3, "lst_price": 9.99}]'
    till.snapshot.refresh(server, NOW)
    assert await version() != first


async def test_another_point_of_sale_is_this_tills_own(client):
    answer = await client.get("/pos/ui/99", allow_redirects=False)
    assert answer.status == 302 and answer.headers["Location"] == f"/pos/ui/{CONFIG}"
    answer = await client.get("/pos", allow_redirects=False)
    assert answer.headers["Location"] == f"/pos/ui/{CONFIG}"


async def test_a_bundle_is_kept_by_the_browser(client):
    answer = await client.get("/web/assets/1/pos.min.js")
    assert await answer.read() == SCRIPT
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "path",
    [
        "/web/image?model=product.template&field=image_128&id=3&unique=2026-01-01",
        "/web/image/product.template/3/image_128",
        "/web/image/product.template/3/image_128/riz.png",
    ],
)
async def test_a_picture_however_its_address_is_written(client, path):
    answer = await client.get(path)
    assert await answer.read() == PICTURE and answer.content_type == "image/png"
    again = await client.get(path, headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status == 304


async def test_a_picture_nobody_has_is_a_pixel(client):
    answer = await client.get("/web/image/res.users/-1/avatar_128")
    assert answer.status == 404
    answer = await client.get("/web/image?model=res.users&id=1&field=avatar_128")
    assert answer.status == 200 and answer.content_type == "image/gif"


async def test_translations_and_fonts(client):
    answer = await client.get("/web/webclient/translations?lang=fr_FR&hash=abc")
    assert await answer.json() == {"modules": {}}
    assert (await client.get("/web/static/lib/font.woff2?v=4.7")).content_type == "font/woff2"
    assert (await client.get("/web/static/lib/absent.woff2")).status == 404


async def test_the_service_worker_keeps_nothing(client):
    answer = await client.get("/pos/service-worker.js")
    text = await answer.text()
    assert answer.headers["Service-Worker-Allowed"] == "/pos"
    assert "cache" not in text and "fetch" not in text


async def test_the_websocket_is_silent(client):
    socket = await client.ws_connect("/websocket?version=19.0-2")
    await socket.send_str('{"event_name":"subscribe","data":{"channels":["x"]}}')
    with pytest.raises(TimeoutError):
        await socket.receive(timeout=0.3)
    await socket.close()


async def test_who_may_identify_by_name_without_secrets(client):
    answer = await client.get("/till/v1/cashiers")
    answer = await answer.json()
    assert [(one["code"], one["name"]) for one in answer["cashiers"]] == [("C1", "Ali"), ("C2", "Zoé")]
    assert all(set(one) == {"code", "name", "role"} for one in answer["cashiers"])
    assert {one["role"] for one in answer["cashiers"]} <= {"cashier", "manager"}


async def test_the_status_page_and_its_files(client):
    page = await (await client.get("/")).text()
    for name in ("status.css", "status.js"):
        assert f"/ui/{name}" in page
        assert (await client.get(f"/ui/{name}")).status == 200


async def test_before_the_first_snapshot_the_page_says_what_to_wait_for(aiohttp_client, tmp_path):
    client = await open_client(aiohttp_client, tmp_path, None)
    answer = await client.get(f"/pos/ui/{CONFIG}")
    text = await answer.text()
    assert answer.status == 503 and "se recharge toute seule" in text
    answer = await client.get("/pos", allow_redirects=False)
    assert answer.headers["Location"] == "/"
    assert (await client.get("/")).status == 200
    assert await (await client.get("/till/v1/cashiers")).json() == {"cashiers": []}


async def test_a_damaged_vault_says_so_without_a_trace(client):
    sha = client.till.snapshot.sha256("page")
    path = client.till.vault._blob_path(sha)
    path.write_bytes(path.read_bytes()[:-1] + b"\x00")
    client.till.snapshot._bytes.clear()
    answer = await client.get(f"/pos/ui/{CONFIG}")
    text = await answer.text()
    assert answer.status == 503 and "altéré" in text and "Traceback" not in text


async def test_the_vault_holds_no_household_in_clear(client, tmp_path):
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"Amina" not in kept and b"2001234567893" not in kept and b"Riz" not in kept

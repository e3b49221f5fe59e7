"""Odoo's hardware proxy contract, called as Odoo's own JavaScript calls it."""

import asyncio
import base64
import io
import json

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from PIL import Image, ImageDraw

from till_proxy.devices import picture
from till_proxy.devices.scale import ScaleFault
from till_proxy.devices.settings import Devices, open_devices
from till_proxy.hw_proxy import HardwareProxy
from till_proxy.printing import PrintQueue


def jpeg(width: int, height: int) -> str:
    """A receipt as the browser draws it: base64 of a JPEG, black square on white."""
    image = Image.new("RGB", (width, height), "white")
    ImageDraw.Draw(image).rectangle((0, 0, 15, 15), fill="black")
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=95)
    return base64.b64encode(stream.getvalue()).decode()


class Pos:
    """``rpc()`` of Odoo's web client."""

    def __init__(self, client: TestClient, queue: PrintQueue):
        self.client = client
        self.queue = queue

    async def rpc(self, name: str, **params: object) -> dict:
        body = {"jsonrpc": "2.0", "method": "call", "id": 7, "params": params}
        answer = await self.client.post(f"/hw_proxy/{name}", json=body)
        assert answer.status == 200
        data = await answer.json()
        assert data["jsonrpc"] == "2.0"
        assert data["id"] == 7
        return data

    async def result(self, name: str, **params: object) -> object:
        return (await self.rpc(name, **params))["result"]


class _Scale:
    connected = True

    def __init__(self):
        self.answer: float | ScaleFault = 0.350

    def read(self):
        if isinstance(self.answer, ScaleFault):
            raise self.answer
        return self.answer


@pytest.fixture
async def make_pos(tmp_path, cipher, now):
    """``await make_pos(devices)``: a POS that talks to a till with these devices."""
    open_things = []

    async def make(devices: Devices, **options) -> Pos:
        queue = PrintQueue(tmp_path / "impressions", cipher, devices.printer, now)
        queue.start()
        devices.scans.attach()
        proxy = HardwareProxy(devices, queue, **options)
        app = web.Application(client_max_size=8_000_000)
        app.add_routes(proxy.routes())
        client = TestClient(TestServer(app))
        await client.start_server()
        open_things.append((client, queue))
        return Pos(client, queue)

    yield make
    for client, queue in open_things:
        await client.close()
        await queue.stop()


def network(bench, **more) -> Devices:
    return open_devices(
        {"printer": {"type": "network", "host": "127.0.0.1", "port": bench.port}, **more}
    )


async def test_hello_and_handshake(bench, make_pos):
    pos = await make_pos(network(bench))
    hello = await pos.client.get("/hw_proxy/hello")
    assert (hello.status, await hello.text()) == (200, "ping")
    assert await pos.result("handshake") is True


async def test_a_receipt_picture_is_printed_and_cut(bench, make_pos, until):
    pos = await make_pos(network(bench))
    data = {"action": "print_receipt", "receipt": jpeg(512, 300)}
    assert await pos.result("default_printer_action", data=data) is True
    assert [paper.strip() for paper in await until(bench.papers)] == ["[image 512x300]"]
    (job,) = bench.events("job")
    assert (job["cuts"], job["unknown"]) == (1, [])
    raster = (bench.directory / "0001.bin").read_bytes()
    rows = raster[raster.index(b"\x1dv0") + 8 :]
    assert rows[:3] == b"\xff\xff\x00"
    assert rows[200 * 64 : 200 * 64 + 3] == b"\x00\x00\x00"


async def test_a_receipt_for_a_printer_without_paper_waits_its_turn(bench, make_pos, until):
    bench.play("paper_out")
    pos = await make_pos(network(bench))
    data = {"action": "print_receipt", "receipt": jpeg(80, 20)}
    assert await pos.result("default_printer_action", data=data) is True
    await until(lambda: not pos.queue.status().printer == "checking")
    status = await pos.result("status_json")
    assert status["printer"]["status"] == "disconnected"
    assert "Plus de papier" in status["printer"]["messages"]
    bench.play("ready")
    assert await until(bench.papers) == ["[image 80x20]".center(42).rstrip() + "\n"]


async def test_the_drawer_opens_and_it_is_told(bench, make_pos, until):
    told = []

    async def opened():
        told.append(True)

    pos = await make_pos(network(bench), drawer_opened=opened)
    assert await pos.result("default_printer_action", data={"action": "cashbox"}) is True
    assert (await until(lambda: bench.events("drawer")))[0]["pin"] == 2
    assert told == [True]
    bench.play("offline")
    await until(lambda: bench.events("offline"))
    assert await pos.result("default_printer_action", data={"action": "cashbox"}) is False
    assert told == [True]


async def test_status_lists_only_what_there_is(bench, make_pos):
    with_printer = await make_pos(network(bench))
    ready = {"printer": {"status": "connected", "messages": "Imprimante prête."}}
    while (status := await with_printer.result("status_json")) != ready:
        assert status["printer"]["messages"] == "Imprimante : vérification en cours."
        await asyncio.sleep(0.02)
    bare = await make_pos(open_devices({}))
    assert await bare.result("status_json") == {}
    data = {"action": "print_receipt", "receipt": jpeg(80, 20)}
    assert await bare.result("default_printer_action", data=data) is False


async def test_scanner_long_poll(make_pos, until):
    devices = open_devices({})
    pos = await make_pos(devices, scan_seconds=0.3)
    assert await pos.result("scanner") is None
    devices.scans.scanned("3017620422003\r\n")
    assert await pos.result("scanner") == "3017620422003"


async def test_scale(make_pos):
    scale = _Scale()
    base = open_devices({})
    devices = Devices(None, base.profile, base.drawer, base.scans, None, scale)
    pos = await make_pos(devices)
    assert await pos.result("scale_read") == {"weight": 0.35}
    assert (await pos.result("status_json"))["scale"]["status"] == "connected"
    scale.answer = ScaleFault("moving")
    error = (await pos.rpc("scale_read"))["error"]
    assert error["data"]["message"] == "La balance bouge : attendez qu'elle se stabilise."
    none = await make_pos(base)
    assert "Aucune balance" in (await none.rpc("scale_read"))["error"]["message"]


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"data": None},
        {"data": {"action": "format"}},
        {"data": {"action": "print_receipt"}},
        {"data": {"action": "print_receipt", "receipt": 5}},
        {"data": {"action": "print_receipt", "receipt": "é"}},
        {"data": {"action": "print_receipt", "receipt": "!!!!"}},
        {"data": {"action": "print_receipt", "receipt": base64.b64encode(b"GIF89a").decode()}},
        {"data": {"action": "print_receipt", "receipt": jpeg(3001, 8)}},
        {"data": {"action": "print_receipt", "receipt": jpeg(80, 80)[:200]}},
        {"data": {"action": "print_receipt", "receipt": "A" * 6_000_001}},
    ],
)
async def test_wrong_calls_get_a_french_error_and_print_nothing(bench, make_pos, params):
    pos = await make_pos(network(bench))
    error = (await pos.rpc("default_printer_action", **params))["error"]
    assert error["message"].endswith(".")
    assert bench.papers() == []


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b'{"params": []}', b"\xff\xfe"])
async def test_bodies_that_are_no_call(bench, make_pos, body):
    pos = await make_pos(network(bench))
    answer = await pos.client.post("/hw_proxy/handshake", data=body)
    assert answer.status == 200
    assert json.loads(await answer.text())["error"]["message"] == "Demande illisible."


def test_a_wide_picture_shrinks_to_the_paper():
    align, image, cut = picture.commands(base64.b64decode(jpeg(1024, 100)), 384)
    assert (image.width, image.height) == (384, 38)
    assert picture.commands(base64.b64decode(jpeg(81, 10)), 384)[1].width == 88

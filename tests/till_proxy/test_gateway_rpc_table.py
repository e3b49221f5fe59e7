"""The closed table, row by row: what the page asks of Odoo and what it gets."""

import pytest

from gateway_till import CONFIG, Server, gateway_till
from till_proxy.gateway import rpc_table
from till_proxy.gateway.app import build_app

NOTHING_MORE = {
    "product.template", "product.product", "product.uom", "product.pricelist",
    "product.pricelist.item", "account.tax", "product.combo", "product.combo.item",
    "product.template.attribute.value", "product.template.attribute.line",
    "product.template.attribute.exclusion",
}  # fmt: skip


@pytest.fixture
async def call(aiohttp_client, tmp_path):
    """``call(model, method, args)`` as the page does it; returns the JSON-RPC answer."""
    till = gateway_till(tmp_path, Server())
    app = build_app(till, port=lambda: client.port)
    client = await aiohttp_client(app)
    await client.get(f"/pos/ui/{CONFIG}")

    async def post(model, method, args=(), kwargs=None, path="/web/dataset/call_kw", status=200):
        params = {"model": model, "method": method, "args": list(args), "kwargs": kwargs or {}}
        body = {"jsonrpc": "2.0", "method": "call", "id": 5, "params": params}
        answer = await client.post(f"{path}/{model}/{method}", json=body)
        assert answer.status == status
        data = await answer.json()
        assert data["id"] == 5
        return data

    post.client = client
    return post


async def served(call, name, args=(), kwargs=None):
    """The result of a row."""
    model, method = name.split("/")
    data = await call(model, method, args, kwargs)
    assert "error" not in data, data
    return data["result"]


async def test_load_data_params(call):
    result = await served(call, "pos.session/load_data_params", [[CONFIG]])
    assert result == {"pos.session": {"fields": ["id"], "relations": {}}}


@pytest.mark.parametrize("since", [False, "2026-11-21 08:00:00", "2999-01-01 00:00:00"])
async def test_load_data_is_whole_whatever_the_date(call, since):
    context = {"pos_last_server_date": since, "pos_limited_loading": True}
    result = await served(call, "pos.session/load_data", [CONFIG, []], {"context": context})
    assert result["pos.session"] == [{"id": CONFIG, "state": "opened"}]
    assert result["product.product"] == [{"id": 3, "display_name": "Riz", "lst_price": 2.5}]
    assert result["pos.order"] == []


async def test_load_data_only_has_the_rules_of_today(call):
    result = await served(call, "pos.session/load_data", [CONFIG, []])
    assert [item["id"] for item in result["product.pricelist.item"]] == [10]
    assert result["product.pricelist"][0]["item_ids"] == [10]


async def test_load_data_names_households_by_first_name_and_initial_only(call):
    result = await served(call, "pos.session/load_data", [CONFIG, []])
    own, household = result["res.partner"]
    assert own["name"] == "Caisse 1"
    assert household["name"] == "Amina B." and household["escarcelle_code"] == "F00012"
    assert "2001234567893" not in str(result)
    assert household["phone"] is False and household["email"] is False


async def test_filter_local_data(call):
    assert await served(call, "pos.session/filter_local_data", [CONFIG, {}]) == {}


async def test_read_config_open_orders(call):
    result = await served(call, "pos.config/read_config_open_orders", [CONFIG, {}, {}])
    assert result == {"dynamic_records": {}, "deleted_record_ids": {}}


async def test_the_device_is_the_tills_and_references_never_come_back(call):
    name = "pos.config/register_new_device_identifier"
    first = await served(call, name, [CONFIG])
    second = await served(call, name, [CONFIG])
    assert first["device_identifier"] == second["device_identifier"] == "A"
    assert second["next_number"] >= first["next_number"] + first["count"]


async def test_notify_synchronisation(call):
    assert await served(call, "pos.config/notify_synchronisation", [CONFIG, 1, "A", {}]) is True


async def test_read_pos_orders_of_a_deep_address(call):
    assert await served(call, "pos.order/read_pos_orders", [[["uuid", "=", "x"]]]) == {}


async def test_nomenclature(call):
    result = await served(call, "barcode.nomenclature/read", [[1], ["name"]])
    assert result == [{"id": 1, "name": "Défaut", "rule_ids": [5]}]
    assert await served(call, "barcode.nomenclature/read", [[99], ["name"]]) == []


async def test_nomenclature_rules(call):
    domain = [["barcode_nomenclature_id", "=", 1]]
    name = "barcode.rule/search_read"
    assert (await served(call, name, [], {"domain": domain}))[0]["pattern"] == "200"
    assert await served(call, name, [], {"domain": []}) == []


async def test_has_group(call):
    assert await served(call, "res.users/has_group", [1, "base.group_system"]) is False


async def test_no_variant_remains_to_be_loaded(call):
    assert await served(call, "product.product/search_read", [[]]) == []


async def test_no_product_remains_to_be_loaded(call):
    result = await served(call, "product.template/load_product_from_pos", [CONFIG, [], 0, 0])
    assert result == {model: [] for model in NOTHING_MORE}


async def test_price_rules_of_products(call):
    name = "pos.session/get_pos_ui_product_pricelist_item_by_product"
    result = await served(call, name, [[CONFIG], [3], [3], CONFIG])
    assert [item["id"] for item in result["product.pricelist.item"]] == [10]
    assert [row["id"] for row in result["product.pricelist"]] == [1]


async def test_update_customer_display(call):
    assert await served(call, "pos.config/update_customer_display", [CONFIG, {}, "x"]) is True


async def test_no_partner_remains_to_be_loaded(call):
    assert await served(call, "res.partner/search_read", [[]]) == []
    result = await served(call, "res.partner/get_new_partner", [CONFIG, [], 0])
    assert result == {"res.partner": [], "account.fiscal.position": []}


async def test_lots(call):
    assert await served(call, "pos.order.line/get_existing_lots", [1, CONFIG, 3]) == []


async def test_presets(call):
    assert await served(call, "pos.preset/get_available_slots", [1]) == {"usage_utc": {}}


async def test_messages_to_the_session(call):
    assert await served(call, "pos.session/log_partner_message", [1, 1, "x", "y"]) is True


async def test_preparation(call):
    result = await served(call, "pos.order/get_preparation_change", [1])
    assert result == {"last_order_preparation_change": "{}"}


async def test_the_session_is_always_there(call):
    assert await served(call, "pos.session/search_count", [[["id", "=", CONFIG]]]) == 1


REFUSED = {name for name, row in rpc_table.CALLS.items() if row.kind == rpc_table.REFUSE}


@pytest.mark.parametrize("name", sorted(REFUSED))
async def test_a_refusal_gives_the_cashier_a_reason(call, name):
    model, method = name.split("/")
    data = await call(model, method, [[1]])
    error = data["error"]["data"]
    assert error["message"] == rpc_table.CALLS[name].reason
    assert error["message"].endswith(".") and len(error["message"]) > 20
    assert error["debug"] == ""


@pytest.mark.parametrize(
    ("model", "method"),
    [
        ("res.users", "read"), ("res.users", "search_read"), ("res.partner", "search"),
        ("account.move", "search_read"), ("ir.config_parameter", "get_param"),
        ("pos.session", "unlink"), ("pos.order", "read"), ("", ""), ("pos.session", "load_data "),
        ("escarcelle.household", "search_read"), ("ir.attachment", "read"),
    ],
)  # fmt: skip
async def test_what_is_not_in_the_table_is_refused(call, model, method):
    body = {"jsonrpc": "2.0", "id": 5, "params": {"model": model, "method": method, "args": []}}
    answer = await call.client.post("/web/dataset/call_kw", json=body)
    assert answer.status == 403
    data = await answer.json()
    assert data["error"]["data"]["message"] == rpc_table.UNKNOWN and "result" not in data


async def test_the_body_decides_not_the_address(call):
    params = {"model": "res.users", "method": "read", "args": [[1]], "kwargs": {}}
    answer = await call.client.post(
        "/web/dataset/call_kw/pos.session/load_data", json={"id": 1, "params": params}
    )
    assert answer.status == 403


@pytest.mark.parametrize("path", sorted(rpc_table.ROUTES))
async def test_routes_of_their_own(call, path):
    answer = await call.client.post(path, json={"jsonrpc": "2.0", "id": 1, "params": {}})
    data = await answer.json()
    row = rpc_table.ROUTES[path]
    assert answer.status == 200
    if row.kind == rpc_table.REFUSE:
        assert data["error"]["data"]["message"] == row.reason
    else:
        assert "error" not in data
    if path == "/pos/ping":
        assert data["result"] == {"response": "pong"}


def test_every_row_has_a_test():
    """A row added without a test above is found here."""
    with open(__file__, encoding="utf-8") as stream:
        text = stream.read()
    served_rows = set(rpc_table.CALLS) - REFUSED
    assert [name for name in sorted(served_rows) if name not in text] == []


@pytest.mark.parametrize(
    "body",
    [
        b"", b"[]", b"{", b"null", b'{"params": 3}', b'{"params": {"model": {}, "method": []}}',
        b"\xff\xff", b"[" * 100000,
        b'{"params":{"model":"barcode.nomenclature","method":"read","args":"x"}}',
        b'{"params":{"model":"barcode.nomenclature","method":"read","args":[3]}}',
        b'{"params":{"model":"barcode.rule","method":"search_read","args":[[["x"]]]}}',
    ],
)  # fmt: skip
async def test_a_malformed_call_is_answered_without_a_trace(call, body):
    answer = await call.client.post("/web/dataset/call_kw", data=body)
    assert answer.status in (200, 403)
    data = await answer.json()
    assert "Traceback" not in str(data)
    assert data.get("result") in (None, []) and ("error" in data or data["result"] == [])

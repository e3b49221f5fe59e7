"""Where the demonstration shop has what the manual shows, and the little it lacks: things under way.

Runs inside Odoo (``Stage.odoo``): ``from tests.support.album_shop import fill; answer = fill(env)``.
"""

from datetime import timedelta


def fill(env) -> dict:
    """Identifiers the pictures need, of what is there and of what is made here in the first shop."""
    shop = env["escarcelle.till"].search([], order="number", limit=1).company_id
    env = env(context={**env.context, "allowed_company_ids": shop.ids})
    shop = shop.with_env(env)
    today = shop._escarcelle_today()
    return {
        **_supply(env),
        **_stock(env, shop, today),
        **_gifts(env, shop, today),
        **_households(env, shop, today),
        **_prices(env, shop),
    }


def remit(env) -> int:
    """A slip with the vouchers the tills have taken."""
    voucher = env["escarcelle.voucher"].search([], limit=1)
    slips = env["escarcelle.voucher.remittance"].with_company(voucher.company_id)
    slip = slips.create(
        {"issuer_id": voucher.kind_id.issuer_id.id, "company_id": voucher.company_id.id}
    )
    slip.action_fill()
    return slip.id


def _good(env, code):
    return env["product.product"].search([("default_code", "=", code)], limit=1)


def _lot(env, name):
    return env["stock.lot"].search([("name", "=", name)], limit=1)


def _supply(env) -> dict:
    """The order that is being written is sent: its supplier may answer. And the delivery that is awaited."""
    orders = env["purchase.order"]
    asked = orders.search([("state", "=", "draft")], limit=1)
    asked.state = "sent"
    asked._portal_ensure_token()
    awaited = orders.search([("state", "=", "purchase")]).picking_ids.filtered(
        lambda picking: picking.state not in ("done", "cancel")
    )
    return {"order": asked.id, "portal": asked.get_portal_url(), "delivery": awaited[:1].id}


def _stock(env, shop, today) -> dict:
    """A sack about to be divided, goods about to leave for another shop, a recall; the count under way."""
    repacking = env["escarcelle.repacking"].create(
        {
            "product_id": _good(env, "VR001").id,
            "quantity": 10,
            "loss_reason": "Poussière",
            "line_ids": [
                (0, 0, {"product_id": _good(env, "ES009").id, "bags": 19, "unit_weight": 0.5})
            ],
        }
    )
    annex = env["stock.warehouse"].create({"name": "Annexe", "code": "ANX", "company_id": shop.id})
    biscuits = _lot(env, "PB-4418")
    transfer = env["escarcelle.transfer"].create(
        {
            "dest_warehouse_id": annex.id,
            "line_ids": [
                (
                    0,
                    0,
                    {"product_id": biscuits.product_id.id, "lot_id": biscuits.id, "quantity": 10},
                )
            ],
        }
    )
    recall = env["escarcelle.recall"].create(
        {
            "name": "2026-0118",
            "lot_ids": [(6, 0, _lot(env, "CA-1183").ids)],
            "risk": "Présence possible de listeria",
        }
    )
    recall.action_find()
    return {
        "count": env["escarcelle.count"].search([("state", "=", "draft")], limit=1).id,
        "drink": _good(env, "BS003").barcode,
        "recall": recall.id,
        "repacking": repacking.id,
        "transfer": transfer.id,
    }


def _gifts(env, shop, today) -> dict:
    """A gift about to be taken in, a case of it refused; the next round."""
    donor = env["res.partner"].search([("name", "=", "Supermarché des Quatre-Chemins")], limit=1)
    yoghurt, bread = _good(env, "SO001"), _good(env, "SO003")
    cold = {"product_id": yoghurt.id, "date_kind": "dlc", "temperature_taken": True}
    gift = env["escarcelle.donation"].create(
        {
            "donor_id": donor.id,
            "company_id": shop.id,
            "giver_name": "M. Thévenoud",
            "line_ids": [
                (0, 0, {
                    **cold, "quantity": 18, "lot_name": "QC-0720", "temperature": 3.5,
                    "expiry": today + timedelta(days=6), "unit_value": 0.7,
                }),
                (0, 0, {"product_id": bread.id, "quantity": 6.5, "date_kind": "none", "unit_value": 1.2}),
                (0, 0, {
                    **cold, "quantity": 6, "lot_name": "QC-0721", "temperature": 9.0,
                    "expiry": today + timedelta(days=8), "refused": True, "refusal": "temperature",
                }),
            ],
        }
    )  # fmt: skip
    planned = [("state", "=", "planned"), ("date", ">=", today)]
    collection = env["escarcelle.donation.collection"].search(planned, order="date", limit=1)
    return {"gift": gift.id, "collection": collection.id}


def _households(env, shop, today) -> dict:
    """Two households who have just come: the month owes them a budget."""
    home = env["escarcelle.household"].search(
        [("company_id", "=", shop.id), ("has_budget", "=", True), ("state", "=", "entitled")],
        order="code", limit=1,
    )  # fmt: skip
    env["escarcelle.household"].create(
        [
            {
                "first_name": first, "last_name": last, "has_budget": True, "company_id": shop.id,
                "pricelist_id": home.pricelist_id.id,
                "member_ids": [(0, 0, {"relation": "holder", "birth_year": year})],
                "entitlement_ids": [(0, 0, {
                    "date_from": today, "date_to": today + timedelta(days=90), "decision": "granted",
                })],
            }
            for first, last, year in (("Gaëlle", "Tournemire", 1991), ("Henri", "Valbonne", 1958))
        ]
    )  # fmt: skip
    draft = env["escarcelle.eligibility"].search([("state", "=", "draft")], limit=1)
    kind = env["escarcelle.voucher.kind"].search([("nature", "=", "voucher")], limit=1)
    return {
        "household": home.id,
        "eligibility": draft.id,
        "voucher_kind": kind.id,
        "voucher": kind.name,
    }


def _prices(env, shop) -> dict:
    """Prices about to change, goods of the catalogue that have none yet, three goods for a basket."""
    basket = env["product.product"].search([("default_code", "in", ("ES001", "ES018", "SU001"))])
    update = env["escarcelle.price.update"].create(
        {
            "name": "Tarif du grossiste", "company_id": shop.id, "method": "percent", "value": 3.0,
            "category_ids": [(6, 0, basket[:1].categ_id.ids)],
        }
    )  # fmt: skip
    update.action_preview()
    goods = env["escarcelle.catalogue.good"].search([("name", "ilike", "confiture")], limit=6)
    goods._escarcelle_activate()
    # A shop that has just opened has no figures of last year.
    report = env.ref("escarcelle_statistics.report_network")
    report.period_kind = "month"
    tariffs = env["product.pricelist"].search([("company_id", "=", shop.id)], order="sequence")
    source = env["escarcelle.funding.source"].search([("rate_min", ">", 0)], limit=1)
    return {
        "price_update": update.id,
        "tariff": tariffs[1].id,
        "source": source.id,
        "report": report.id,
        "basket": [{"id": p.id, "name": p.name, "barcode": p.barcode} for p in basket],
    }

"""What the shop keeps and where it comes from: lots and dates, suppliers, orders, deliveries, losses, cold."""

from collections import Counter
from datetime import datetime, time, timedelta
from pathlib import Path
from unittest.mock import patch

from ops.demo_data.tables import rows

LOTS = Path(__file__).with_name("lots.csv")
#: Categories that are no stock: what is made on the spot, papers, fees.
NOT_KEPT = ("À consommer sur place", "Presse", "Adhésion")
STORAGE = {"Produits frais": "fresh", "Surgelés": "frozen", "Fruits et légumes": "cellar"}
#: Name → delivery days (0: Monday), days from order to delivery, least order in euros, what it sells.
SUPPLIERS = {
    "Laiterie des Combes": ((0, 3), 2, 60.0, ("Produits frais",)),
    "Les Vergers du Haut-Verger": ((2, 5), 1, 40.0, ("Fruits et légumes",)),
    "Surgelés du Plateau": ((1,), 4, 90.0, ("Surgelés",)),
    "Grossiste du Val Fleuri": (
        (1, 4),
        3,
        150.0,
        ("Épicerie salée", "Épicerie sucrée", "Boissons", "Bébé", "Hygiène", "Entretien", "Animaux",
         "Boulangerie"),
    ),
}  # fmt: skip
#: Name, what it is, how it is kept, readings of the last days (oldest first), and what was done when too warm.
EQUIPMENT = (
    (
        "Vitrine réfrigérée",
        "fridge",
        "fresh",
        (3.1, 2.8, 3.4, 6.2, 3.0, 2.9),
        "Porte refermée, 3,2 °C une heure après",
    ),
    ("Armoire froide de la réserve", "fridge", "fresh", (2.4, 2.6, 2.2, 2.5, 2.7, 2.3), ""),
    ("Congélateur bahut", "freezer", "frozen", (-19.5, -20.1, -19.8, -20.4, -19.2, -20.0), ""),
)


def lots():
    """Rows of the table of lots."""
    return rows(LOTS)


def stock_values(env, row):
    """What a good of ``products.csv`` says of its stock."""
    if row["category"] in NOT_KEPT:
        return {}
    dated = {lot["code"]: lot for lot in lots()}.get(row["code"])
    storage = dated["storage"] if dated else STORAGE.get(row["category"], "ambient")
    values = {
        "is_storable": True,
        "escarcelle_storage_id": env.ref(f"escarcelle_supply.storage_{storage}").id,
    }
    if dated:
        values |= {
            "tracking": "lot",
            "use_expiration_date": True,
            "escarcelle_date_kind": dated["kind"],
        }
    return values


def load(env, company, today):
    """A shop in the middle of its week. Made once: the suppliers say whether it is."""
    if env["res.partner"].search_count([("name", "in", list(SUPPLIERS))], limit=1):
        return
    goods = {
        p.default_code: p for p in env["product.product"].search([("default_code", "!=", False)])
    }
    _count_shelves(env, company, today, goods)
    suppliers = _suppliers(env, company, goods)
    _minimums(env, company, goods)
    _orders(env, company, today, goods, suppliers)
    _losses(env, company, goods)
    _markdown(env, company)
    _cold(env, company, today)
    _count_of_the_day(env, company, goods)
    _bags(env, company, goods)
    _transfers(env, company)
    _recall(env, company)
    env["escarcelle.replenishment"]._escarcelle_propose(company)


def _shelf(env, company):
    return env["stock.warehouse"].search([("company_id", "=", company.id)], limit=1).lot_stock_id


def _count_shelves(env, company, today, goods):
    """The first count of the shop: every lot of the table, and some of everything else that is kept."""
    table = lots()
    made = env["stock.lot"].create(
        [
            {
                "name": row["lot"],
                "product_id": goods[row["code"]].id,
                "company_id": company.id,
                "escarcelle_date": today + timedelta(days=int(row["days"])),
            }
            for row in table
        ]
    )
    held = [
        {
            "product_id": lot.product_id.id,
            "lot_id": lot.id,
            "inventory_quantity": float(row["quantity"]),
        }
        for lot, row in zip(made, table, strict=True)
    ]
    others = [
        g for g in goods.values() if g.is_storable and g.tracking == "none" and g.standard_price
    ]
    held += [
        {"product_id": good.id, "inventory_quantity": 12.0 + 7 * rank % 31}
        for rank, good in enumerate(others)
    ]
    shelf = _shelf(env, company)
    quants = env["stock.quant"].with_context(inventory_mode=True)
    quants.create([{**row, "location_id": shelf.id} for row in held])._apply_inventory()


def _suppliers(env, company, goods):
    from odoo.addons.escarcelle_supply.models.res_partner import WEEKDAYS

    partners = env["res.partner"].create(
        [
            {
                "name": name,
                "is_company": True,
                "supplier_rank": 1,
                "email": f"commandes@{name.split()[0].lower().replace('é', 'e')}.example",
                "phone": f"01 99 00 20 {rank:02d}",
                "city": "Rochefleurie",
                "zip": "38999",
                "country_id": env.ref("base.fr").id,
                "escarcelle_order_minimum": minimum,
                **{f"escarcelle_{WEEKDAYS[day]}": True for day in days},
            }
            for rank, (name, (days, _delay, minimum, _sold)) in enumerate(SUPPLIERS.items(), 1)
        ]
    )
    env["product.supplierinfo"].create(
        [
            {
                "partner_id": partner.id,
                "product_tmpl_id": good.product_tmpl_id.id,
                "company_id": company.id,
                "price": good.standard_price,
                "min_qty": 6,
                "delay": delay,
            }
            for partner, (_days, delay, _minimum, sold) in zip(
                partners, SUPPLIERS.values(), strict=True
            )
            for good in goods.values()
            if good.is_storable and good.standard_price and good.categ_id.name in sold
        ]
    )
    return dict(zip(SUPPLIERS, partners, strict=True))


def _minimums(env, company, goods):
    """What the proposal of orders keeps in stock, whatever was sold."""
    shelf = _shelf(env, company)
    env["stock.warehouse.orderpoint"].create(
        [
            {
                "product_id": goods[code].id,
                "location_id": shelf.id,
                "company_id": company.id,
                "product_min_qty": 2 * minimum,
                "product_max_qty": 4 * minimum,
                "trigger": "manual",
            }
            for code, minimum in {row["code"]: float(row["minimum"]) for row in lots()}.items()
            if goods[code].standard_price
        ]
    )


def _order(env, company, supplier, day, lines):
    return env["purchase.order"].create(
        {
            "partner_id": supplier.id,
            "company_id": company.id,
            "user_id": env["res.users"].search([("login", "=", "stock")], limit=1).id,
            "date_planned": datetime.combine(day, time(8)),
            "order_line": [
                (
                    0,
                    0,
                    {
                        "product_id": good.id,
                        "product_qty": quantity,
                        "price_unit": good.standard_price,
                        "date_planned": datetime.combine(day, time(8)),
                    },
                )
                for good, quantity in lines
            ],
        }
    )


def _orders(env, company, today, goods, suppliers):
    """One received with its lots, dates and temperature, one on its way, one being written."""
    dairy = suppliers["Laiterie des Combes"]
    received = _order(env, company, dairy, today, [(goods["FR003"], 24), (goods["FR011"], 12)])
    received.button_confirm()
    delivery = received.picking_ids
    dated = {"FR003": ("YN-4512", 16), "FR011": ("CA-1201", 18)}
    for line in delivery.move_ids.move_line_ids:
        name, days = dated[line.product_id.default_code]
        line.write(
            {
                "lot_name": name,
                "expiration_date": datetime.combine(today + timedelta(days=days), time(12)),
            }
        )
    delivery.action_escarcelle_measure()
    delivery.escarcelle_check_ids.temperature = 3.5
    delivery.move_ids.picked = True
    delivery._action_done()
    awaited = _order(
        env, company, suppliers["Grossiste du Val Fleuri"], today + timedelta(days=2),
        [(goods[code], quantity) for code, quantity in (("ES019", 12), ("ES021", 48), ("SU011", 24), ("SU015", 24))],
    )  # fmt: skip
    awaited.button_confirm()
    _order(
        env, company, dairy, today + timedelta(days=3), [(goods["FR005"], 12), (goods["FR008"], 12)]
    )


def _losses(env, company, goods):
    """A punnet that rotted, a bottle that broke."""
    losses = env["stock.scrap"].create(
        [
            {
                "product_id": goods[code].id,
                "product_uom_id": goods[code].uom_id.id,
                "scrap_qty": quantity,
                "company_id": company.id,
                "location_id": _shelf(env, company).id,
                "scrap_reason_tag_ids": [(6, 0, env.ref(f"escarcelle_supply.reason_{reason}").ids)],
            }
            for code, quantity, reason in (
                ("FL013", 3, "rotten"),
                ("FL011", 1.4, "rotten"),
                ("BS005", 1, "damaged"),
            )
        ]
    )
    losses.do_scrap()


def _markdown(env, company):
    """Half price for what must leave by tomorrow."""
    lot = env["stock.lot"].search([("name", "=", "JA-8812"), ("company_id", "=", company.id)])
    env["escarcelle.markdown"].with_company(company)._escarcelle_mark_down(lot)


def _cold(env, company, today):
    """Six days of readings, the last one yesterday: today's are left to whoever tries the screen."""
    equipment = env["escarcelle.equipment"].create(
        [
            {
                "name": name,
                "kind": kind,
                "company_id": company.id,
                "storage_id": env.ref(f"escarcelle_supply.storage_{storage}").id,
            }
            for name, kind, storage, _readings, _action in EQUIPMENT
        ]
    )
    from odoo import fields

    keeper = env["res.users"].search([("login", "=", "stock")], limit=1) or env.user
    days = len(EQUIPMENT[0][3])
    for back in range(days, 0, -1):
        morning = datetime.combine(today - timedelta(days=back), time(7, 40))
        # A reading is of the moment it is typed: those of the days before are typed on those days.
        with patch.object(fields.Datetime, "now", lambda *_args, moment=morning: moment):
            env["escarcelle.temperature"].with_user(keeper).create(
                [
                    {"equipment_id": one.id, "temperature": row[3][-back], "action": row[4]}
                    if row[4] and row[3][-back] > one.temperature_max
                    else {"equipment_id": one.id, "temperature": row[3][-back]}
                    for one, row in zip(equipment, EQUIPMENT, strict=True)
                ]
            )


def _count_of_the_day(env, company, goods):
    """A count of drinks that somebody has begun."""
    count = env["escarcelle.count"].create(
        {
            "company_id": company.id,
            "location_id": _shelf(env, company).id,
            "category_ids": [(6, 0, goods["BS001"].categ_id.ids)],
        }
    )
    count.escarcelle_add(
        [
            {
                "product": goods[code].id,
                "lot": False,
                "quantity": quantity,
                "uuid": f"demo-{code}-0001",
            }
            for code, quantity in Counter(BS002=11, BS006=20).items()
        ]
    )


def _bags(env, company, goods):
    """Lentils come in sacks and leave in bags."""
    kilogram = env.ref("uom.product_uom_kgm")
    sack = env["product.product"].create(
        {
            "default_code": "VR001",
            "name": "Lentilles vertes en vrac (sac)",
            "type": "consu",
            "is_storable": True,
            "uom_id": kilogram.id,
            "weight": 1,
            "list_price": 0,
            "standard_price": 1.4,
            "sale_ok": False,
            "available_in_pos": False,
            "categ_id": goods["ES009"].categ_id.id,
            "escarcelle_storage_id": env.ref("escarcelle_supply.storage_ambient").id,
            "escarcelle_funding_source_id": goods["ES009"].escarcelle_funding_source_id.id,
        }
    )
    shelf = _shelf(env, company)
    env["stock.quant"].with_context(inventory_mode=True).create(
        {"product_id": sack.id, "location_id": shelf.id, "inventory_quantity": 25}
    )._apply_inventory()
    env["escarcelle.repacking"].create(
        {
            "company_id": company.id,
            "product_id": sack.id,
            "quantity": 10.2,
            "loss_reason": "Poussière au fond du sac",
            "line_ids": [(0, 0, {"product_id": goods["ES009"].id, "bags": 20, "unit_weight": 0.5})],
        }
    ).action_done()


def _lot(env, company, name):
    return env["stock.lot"].search([("name", "=", name), ("company_id", "=", company.id)], limit=1)


def _transfers(env, company):
    """The van that sells in the villages: one load it has received, one on its way."""
    van = env["stock.warehouse"].create(
        {"name": "Épicerie itinérante", "code": "VAN", "company_id": company.id}
    )
    sent = env["escarcelle.transfer"].create(
        [
            {
                "company_id": company.id,
                "warehouse_id": _shelf(env, company).warehouse_id.id,
                "dest_warehouse_id": van.id,
                "line_ids": [
                    (0, 0, {"product_id": lot.product_id.id, "lot_id": lot.id, "quantity": quantity})
                    for lot, quantity in ((_lot(env, company, name), n) for name, n in load)
                ],
            }
            for load in ((("HR-3390", 6), ("SA-9001", 6)), (("LT-0612", 24), ("PX-9002", 12)))
        ]
    )
    sent.action_send()
    arrived = sent[0].in_picking_id
    arrived.move_ids.picked = True
    arrived._action_done()


def _recall(env, company):
    """A maker took one lot back: it left the shelves, the notice hangs at the door."""
    recall = env["escarcelle.recall"].create(
        {
            "company_id": company.id,
            "name": "RappelConso 2026-04-0217",
            "lot_ids": [(6, 0, _lot(env, company, "EP-1150").ids)],
            "risk": "Présence possible de morceaux de plastique",
        }
    )
    recall.action_find()
    recall.action_withdraw()

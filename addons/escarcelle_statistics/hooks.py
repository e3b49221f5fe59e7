"""What the installation tells of the time before it."""

from odoo.tools import SQL

#: What there is already, each in one statement; the job works it off slice by slice. ``day`` is what is known for sure.
HISTORY = (
    """
    INSERT INTO escarcelle_fact_event (model, res_id, event, day, told)
    SELECT 'pos.order', sale.id, 'done', entry.business_day, FALSE
      FROM pos_order sale
      LEFT JOIN LATERAL (SELECT business_day FROM escarcelle_till_entry
                          WHERE order_id = sale.id AND type = 'ticket' ORDER BY id LIMIT 1) entry ON TRUE
     WHERE sale.state IN ('paid', 'done', 'invoiced')
     ORDER BY sale.date_order, sale.id
        ON CONFLICT (model, res_id, event) WHERE data IS NULL DO NOTHING
    """,
    """
    INSERT INTO escarcelle_fact_event (model, res_id, event, told)
    SELECT 'stock.move', move.id, 'done', FALSE
      FROM stock_move move
      JOIN stock_location here ON here.id = move.location_id
      JOIN stock_location there ON there.id = move.location_dest_id
      LEFT JOIN stock_picking picking ON picking.id = move.picking_id
     WHERE move.state = 'done' AND picking.escarcelle_donation_id IS NULL
       AND (here.usage = 'supplier') <> (there.usage = 'supplier')
        ON CONFLICT (model, res_id, event) WHERE data IS NULL DO NOTHING
    """,
    """
    INSERT INTO escarcelle_fact_event (model, res_id, event, told)
    SELECT 'stock.scrap', scrap.id, told.event, FALSE
      FROM stock_scrap scrap
      JOIN (VALUES ('done'), ('undone')) told(event) ON told.event = 'done' OR scrap.escarcelle_undone
     WHERE scrap.state = 'done'
        ON CONFLICT (model, res_id, event) WHERE data IS NULL DO NOTHING
    """,
    """
    INSERT INTO escarcelle_fact_event (model, res_id, event, day, told)
    SELECT 'escarcelle.donation', gift.id, told.event, gift.date, FALSE
      FROM escarcelle_donation gift
      JOIN (VALUES ('done'), ('undone')) told(event) ON told.event = 'done' OR gift.state = 'undone'
     WHERE gift.state IN ('done', 'undone')
        ON CONFLICT (model, res_id, event) WHERE data IS NULL DO NOTHING
    """,
    """
    INSERT INTO escarcelle_fact_event (model, res_id, event, day, data, told)
    SELECT 'escarcelle.visit', household_id, kind, day, '{"sign": 1}', FALSE
      FROM escarcelle_visit WHERE kind <> 'purchase'
    """,
    """
    INSERT INTO escarcelle_fact_event (model, res_id, event, day, data, told)
    SELECT 'escarcelle.entitlement', household_id,
           CASE WHEN before IS NULL THEN 'entry' WHEN date_from - before <= 31 THEN 'renewal' ELSE 'return' END,
           date_from, '{"sign": 1}', FALSE
      FROM (SELECT household_id, date_from,
                   max(date_to) OVER (PARTITION BY household_id ORDER BY date_from
                                      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
              FROM escarcelle_entitlement WHERE decision = 'granted') granted
    """,
    """
    INSERT INTO escarcelle_fact_event (model, res_id, event, day, data, told)
    SELECT 'escarcelle.household', id, 'exit', exit_on,
           jsonb_build_object('sign', 1, 'reason', exit_reason_id), FALSE
      FROM escarcelle_household WHERE exit_on IS NOT NULL
    """,
    """
    INSERT INTO escarcelle_fact_event (model, res_id, event, told)
    SELECT 'escarcelle.count', id, 'done', FALSE FROM escarcelle_count WHERE state = 'done'
        ON CONFLICT (model, res_id, event) WHERE data IS NULL DO NOTHING
    """,
)


def post_init_hook(env):
    """Queue what happened before; the job begins with it at once."""
    env.flush_all()
    for statement in HISTORY:
        env.cr.execute(SQL(statement))
    env.ref("escarcelle_statistics.cron_feed")._trigger()

from . import order_summary, purchase_order

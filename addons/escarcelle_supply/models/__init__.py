from . import storage
from . import product_template
from . import stock_lot

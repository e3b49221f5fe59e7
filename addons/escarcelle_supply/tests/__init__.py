from . import test_dates
from . import test_receipt
from . import test_replenishment

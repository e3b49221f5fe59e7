from . import test_start
from . import test_start_sale

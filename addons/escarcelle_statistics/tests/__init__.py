from . import test_answer
from . import test_rendering
from . import test_dashboard
from . import test_fact_sale
from . import test_fact_stock
from . import test_fact_household

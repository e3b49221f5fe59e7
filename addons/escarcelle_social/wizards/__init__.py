from . import budget_allocate
from . import budget_adjust
from . import budget_statement
from . import card_print
from . import label_print
from . import household_end
from . import household_export
from . import sheet_import  # isort: skip  household_import extends it
from . import household_import
from . import voucher_billing

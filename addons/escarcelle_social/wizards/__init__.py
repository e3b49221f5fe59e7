from . import budget_allocate
from . import budget_adjust

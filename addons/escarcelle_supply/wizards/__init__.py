from . import refuse
from . import temperature_sheet

from . import readers, shipped, sheets

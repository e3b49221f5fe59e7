from . import regime

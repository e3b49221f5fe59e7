from . import jet_export, regime

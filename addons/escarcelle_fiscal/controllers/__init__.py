from . import archive, jet_export, session

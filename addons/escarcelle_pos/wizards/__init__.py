from . import barcode_attach
from . import barcode_import
from . import cashier_secret
from . import till_pairing

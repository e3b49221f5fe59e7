from . import cashier_secret
from . import till_pairing

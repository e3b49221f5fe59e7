from . import donor_import
from . import receipt_make
from . import receipt_cancel
from . import declaration
from . import summary

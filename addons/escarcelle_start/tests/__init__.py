from . import test_start
from . import test_people
from . import test_start_sale
from . import test_configuration
from . import test_portable
from . import test_rights

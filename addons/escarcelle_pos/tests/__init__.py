from . import test_amounts
from . import test_day
from . import test_http
from . import test_ingestion
from . import test_papers
from . import test_roles
from . import test_snapshot

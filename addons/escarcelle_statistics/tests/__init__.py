from . import test_answer
from . import test_rendering
from . import test_dashboard

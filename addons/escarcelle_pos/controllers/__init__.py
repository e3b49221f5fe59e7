from . import enroll
from . import entries
from . import pos
from . import snapshot

from . import erasure_keep, erasure_read, erasure_request
from . import household_import

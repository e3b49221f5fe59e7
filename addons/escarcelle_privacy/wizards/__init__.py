from . import erasure_keep, erasure_read, erasure_request

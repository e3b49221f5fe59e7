from . import erasure_policy

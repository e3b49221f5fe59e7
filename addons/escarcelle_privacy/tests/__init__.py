from . import test_erasure, test_erasure_columns, test_restricted

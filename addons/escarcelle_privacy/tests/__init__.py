from . import test_erasure, test_erasure_columns, test_erasure_till, test_restricted
from . import test_access, test_consent, test_needles, test_papers_rights, test_privacy_http, test_register

from . import (
    test_anchor,
    test_archive,
    test_backup,
    test_device,
    test_instance,
    test_journal,
    test_module,
    test_order,
    test_outbox,
    test_security,
    test_tour,
    test_views,
)

from . import (
    test_shipped,
    test_vat_rates,
    test_vat_change,
    test_activation,
    test_difference,
    test_goods_import,
    test_rights,
)

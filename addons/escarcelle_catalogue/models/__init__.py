from . import (
    res_company,
    vat_category,
    vat_rate,
    vat_change,
    vat_setup,
    allergen,
    catalogue_category,
    catalogue_good,
    catalogue_activation,
    catalogue_difference,
    product_template,
    product_vat,
)

from . import accounting_export, jet_export, regime, sales_report

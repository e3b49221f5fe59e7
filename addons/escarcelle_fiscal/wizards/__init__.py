from . import accounting_export, control_tape, e_reporting, jet_export, regime, sales_report

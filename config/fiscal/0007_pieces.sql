-- The documents the server issues from stock, orders and deliveries are chains of their own (docs/formats.md §10).

SET LOCAL ROLE fiscal_owner;

ALTER TABLE fiscal.record DROP CONSTRAINT record_kind_check;
ALTER TABLE fiscal.record ADD CONSTRAINT record_kind_check CHECK (kind IN (
    'TCK', 'FCT', 'NTE', 'JSP', 'DUP', 'REG', 'GTJ', 'GTM', 'GTA', 'JET', 'ARC', 'ECO', 'ANC',
    'IVT', 'EST', 'SST', 'IVD', 'RUP', 'ALT', 'RAZ', 'FAB', 'TRS', 'REI', 'CDC', 'LVC', 'TRM', 'BCD', 'DEV', 'CFR',
    'RCD', 'BLV', 'RGF'));

RESET ROLE;

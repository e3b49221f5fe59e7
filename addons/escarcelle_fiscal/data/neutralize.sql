-- A test copy signs nothing: training only. Odoo itself marks it (database.is_neutralized); what waited to be signed
-- belongs to the original.
DELETE FROM escarcelle_fiscal_outbox;

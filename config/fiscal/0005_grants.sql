-- Odoo reads the tables and calls the functions, nothing else.

SET LOCAL ROLE fiscal_owner;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA fiscal FROM PUBLIC;
GRANT USAGE ON SCHEMA fiscal TO fiscal_writer;
GRANT SELECT ON ALL TABLES IN SCHEMA fiscal TO fiscal_writer;
GRANT SELECT ON ALL SEQUENCES IN SCHEMA fiscal TO fiscal_writer;
GRANT EXECUTE ON FUNCTION
    fiscal.open_instance(uuid, text),
    fiscal.register_till(text, integer, text, text, integer, integer, text, text),
    fiscal.register_certificate(text, text, text, timestamptz),
    fiscal.revoke_certificate(text, text, text),
    fiscal.lock(text),
    fiscal.append(text, jsonb, boolean),
    fiscal.quarantine(text, jsonb, text, text, text)
    TO fiscal_writer;
RESET ROLE;

-- Odoo's role is the one that owns the database. A superuser needs no grant and is reported as « niveau 1 ».
DO $grant$
DECLARE
    owner name;
BEGIN
    SELECT r.rolname INTO owner
    FROM pg_database d JOIN pg_roles r ON r.oid = d.datdba
    WHERE d.datname = current_database() AND NOT r.rolsuper;
    IF owner IS NULL THEN
        RAISE NOTICE 'La base appartient à un superutilisateur : GRANT fiscal_writer TO <rôle d''Odoo> reste à faire.';
    ELSE
        EXECUTE format('GRANT fiscal_writer TO %I', owner);
    END IF;
END
$grant$;

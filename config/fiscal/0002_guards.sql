-- Nothing is changed or removed, not even by the owner. ENABLE ALWAYS: session_replication_role does not switch it off.

SET LOCAL ROLE fiscal_owner;

CREATE FUNCTION fiscal.refuse_change() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS
$$
BEGIN
    RAISE EXCEPTION 'Journal fiscal : % refusé sur fiscal.%. Une écriture ne se modifie ni ne se supprime ; corrigez par une écriture contraire.',
        TG_OP, TG_TABLE_NAME USING ERRCODE = 'check_violation';
END
$$;

-- A head starts at zero and only moves forward, to a record that is really there.
CREATE FUNCTION fiscal.check_head() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS
$$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.seq <> 0 OR NEW.signature <> '' THEN
            RAISE EXCEPTION 'Journal fiscal : une chaîne commence à zéro.' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.till <> OLD.till OR NEW.kind <> OLD.kind OR NEW.seq <= OLD.seq OR NOT EXISTS (
        SELECT FROM fiscal.record r
        WHERE r.till = NEW.till AND r.kind = NEW.kind AND r.seq = NEW.seq AND r.signature = NEW.signature
          AND r.id = NEW.record_id
    ) THEN
        RAISE EXCEPTION 'Journal fiscal : la tête de chaîne %/% ne peut aller qu''à un enregistrement suivant.',
            OLD.till, OLD.kind USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

DO $guards$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['schema_migration', 'instance', 'till', 'certificate', 'certificate_revocation',
                                'record', 'quarantine'] LOOP
        EXECUTE format('CREATE TRIGGER immutable BEFORE UPDATE OR DELETE ON fiscal.%I
                        FOR EACH ROW EXECUTE FUNCTION fiscal.refuse_change()', name);
        EXECUTE format('CREATE TRIGGER no_truncate BEFORE TRUNCATE ON fiscal.%I
                        FOR EACH STATEMENT EXECUTE FUNCTION fiscal.refuse_change()', name);
        EXECUTE format('ALTER TABLE fiscal.%I ENABLE ALWAYS TRIGGER immutable', name);
        EXECUTE format('ALTER TABLE fiscal.%I ENABLE ALWAYS TRIGGER no_truncate', name);
    END LOOP;
END
$guards$;

CREATE TRIGGER immutable BEFORE DELETE ON fiscal.head FOR EACH ROW EXECUTE FUNCTION fiscal.refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON fiscal.head FOR EACH STATEMENT EXECUTE FUNCTION fiscal.refuse_change();
CREATE TRIGGER forward BEFORE INSERT OR UPDATE ON fiscal.head FOR EACH ROW EXECUTE FUNCTION fiscal.check_head();
ALTER TABLE fiscal.head ENABLE ALWAYS TRIGGER immutable;
ALTER TABLE fiscal.head ENABLE ALWAYS TRIGGER no_truncate;
ALTER TABLE fiscal.head ENABLE ALWAYS TRIGGER forward;

RESET ROLE;

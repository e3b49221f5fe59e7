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

-- A chain starts with its first record; a head only moves forward, to a record that is really there.
CREATE FUNCTION fiscal.check_head() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS
$$
BEGIN
    IF (TG_OP = 'INSERT' AND NEW.seq < 1)
       OR (TG_OP = 'UPDATE' AND (NEW.till <> OLD.till OR NEW.kind <> OLD.kind OR NEW.seq <= OLD.seq))
       OR NOT EXISTS (
        SELECT FROM fiscal.record r
        WHERE r.till = NEW.till AND r.kind = NEW.kind AND r.seq = NEW.seq AND r.signature = NEW.signature
          AND r.id = NEW.record_id
    ) THEN
        RAISE EXCEPTION 'Journal fiscal : la tête de la chaîne % % ne peut aller qu''à un enregistrement suivant.',
            NEW.till, NEW.kind USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE FUNCTION fiscal.check_clock() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS
$$
BEGIN
    IF NEW.till <> OLD.till OR NEW.appends <> OLD.appends + 1 THEN
        RAISE EXCEPTION 'Journal fiscal : le compteur d''écritures ne fait qu''avancer.' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

DO $guards$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['schema_migration', 'instance', 'till', 'certificate', 'certificate_revocation',
                                'record', 'quarantine', 'head', 'till_clock'] LOOP
        EXECUTE format('CREATE TRIGGER immutable BEFORE %s ON fiscal.%I
                        FOR EACH ROW EXECUTE FUNCTION fiscal.refuse_change()',
                       CASE WHEN name IN ('head', 'till_clock') THEN 'DELETE' ELSE 'UPDATE OR DELETE' END, name);
        EXECUTE format('CREATE TRIGGER no_truncate BEFORE TRUNCATE ON fiscal.%I
                        FOR EACH STATEMENT EXECUTE FUNCTION fiscal.refuse_change()', name);
        EXECUTE format('ALTER TABLE fiscal.%I ENABLE ALWAYS TRIGGER immutable', name);
        EXECUTE format('ALTER TABLE fiscal.%I ENABLE ALWAYS TRIGGER no_truncate', name);
    END LOOP;
END
$guards$;

CREATE TRIGGER forward BEFORE INSERT OR UPDATE ON fiscal.head FOR EACH ROW EXECUTE FUNCTION fiscal.check_head();
ALTER TABLE fiscal.head ENABLE ALWAYS TRIGGER forward;
CREATE TRIGGER forward BEFORE UPDATE ON fiscal.till_clock FOR EACH ROW EXECUTE FUNCTION fiscal.check_clock();
ALTER TABLE fiscal.till_clock ENABLE ALWAYS TRIGGER forward;

RESET ROLE;

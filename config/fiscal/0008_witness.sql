-- What no signature covers by itself: the order and moment of reception, and the rows of the other tables
-- (docs/decisions: what is not signed is witnessed). Each row is chained by SHA-256 to the one before it, and the server
-- signs where both chains stand in every shop anchor.

SET LOCAL ROLE fiscal_owner;

-- 1. Reception: a chain a device, in the order of record.id.

ALTER TABLE fiscal.record ADD COLUMN reception text;
ALTER TABLE fiscal.till_clock ADD COLUMN reception text NOT NULL DEFAULT '';
COMMENT ON COLUMN fiscal.record.reception IS 'SHA-256 over the one before it in the device, and id, place, instant, late, company.';
COMMENT ON COLUMN fiscal.till_clock.appends IS 'How many records the device has.';
COMMENT ON COLUMN fiscal.till_clock.reception IS 'That of its most recent record.';

CREATE FUNCTION fiscal.reception(p_previous text, p_record fiscal.record) RETURNS text
    LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS
$$
    SELECT encode(sha256(convert_to(concat_ws(E'\n', p_previous, p_record.id, p_record.kind, p_record.seq,
        p_record.signature, to_char(p_record.received_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        CASE WHEN p_record.late THEN 'O' ELSE 'N' END, coalesce(p_record.company_id::text, '')), 'UTF8')), 'hex')
$$;

CREATE OR REPLACE FUNCTION fiscal.check_clock() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS
$$
BEGIN
    IF NEW.till <> OLD.till OR NEW.appends <= OLD.appends OR NEW.reception = OLD.reception THEN
        RAISE EXCEPTION 'Journal fiscal : le compteur d''écritures ne fait qu''avancer.' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

-- Records written before this file.
ALTER TABLE fiscal.record DISABLE TRIGGER immutable;
ALTER TABLE fiscal.till_clock DISABLE TRIGGER forward;
DO $chain$
DECLARE
    clock record;
    rec fiscal.record;
    link text;
    many bigint;
BEGIN
    FOR clock IN SELECT till FROM fiscal.till_clock LOOP
        link := '';
        many := 0;
        FOR rec IN SELECT * FROM fiscal.record r WHERE r.till = clock.till ORDER BY r.id LOOP
            link := fiscal.reception(link, rec);
            many := many + 1;
            UPDATE fiscal.record r SET reception = link WHERE r.id = rec.id;
        END LOOP;
        UPDATE fiscal.till_clock c SET appends = many, reception = link WHERE c.till = clock.till;
    END LOOP;
END
$chain$;
-- The foreign keys of those rows are checked at once: a table with such checks waiting cannot be altered.
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE fiscal.record ALTER COLUMN reception SET NOT NULL;
ALTER TABLE fiscal.record ENABLE ALWAYS TRIGGER immutable;
ALTER TABLE fiscal.till_clock ENABLE ALWAYS TRIGGER forward;

CREATE OR REPLACE FUNCTION fiscal.append(p_till text, p_records jsonb, p_late boolean DEFAULT NULL) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$
DECLARE
    device fiscal.till;
    heads jsonb;
    moved jsonb := '{}';
    answers jsonb := '[]';
    item jsonb;
    rec fiscal.record;
    known fiscal.record;
    head jsonb;
    link text;
    many bigint := 0;
BEGIN
    IF NOT EXISTS (SELECT FROM fiscal.instance) THEN
        RAISE EXCEPTION 'Aucune instance fiscale n''est ouverte dans cette base.' USING ERRCODE = 'EF007';
    END IF;
    IF p_records IS NULL OR jsonb_typeof(p_records) <> 'array' THEN
        RAISE EXCEPTION 'Une liste d''enregistrements est attendue.' USING ERRCODE = 'EF006';
    END IF;
    IF jsonb_array_length(p_records) = 0 THEN
        RETURN answers;
    END IF;
    heads := fiscal.lock(p_till) -> 'heads';
    SELECT c.reception INTO STRICT link FROM fiscal.till_clock c WHERE c.till = p_till;
    SELECT * INTO STRICT device FROM fiscal.till t WHERE t.uid = p_till ORDER BY t.version DESC LIMIT 1;

    FOR item IN SELECT r FROM jsonb_array_elements(p_records) WITH ORDINALITY AS e (r, i) ORDER BY i LOOP
        rec := jsonb_populate_record(NULL::fiscal.record, item);
        IF rec.till IS DISTINCT FROM p_till OR rec.till_number IS DISTINCT FROM device.number THEN
            RAISE EXCEPTION 'L''enregistrement % % vient d''une autre caisse.', rec.kind, rec.seq
                USING ERRCODE = 'EF001';
        END IF;

        SELECT * INTO known FROM fiscal.record k
        WHERE k.origin = rec.origin AND k.till = rec.till AND k.kind = rec.kind;
        IF FOUND THEN
            IF ROW(known.seq, known.signature, known.payload, known.xml, known.previous, known.key_id, known.totals,
                   known.doc_type, known.operation, known.at, known.local, known.business_day, known.fiscal_version,
                   known.format_version)
               IS DISTINCT FROM
               ROW(rec.seq, rec.signature, rec.payload, rec.xml, rec.previous, rec.key_id, rec.totals,
                   rec.doc_type, rec.operation, rec.at, rec.local, rec.business_day, rec.fiscal_version,
                   rec.format_version) THEN
                RAISE EXCEPTION '% %-% : même origine, autre contenu.', rec.kind, rec.till_number, rec.seq
                    USING ERRCODE = 'EF005';
            END IF;
            answers := answers || jsonb_build_object('kind', known.kind, 'seq', known.seq, 'id', known.id,
                                                     'status', 'known');
            CONTINUE;
        END IF;

        head := heads -> rec.kind;
        IF rec.seq IS DISTINCT FROM coalesce((head ->> 'seq')::bigint, 0) + 1 THEN
            RAISE EXCEPTION '% % : numéro % attendu, % reçu.', p_till, rec.kind,
                coalesce((head ->> 'seq')::bigint, 0) + 1, rec.seq
                USING ERRCODE = 'EF003';
        END IF;
        IF rec.previous IS DISTINCT FROM coalesce(head ->> 'signature', '') THEN
            RAISE EXCEPTION '% % % : ne suit pas la signature précédente.', p_till, rec.kind, rec.seq
                USING ERRCODE = 'EF004';
        END IF;
        IF NOT EXISTS (SELECT FROM fiscal.certificate c WHERE c.till = p_till AND c.key_id = rec.key_id)
           OR EXISTS (SELECT FROM fiscal.certificate_revocation c WHERE c.till = p_till AND c.key_id = rec.key_id) THEN
            RAISE EXCEPTION '% % % : clé inconnue ou révoquée.', p_till, rec.kind, rec.seq USING ERRCODE = 'EF002';
        END IF;

        rec.id := nextval('fiscal.record_id_seq');
        rec.received_at := clock_timestamp();
        rec.late := coalesce(p_late, rec.received_at > rec.at + interval '24 hours');
        rec.company_id := device.company_id;
        link := fiscal.reception(link, rec);
        many := many + 1;
        INSERT INTO fiscal.record (
            id, till, till_number, kind, seq, doc_type, operation, at, local, business_day, payload, xml, digest,
            signature, previous, key_id, fiscal_version, format_version, origin, totals, training, received_at, late,
            company_id, reception
        ) OVERRIDING SYSTEM VALUE VALUES (
            rec.id, rec.till, rec.till_number, rec.kind, rec.seq, rec.doc_type, rec.operation, rec.at, rec.local,
            rec.business_day, rec.payload, rec.xml, rec.digest, rec.signature, rec.previous, rec.key_id,
            rec.fiscal_version, rec.format_version, rec.origin, rec.totals, rec.training, rec.received_at, rec.late,
            rec.company_id, link
        );
        head := jsonb_build_object('till', rec.till, 'kind', rec.kind, 'seq', rec.seq, 'signature', rec.signature,
                                   'record_id', rec.id, 'business_day', rec.business_day, 'totals', rec.totals);
        heads := jsonb_set(heads, ARRAY[rec.kind], head);
        moved := jsonb_set(moved, ARRAY[rec.kind], head);
        answers := answers || jsonb_build_object('kind', rec.kind, 'seq', rec.seq, 'id', rec.id, 'status', 'stored');
    END LOOP;

    IF many > 0 THEN
        INSERT INTO fiscal.head SELECT m.* FROM jsonb_each(moved) e, jsonb_populate_record(NULL::fiscal.head, e.value) m
        ON CONFLICT ON CONSTRAINT head_pkey DO UPDATE
        SET seq = excluded.seq, signature = excluded.signature, record_id = excluded.record_id,
            business_day = excluded.business_day, totals = excluded.totals;
        UPDATE fiscal.till_clock c SET appends = c.appends + many, reception = link WHERE c.till = p_till;
    END IF;
    RETURN answers;
END
$$;

-- 2. The register: what each row of the other tables said when it was written, in one chain.

CREATE TABLE fiscal.fact (
    number bigint PRIMARY KEY CHECK (number > 0),
    relation text NOT NULL,
    key text NOT NULL,
    value text NOT NULL,
    digest text NOT NULL
);
COMMENT ON TABLE fiscal.fact IS 'The register: a copy of each row of the tables beside the records.';
COMMENT ON COLUMN fiscal.fact.value IS 'The row as JSON, times in UTC; a signed document by its SHA-256.';
COMMENT ON COLUMN fiscal.fact.digest IS 'SHA-256 over the one before it, number, relation, key, value, a line each.';
CREATE TRIGGER immutable BEFORE UPDATE OR DELETE ON fiscal.fact FOR EACH ROW EXECUTE FUNCTION fiscal.refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON fiscal.fact FOR EACH STATEMENT EXECUTE FUNCTION fiscal.refuse_change();
ALTER TABLE fiscal.fact ENABLE ALWAYS TRIGGER immutable;
ALTER TABLE fiscal.fact ENABLE ALWAYS TRIGGER no_truncate;
GRANT SELECT ON fiscal.fact TO fiscal_writer;

CREATE FUNCTION fiscal.note_fact(p_relation text, p_key text[], p_row jsonb) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS
$$
DECLARE
    kept jsonb := p_row;
    last fiscal.fact;
    named text;
BEGIN
    IF kept ? 'record' THEN
        kept := jsonb_set(kept, '{record}', to_jsonb(encode(sha256(convert_to(kept ->> 'record', 'UTF8')), 'hex')));
    END IF;
    SELECT string_agg(p_row ->> k, '/' ORDER BY i) INTO named FROM unnest(p_key) WITH ORDINALITY AS e (k, i);
    PERFORM pg_advisory_xact_lock(hashtextextended('fiscal.fact', 0));
    SELECT * INTO last FROM fiscal.fact f ORDER BY f.number DESC LIMIT 1;
    last.number := coalesce(last.number, 0) + 1;
    last.digest := encode(sha256(convert_to(concat_ws(E'\n', coalesce(last.digest, ''), last.number, p_relation, named,
                                                      kept::text), 'UTF8')), 'hex');
    INSERT INTO fiscal.fact VALUES (last.number, p_relation, named, kept::text, last.digest);
EXCEPTION WHEN unique_violation THEN
    -- An older snapshot does not see the last one: whoever asked begins again.
    RAISE EXCEPTION 'Le registre a avancé.' USING ERRCODE = 'serialization_failure';
END
$$;

-- Arguments: the columns of the primary key.
CREATE FUNCTION fiscal.witness() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS
$$
BEGIN
    PERFORM fiscal.note_fact(TG_TABLE_NAME, TG_ARGV::text[], to_jsonb(NEW));
    RETURN NULL;
END
$$;

-- Every table but the records and what is recomputed from them. A table added later calls it too.
CREATE FUNCTION fiscal.watch(p_table text) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS
$$
DECLARE
    columns text[];
    found jsonb;
BEGIN
    SELECT array_agg(a.attname::text ORDER BY array_position(i.indkey::smallint[], a.attnum)) INTO columns
    FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
    WHERE i.indrelid = format('fiscal.%I', p_table)::regclass AND i.indisprimary;
    FOR found IN EXECUTE format('SELECT to_jsonb(t) FROM fiscal.%I t ORDER BY %s', p_table,
                                (SELECT string_agg(quote_ident(c), ', ') FROM unnest(columns) c)) LOOP
        PERFORM fiscal.note_fact(p_table, columns, found);
    END LOOP;
    EXECUTE format('CREATE TRIGGER witness AFTER INSERT ON fiscal.%I FOR EACH ROW EXECUTE FUNCTION fiscal.witness(%s)',
                   p_table, (SELECT string_agg(quote_literal(c), ', ') FROM unnest(columns) c));
    EXECUTE format('ALTER TABLE fiscal.%I ENABLE ALWAYS TRIGGER witness', p_table);
END
$$;

DO $watch$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['schema_migration', 'instance', 'till', 'certificate', 'certificate_revocation',
                                'quarantine', 'quarantine_decision', 'time_stamp'] LOOP
        PERFORM fiscal.watch(name);
    END LOOP;
END
$watch$;

REVOKE ALL ON FUNCTION fiscal.reception(text, fiscal.record), fiscal.note_fact(text, text[], jsonb), fiscal.witness(),
    fiscal.watch(text) FROM PUBLIC;
RESET ROLE;

-- The only door into the journal.

SET LOCAL ROLE fiscal_owner;

-- Takes the device's lock and answers where it stands:
-- {"heads": {kind: {"seq", "signature", "business_day", "record_id"}}, "totals": those of its most recent record,
--  "closing": name of the last closed day, "anchor": hash of the last anchor}.
-- The row is locked too: a transaction whose snapshot is older than the last append gets a serialisation failure (and
-- is replayed) instead of deciding on stale heads.
CREATE FUNCTION fiscal.lock(p_till text) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$
DECLARE
    standing jsonb;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('fiscal.till.' || p_till, 0));
    PERFORM FROM fiscal.till_clock c WHERE c.till = p_till FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'Caisse inconnue : %.', p_till USING ERRCODE = 'EF001';
    END IF;
    SELECT jsonb_build_object(
        'heads', coalesce(jsonb_object_agg(h.kind, jsonb_build_object(
            'seq', h.seq, 'signature', h.signature, 'business_day', h.business_day, 'record_id', h.record_id)), '{}'),
        'totals', (array_agg(h.totals ORDER BY h.record_id DESC))[1],
        -- Both stand in the signed string: docs/formats.md §3.
        'closing', max(split_part(r.payload, ',', 6)) FILTER (WHERE h.kind = 'GTJ'),
        'anchor', max(split_part(r.payload, ',', 1)) FILTER (WHERE h.kind = 'ANC'))
    INTO standing
    FROM fiscal.head h
    LEFT JOIN fiscal.record r ON h.kind IN ('GTJ', 'ANC') AND r.till = h.till AND r.kind = h.kind AND r.seq = h.seq
    WHERE h.till = p_till;
    RETURN standing;
END
$$;

-- Stores a batch of one device's records (docs/formats.md §2), in the order they were chained: all of them or none.
-- Answers [{"kind","seq","id","status": "stored" | "known"}, …]. A record already stored, byte for byte, is "known".
CREATE FUNCTION fiscal.append(p_till text, p_records jsonb, p_late boolean DEFAULT NULL) RETURNS jsonb
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

        INSERT INTO fiscal.record (
            till, till_number, kind, seq, doc_type, operation, at, local, business_day, payload, xml, digest,
            signature, previous, key_id, fiscal_version, format_version, origin, totals, training, late, company_id
        ) VALUES (
            rec.till, rec.till_number, rec.kind, rec.seq, rec.doc_type, rec.operation, rec.at, rec.local,
            rec.business_day, rec.payload, rec.xml, rec.digest, rec.signature, rec.previous, rec.key_id,
            rec.fiscal_version, rec.format_version, rec.origin, rec.totals, rec.training,
            coalesce(p_late, clock_timestamp() > rec.at + interval '24 hours'), device.company_id
        ) RETURNING id INTO rec.id;
        head := jsonb_build_object('till', rec.till, 'kind', rec.kind, 'seq', rec.seq, 'signature', rec.signature,
                                   'record_id', rec.id, 'business_day', rec.business_day, 'totals', rec.totals);
        heads := jsonb_set(heads, ARRAY[rec.kind], head);
        moved := jsonb_set(moved, ARRAY[rec.kind], head);
        answers := answers || jsonb_build_object('kind', rec.kind, 'seq', rec.seq, 'id', rec.id, 'status', 'stored');
    END LOOP;

    IF moved <> '{}' THEN
        INSERT INTO fiscal.head SELECT m.* FROM jsonb_each(moved) e, jsonb_populate_record(NULL::fiscal.head, e.value) m
        ON CONFLICT ON CONSTRAINT head_pkey DO UPDATE
        SET seq = excluded.seq, signature = excluded.signature, record_id = excluded.record_id,
            business_day = excluded.business_day, totals = excluded.totals;
        UPDATE fiscal.till_clock c SET appends = c.appends + 1 WHERE c.till = p_till;
    END IF;
    RETURN answers;
END
$$;

-- Keeps what is validly signed and cannot be chained. Answers how many records are new here.
CREATE FUNCTION fiscal.quarantine(p_till text, p_records jsonb, p_entry text, p_reason text, p_detail text)
    RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$
DECLARE
    kept integer;
BEGIN
    INSERT INTO fiscal.quarantine (till, kind, seq, signature, reason, detail, entry, record, company_id)
    SELECT p_till, r ->> 'kind', (r ->> 'seq')::bigint, r ->> 'signature', p_reason, p_detail, p_entry, r,
           (SELECT t.company_id FROM fiscal.till t WHERE t.uid = p_till ORDER BY t.version DESC LIMIT 1)
    FROM jsonb_array_elements(p_records) r
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS kept = ROW_COUNT;
    RETURN kept;
END
$$;

RESET ROLE;

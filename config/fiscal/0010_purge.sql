-- Purge: detail that is in a sealed yearly archive and older than the law asks to keep (LPF art. L102 B) may go.
--
-- What goes: sales and the documents beside them, before the last one of each chain that the seal of the year names. What
-- stays, always: closings with their totals, events, anchors, seals; the last record of each chain at every seal. Nothing
-- calls this by itself.

SET LOCAL ROLE fiscal_owner;

CREATE TABLE fiscal.purge (
    till text NOT NULL CHECK (till ~ '^[0-9a-f]{8}$'),
    archive bigint NOT NULL,
    archive_signature text NOT NULL,
    first_day date NOT NULL,
    last_day date NOT NULL,
    last_id bigint NOT NULL,
    received bigint NOT NULL CHECK (received > 0),
    chains jsonb NOT NULL,
    records bigint NOT NULL CHECK (records >= 0),
    kept text NOT NULL,
    purged_by text NOT NULL CHECK (length(purged_by) BETWEEN 1 AND 50),
    transaction text NOT NULL DEFAULT pg_current_xact_id()::text,
    purged_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (till, archive)
);
COMMENT ON TABLE fiscal.purge IS 'Detail that was removed: which device, under which yearly seal.';
COMMENT ON COLUMN fiscal.purge.last_id IS 'fiscal.record.id of the last record of the device under that seal; it stays.';
COMMENT ON COLUMN fiscal.purge.received IS 'How many records the device had sent up to that one.';
COMMENT ON COLUMN fiscal.purge.chains IS 'Chain → last number removed, its signature, how many went.';
COMMENT ON COLUMN fiscal.purge.kept IS 'SHA-256 linked over every record kept up to last_id.';

CREATE TRIGGER immutable BEFORE UPDATE OR DELETE ON fiscal.purge FOR EACH ROW EXECUTE FUNCTION fiscal.refuse_change();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON fiscal.purge FOR EACH STATEMENT EXECUTE FUNCTION fiscal.refuse_change();
ALTER TABLE fiscal.purge ENABLE ALWAYS TRIGGER immutable;
ALTER TABLE fiscal.purge ENABLE ALWAYS TRIGGER no_truncate;
DO $watch$ BEGIN PERFORM fiscal.watch('purge'); END $watch$;

-- A record goes only in the transaction that has just written what it removes.
CREATE FUNCTION fiscal.refuse_record_change() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS
$$
BEGIN
    IF TG_OP = 'DELETE'
       AND OLD.kind NOT IN ('GTJ', 'GTM', 'GTA', 'JET', 'ANC', 'ARC')
       AND EXISTS (
        SELECT FROM fiscal.purge p
        WHERE p.till = OLD.till AND p.transaction = pg_current_xact_id()::text AND OLD.id < p.last_id
          AND OLD.seq <= (p.chains -> OLD.kind ->> 'seq')::bigint
          AND OLD.received_at < p.purged_at - interval '6 years'
    ) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'Journal fiscal : % refusé sur fiscal.%. Une écriture ne se modifie ni ne se supprime ; corrigez par une écriture contraire.',
        TG_OP, TG_TABLE_NAME USING ERRCODE = 'check_violation';
END
$$;
DROP TRIGGER immutable ON fiscal.record;
CREATE TRIGGER immutable BEFORE UPDATE OR DELETE ON fiscal.record
    FOR EACH ROW EXECUTE FUNCTION fiscal.refuse_record_change();
ALTER TABLE fiscal.record ENABLE ALWAYS TRIGGER immutable;

CREATE FUNCTION fiscal.kept(p_previous text, p_record fiscal.record) RETURNS text
    LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS
$$
    SELECT encode(sha256(convert_to(concat_ws(E'\n', fiscal.reception(p_previous, p_record), p_record.reception), 'UTF8')),
                  'hex')
$$;

-- Removes the detail of one device that the yearly archive p_archive of the server covers; answers how many records went.
-- EF009: refused, the message says why. The seal must itself have been here for years: whoever can only call functions
-- cannot seal today and purge tomorrow.
CREATE FUNCTION fiscal.purge(p_till text, p_archive bigint, p_years integer, p_by text) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' SET xmloption = 'content' AS
$$
DECLARE
    server text;
    seal fiscal.record;
    prior fiscal.record;
    doc xml;
    own xml;
    day_first date;
    day_last date;
    heads jsonb;
    place bigint;
    many bigint;
    gone bigint;
    removed jsonb;
    link text := '';
    rec fiscal.record;
BEGIN
    IF p_years IS NULL OR p_years < 6 OR p_years > 100 THEN
        RAISE EXCEPTION 'Purge refusée : la loi demande de garder au moins 6 exercices clos.' USING ERRCODE = 'EF009';
    END IF;
    SELECT i.till INTO server FROM fiscal.instance i;
    PERFORM fiscal.lock(p_till);
    SELECT * INTO seal FROM fiscal.record r WHERE r.till = server AND r.kind = 'ARC' AND r.seq = p_archive;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'Purge refusée : le journal ne contient pas le scellement de l''archive %.', p_archive
            USING ERRCODE = 'EF009';
    END IF;
    doc := seal.xml::xml;
    own := (xpath(format('/archive/caisses/caisse[@uid="%s"]', p_till), doc))[1];
    day_first := (xpath('/archive/@premier-jour', doc))[1]::text::date;
    day_last := (xpath('/archive/@dernier-jour', doc))[1]::text::date;
    IF (xpath('/archive/@niveau', doc))[1]::text IS DISTINCT FROM 'A' OR own IS NULL
       OR xpath_exists('/archive/caisses/caisse[not(@close="O")]', doc) THEN
        RAISE EXCEPTION 'Purge refusée : l''archive % n''est pas l''archive complète d''un exercice de cette caisse.', p_archive
            USING ERRCODE = 'EF009';
    END IF;
    -- Two days more: no time zone makes a year end later.
    IF day_last IS NULL OR (day_last + make_interval(years => p_years, days => 2)) >= clock_timestamp()
       OR seal.received_at + make_interval(years => p_years - 1) >= clock_timestamp() THEN
        RAISE EXCEPTION 'Purge refusée : l''archive % n''a pas encore l''âge (% exercices clos, plus celui en cours).',
            p_archive, p_years USING ERRCODE = 'EF009';
    END IF;
    IF EXISTS (SELECT FROM fiscal.purge p WHERE p.till = p_till AND p.last_day >= day_last) THEN
        RAISE EXCEPTION 'Purge refusée : cet exercice de la caisse % est déjà purgé.', p_till USING ERRCODE = 'EF009';
    END IF;

    -- The heads the seal states are there, and they are the whole of what the device had sent until then.
    SELECT jsonb_object_agg(h.kind, jsonb_build_object('seq', h.seq, 'signature', h.signature)), max(r.id),
           count(*) - count(r.id)
    INTO heads, place, many
    FROM (SELECT (xpath('/tete/@chaine', x))[1]::text AS kind, (xpath('/tete/@numero', x))[1]::text::bigint AS seq,
                 (xpath('/tete/@signature', x))[1]::text AS signature
          FROM unnest(xpath('/caisse/tete', own)) x) h
    LEFT JOIN fiscal.record r ON r.till = p_till AND r.kind = h.kind AND r.seq = h.seq AND r.signature = h.signature;
    IF heads IS NULL OR many > 0 OR EXISTS (
        SELECT FROM fiscal.record r WHERE r.till = p_till AND r.id <= place
        AND (r.business_day > day_last OR NOT heads ? r.kind OR r.seq > (heads -> r.kind ->> 'seq')::bigint)
    ) THEN
        RAISE EXCEPTION 'Purge refusée : le journal de la caisse % n''est pas celui que scelle l''archive %.', p_till, p_archive
            USING ERRCODE = 'EF009';
    END IF;

    -- One fiscal year after the other: what goes is in this archive, not in one that was never made.
    SELECT * INTO prior FROM fiscal.record r
    WHERE r.till = server AND r.kind = 'ARC' AND r.seq < p_archive
      AND (xpath('/archive/@niveau', r.xml::xml))[1]::text = 'A'
      AND (xpath('/archive/entete/societe/@siret', r.xml::xml))[1]::text
          = (xpath('/archive/entete/societe/@siret', doc))[1]::text
    ORDER BY r.seq DESC LIMIT 1;
    IF FOUND THEN
        IF (xpath('/archive/@dernier-jour', prior.xml::xml))[1]::text::date <> day_first - 1 OR (
            xpath_exists(format('/archive/caisses/caisse[@uid="%s"]/tete', p_till), prior.xml::xml)
            AND NOT EXISTS (SELECT FROM fiscal.purge p WHERE p.till = p_till AND p.archive = prior.seq)) THEN
            RAISE EXCEPTION 'Purge refusée : purgez d''abord l''exercice précédent de la caisse % (archive %).', p_till, prior.seq
                USING ERRCODE = 'EF009';
        END IF;
    ELSIF EXISTS (SELECT FROM fiscal.record r WHERE r.till = p_till AND r.id <= place AND r.business_day < day_first) THEN
        RAISE EXCEPTION 'Purge refusée : des documents de la caisse % ne sont dans aucune archive annuelle.', p_till
            USING ERRCODE = 'EF009';
    END IF;

    SELECT coalesce(jsonb_object_agg(g.kind, jsonb_build_object('seq', g.seq, 'signature', r.signature, 'count', g.many)), '{}'),
           coalesce(sum(g.many), 0)
    INTO removed, gone
    FROM (SELECT r.kind, max(r.seq) AS seq, count(*) AS many FROM fiscal.record r
          WHERE r.till = p_till AND r.id < place AND r.kind NOT IN ('GTJ', 'GTM', 'GTA', 'JET', 'ANC', 'ARC')
            AND r.seq < (heads -> r.kind ->> 'seq')::bigint
          GROUP BY r.kind) g
    JOIN fiscal.record r ON r.till = p_till AND r.kind = g.kind AND r.seq = g.seq;
    -- A chain nothing more goes from still begins where the purge before left it.
    removed := coalesce((SELECT jsonb_object_agg(c.key, jsonb_set(c.value, '{count}', '0'))
                         FROM (SELECT p.chains FROM fiscal.purge p WHERE p.till = p_till ORDER BY p.last_id DESC LIMIT 1) p,
                              jsonb_each(p.chains) c), '{}') || removed;
    FOR rec IN SELECT * FROM fiscal.record r WHERE r.till = p_till AND r.id <= place
               AND NOT coalesce(r.seq <= (removed -> r.kind ->> 'seq')::bigint, false) ORDER BY r.id LOOP
        link := fiscal.kept(link, rec);
    END LOOP;
    SELECT c.appends - (SELECT count(*) FROM fiscal.record r WHERE r.till = p_till AND r.id > place)
    INTO STRICT many FROM fiscal.till_clock c WHERE c.till = p_till;
    INSERT INTO fiscal.purge (till, archive, archive_signature, first_day, last_day, last_id, received, chains, records, kept,
                              purged_by)
    VALUES (p_till, p_archive, seal.signature, day_first, day_last, place, many, removed, gone, link, p_by);
    DELETE FROM fiscal.record r WHERE r.till = p_till AND r.id < place AND r.seq <= (removed -> r.kind ->> 'seq')::bigint;
    GET DIAGNOSTICS many = ROW_COUNT;
    IF many <> gone THEN
        RAISE EXCEPTION 'Purge refusée : % documents au lieu de %.', many, gone USING ERRCODE = 'EF009';
    END IF;
    RETURN gone;
END
$$;

REVOKE ALL ON FUNCTION fiscal.purge(text, bigint, integer, text), fiscal.kept(text, fiscal.record),
    fiscal.refuse_record_change() FROM PUBLIC;
GRANT SELECT ON fiscal.purge TO fiscal_writer;
GRANT EXECUTE ON FUNCTION fiscal.purge(text, bigint, integer, text) TO fiscal_writer;
RESET ROLE;

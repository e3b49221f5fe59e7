-- What is said later of a record that stays as it is: decisions on quarantined documents, time stamps of seals and anchors.
-- Rows are added, none changes one.

SET LOCAL ROLE fiscal_owner;

-- The last decision of a document is its state; without one it waits for somebody.
CREATE TABLE fiscal.quarantine_decision (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    quarantine_id bigint NOT NULL REFERENCES fiscal.quarantine (id),
    state text NOT NULL CHECK (state IN ('reviewing', 'entered', 'duplicate', 'explained', 'reopened')),
    reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
    decided_by text NOT NULL,
    decided_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX quarantine_decision_of ON fiscal.quarantine_decision (quarantine_id, id);
COMMENT ON COLUMN fiscal.quarantine_decision.decided_by IS 'Internal code of the person (U7), never a name.';

-- RFC 3161 tokens over a record as archive.xml writes it. A second token (another server) is another row.
CREATE TABLE fiscal.time_stamp (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    till text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('ANC', 'ARC')),
    seq bigint NOT NULL,
    server text NOT NULL,
    token bytea NOT NULL,
    stamped_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    FOREIGN KEY (till, kind, seq) REFERENCES fiscal.record (till, kind, seq)
);
CREATE INDEX time_stamp_of ON fiscal.time_stamp (till, kind, seq);

DO $guards$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['quarantine_decision', 'time_stamp'] LOOP
        EXECUTE format('CREATE TRIGGER immutable BEFORE UPDATE OR DELETE ON fiscal.%I
                        FOR EACH ROW EXECUTE FUNCTION fiscal.refuse_change()', name);
        EXECUTE format('CREATE TRIGGER no_truncate BEFORE TRUNCATE ON fiscal.%I
                        FOR EACH STATEMENT EXECUTE FUNCTION fiscal.refuse_change()', name);
        EXECUTE format('ALTER TABLE fiscal.%I ENABLE ALWAYS TRIGGER immutable', name);
        EXECUTE format('ALTER TABLE fiscal.%I ENABLE ALWAYS TRIGGER no_truncate', name);
    END LOOP;
END
$guards$;

-- Answers the number of the decision.
CREATE FUNCTION fiscal.decide_quarantine(p_quarantine bigint, p_state text, p_reason text, p_by text) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$
DECLARE
    made bigint;
BEGIN
    IF NOT EXISTS (SELECT FROM fiscal.quarantine WHERE id = p_quarantine) THEN
        RAISE EXCEPTION 'Document inconnu de la quarantaine : %.', p_quarantine USING ERRCODE = 'EF006';
    END IF;
    INSERT INTO fiscal.quarantine_decision (quarantine_id, state, reason, decided_by)
    VALUES (p_quarantine, p_state, p_reason, p_by) RETURNING id INTO made;
    RETURN made;
END
$$;

CREATE FUNCTION fiscal.keep_time_stamp(
    p_till text, p_kind text, p_seq bigint, p_server text, p_token bytea, p_stamped_at timestamptz
) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$
DECLARE
    made bigint;
BEGIN
    INSERT INTO fiscal.time_stamp (till, kind, seq, server, token, stamped_at)
    VALUES (p_till, p_kind, p_seq, p_server, p_token, p_stamped_at) RETURNING id INTO made;
    RETURN made;
END
$$;

REVOKE ALL ON FUNCTION fiscal.decide_quarantine(bigint, text, text, text),
    fiscal.keep_time_stamp(text, text, bigint, text, bytea, timestamptz) FROM PUBLIC;
GRANT SELECT ON fiscal.quarantine_decision, fiscal.time_stamp TO fiscal_writer;
GRANT SELECT ON ALL SEQUENCES IN SCHEMA fiscal TO fiscal_writer;
GRANT EXECUTE ON FUNCTION fiscal.decide_quarantine(bigint, text, text, text),
    fiscal.keep_time_stamp(text, text, bigint, text, bytea, timestamptz) TO fiscal_writer;
RESET ROLE;

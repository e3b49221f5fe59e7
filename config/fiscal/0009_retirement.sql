-- Devices that sell no more: why, since when, and which one took their place. Rows are added, none changes one.
--
-- A retired device has also lost its keys (fiscal.revoke_certificate): archives no longer wait for it.

SET LOCAL ROLE fiscal_owner;

CREATE TABLE fiscal.retirement (
    till text PRIMARY KEY CHECK (till ~ '^[0-9a-f]{8}$'),
    kind text NOT NULL CHECK (kind IN ('stolen', 'lost', 'broken', 'replaced', 'closed')),
    note text NOT NULL CHECK (length(note) <= 500),
    last_day date,
    decided_by text NOT NULL,
    retired_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON COLUMN fiscal.retirement.last_day IS 'Last business day it sold on, as people say it; null when nobody knows.';
COMMENT ON COLUMN fiscal.retirement.decided_by IS 'Internal code of the person (U7), never a name.';

CREATE TABLE fiscal.succession (
    till text PRIMARY KEY CHECK (till ~ '^[0-9a-f]{8}$'),
    predecessor text NOT NULL UNIQUE CHECK (predecessor <> till),
    succeeded_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE fiscal.succession IS 'A new device, with a number of its own, in the place of a retired one.';

DO $guards$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['retirement', 'succession'] LOOP
        EXECUTE format('CREATE TRIGGER immutable BEFORE UPDATE OR DELETE ON fiscal.%I
                        FOR EACH ROW EXECUTE FUNCTION fiscal.refuse_change()', name);
        EXECUTE format('CREATE TRIGGER no_truncate BEFORE TRUNCATE ON fiscal.%I
                        FOR EACH STATEMENT EXECUTE FUNCTION fiscal.refuse_change()', name);
        EXECUTE format('ALTER TABLE fiscal.%I ENABLE ALWAYS TRIGGER immutable', name);
        EXECUTE format('ALTER TABLE fiscal.%I ENABLE ALWAYS TRIGGER no_truncate', name);
        PERFORM fiscal.watch(name);
    END LOOP;
END
$guards$;

-- True when it was not retired before.
CREATE FUNCTION fiscal.retire_till(p_till text, p_kind text, p_note text, p_last_day date, p_by text) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$
BEGIN
    IF NOT EXISTS (SELECT FROM fiscal.till WHERE uid = p_till) THEN
        RAISE EXCEPTION 'Caisse inconnue : %.', p_till USING ERRCODE = 'EF001';
    END IF;
    INSERT INTO fiscal.retirement (till, kind, note, last_day, decided_by)
    VALUES (p_till, p_kind, p_note, p_last_day, p_by) ON CONFLICT DO NOTHING;
    RETURN FOUND;
END
$$;

-- True when the link is new. Only a retired device is succeeded, and once.
CREATE FUNCTION fiscal.succeed_till(p_till text, p_predecessor text) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$
BEGIN
    IF NOT EXISTS (SELECT FROM fiscal.till WHERE uid = p_till)
       OR NOT EXISTS (SELECT FROM fiscal.retirement WHERE till = p_predecessor) THEN
        RAISE EXCEPTION 'Une caisse ne succède qu''à une caisse retirée.' USING ERRCODE = 'EF001';
    END IF;
    INSERT INTO fiscal.succession (till, predecessor) VALUES (p_till, p_predecessor) ON CONFLICT DO NOTHING;
    RETURN FOUND;
END
$$;

REVOKE ALL ON FUNCTION fiscal.retire_till(text, text, text, date, text), fiscal.succeed_till(text, text) FROM PUBLIC;
GRANT SELECT ON fiscal.retirement, fiscal.succession TO fiscal_writer;
GRANT EXECUTE ON FUNCTION fiscal.retire_till(text, text, text, date, text), fiscal.succeed_till(text, text)
    TO fiscal_writer;
RESET ROLE;

-- The fiscal journal: who owns it and what it holds (DESIGN.md §4, docs/formats.md §2).
--
-- Run as a database superuser by `./escarcelle fiscal-migrate`, once, in one transaction; the runner adds the row of
-- fiscal.schema_migration. Odoo's role never owns anything here: triggers alone would be worthless, an owner can
-- disable them.

DO $roles$
BEGIN
    -- NOLOGIN: nobody connects as the owner. Roles belong to the whole cluster: another database may have made them.
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'fiscal_owner') THEN
        CREATE ROLE fiscal_owner NOLOGIN;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'fiscal_writer') THEN
        CREATE ROLE fiscal_writer NOLOGIN;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL;  -- two databases prepared at the same instant
END
$roles$;

CREATE SCHEMA fiscal AUTHORIZATION fiscal_owner;
SET LOCAL ROLE fiscal_owner;

CREATE TABLE fiscal.schema_migration (
    number integer PRIMARY KEY,
    name text NOT NULL,
    sha256 text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE fiscal.schema_migration IS 'Numbered SQL files applied to this schema.';

-- One row, created at first use, never in a template: a copied database is recognised by it.
CREATE TABLE fiscal.instance (
    id uuid PRIMARY KEY,
    till text NOT NULL CHECK (till ~ '^[0-9a-f]{8}$'),
    opened_as name NOT NULL DEFAULT current_database(),
    opened_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE UNIQUE INDEX instance_single ON fiscal.instance ((true));
COMMENT ON COLUMN fiscal.instance.till IS 'uid8 of the server itself, which is device number 0.';

-- A change of a device is a new version of its row. The number is printed and never given to another device.
CREATE TABLE fiscal.till (
    id bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    uid text NOT NULL CHECK (uid ~ '^[0-9a-f]{8}$'),
    version integer NOT NULL CHECK (version > 0),
    number integer NOT NULL CHECK (number BETWEEN 0 AND 999),
    name text NOT NULL,
    signer text NOT NULL CHECK (signer IN ('till', 'server')),
    company_id integer,
    config_id integer,
    siret text NOT NULL,
    software text NOT NULL,
    registered_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (uid, version)
);
CREATE UNIQUE INDEX till_number ON fiscal.till (number) WHERE version = 1;
COMMENT ON COLUMN fiscal.till.signer IS 'till: own key, own program; server: signed by the server''s key (tablet).';

-- Keyed by device too: the server's certificate serves every device it signs for.
CREATE TABLE fiscal.certificate (
    id bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    till text NOT NULL,
    key_id text NOT NULL CHECK (key_id ~ '^[0-9a-f]{64}$'),
    pem text NOT NULL,
    valid_from timestamptz NOT NULL,
    registered_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (till, key_id)
);

CREATE TABLE fiscal.certificate_revocation (
    id bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    till text NOT NULL,
    key_id text NOT NULL,
    reason text NOT NULL,
    revoked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (till, key_id),
    FOREIGN KEY (till, key_id) REFERENCES fiscal.certificate
);

CREATE TABLE fiscal.record (
    id bigint GENERATED ALWAYS AS IDENTITY,
    till text NOT NULL CHECK (till ~ '^[0-9a-f]{8}$'),
    till_number integer NOT NULL,
    kind text NOT NULL CHECK (kind IN ('TCK', 'FCT', 'NTE', 'JSP', 'DUP', 'REG', 'GTJ', 'GTM', 'GTA', 'JET', 'ARC',
                                       'ECO', 'ANC')),
    seq bigint NOT NULL CHECK (seq > 0),
    doc_type text NOT NULL CHECK (doc_type ~ '^[A-Z]{3}$'),
    operation text NOT NULL CHECK (operation IN ('VTE', 'ANN', 'GES')),
    at timestamptz NOT NULL,
    local text NOT NULL,
    business_day date NOT NULL,
    payload text NOT NULL,
    xml text NOT NULL,
    digest text NOT NULL,
    signature text NOT NULL CHECK (signature ~ '^[A-Za-z0-9_-]{86}$'),
    previous text NOT NULL,
    key_id text NOT NULL,
    fiscal_version text NOT NULL,
    format_version integer NOT NULL,
    origin uuid NOT NULL,
    totals jsonb NOT NULL,
    training boolean NOT NULL CHECK (training = (kind = 'ECO')),
    received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    late boolean NOT NULL,
    company_id integer,
    PRIMARY KEY (till, kind, seq),
    -- What is signed names the document and the record before it: a stored row cannot say otherwise.
    CHECK (digest = encode(sha256(convert_to(xml, 'UTF8')), 'hex')),
    CHECK (right(payload, length(digest) + length(previous) + 11)
           = ',sha256=' || digest || ',' || CASE previous WHEN '' THEN 'N' ELSE 'O' END || ',' || previous),
    CHECK ((previous = '') = (seq = 1)),
    FOREIGN KEY (till, key_id) REFERENCES fiscal.certificate
);
-- Origin first: the same index answers "is this order signed?" and keeps replays from being stored twice.
CREATE UNIQUE INDEX record_origin ON fiscal.record (origin, till, kind);
CREATE UNIQUE INDEX record_id ON fiscal.record (id);
CREATE INDEX record_day ON fiscal.record (business_day, kind, till);
-- The code of an event stands in its signed string.
CREATE INDEX record_event ON fiscal.record (till, split_part(payload, ',', 2), seq) WHERE kind = 'JET';
COMMENT ON COLUMN fiscal.record.late IS 'About reception only: arrived long after it was signed, or signed after the sale.';

-- The last record of each chain, moved by append() only.
CREATE TABLE fiscal.head (
    till text NOT NULL,
    kind text NOT NULL,
    seq bigint NOT NULL,
    signature text NOT NULL,
    record_id bigint NOT NULL,
    business_day date NOT NULL,
    totals jsonb NOT NULL,
    PRIMARY KEY (till, kind)
) WITH (fillfactor = 40);
COMMENT ON COLUMN fiscal.head.record_id IS 'Greatest among the chains of a device: its most recent record.';

-- One row a device, locked and updated by every append: under REPEATABLE READ a lock alone would let a transaction
-- whose snapshot is older continue the chain from the wrong place.
CREATE TABLE fiscal.till_clock (
    till text PRIMARY KEY,
    appends bigint NOT NULL
) WITH (fillfactor = 40);

-- Validly signed, impossible to chain: never refused, never lost.
CREATE TABLE fiscal.quarantine (
    id bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    till text NOT NULL,
    kind text NOT NULL,
    seq bigint NOT NULL,
    signature text NOT NULL,
    reason text NOT NULL,
    detail text NOT NULL,
    entry text NOT NULL,
    record jsonb NOT NULL,
    received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    company_id integer,
    PRIMARY KEY (till, kind, seq, signature)
);
COMMENT ON COLUMN fiscal.quarantine.entry IS 'uuid of the entry (docs/formats.md §6) it came with.';

RESET ROLE;

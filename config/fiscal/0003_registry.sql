-- The instance, the devices and their keys. Each function adds rows, none changes one.
--
-- Own error codes: EF001 unknown device, EF002 unknown or revoked key, EF003 sequence, EF004 previous signature,
-- EF005 same origin with other content, EF006 malformed, EF007 instance, EF008 device number.

SET LOCAL ROLE fiscal_owner;

CREATE FUNCTION fiscal.open_instance(p_id uuid, p_till text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('fiscal.instance', 0));
    INSERT INTO fiscal.instance (id, till) VALUES (p_id, p_till) ON CONFLICT DO NOTHING;
    IF NOT EXISTS (SELECT FROM fiscal.instance WHERE id = p_id AND till = p_till) THEN
        RAISE EXCEPTION 'Cette base appartient déjà à une autre instance fiscale.' USING ERRCODE = 'EF007';
    END IF;
END
$$;

-- Adds a device, or a new version of it when something changed. Without a number one is given from 901 up: those are
-- the devices the server signs for, so that tills can be 1, 2, 3.
CREATE FUNCTION fiscal.register_till(
    p_uid text, p_number integer, p_name text, p_signer text, p_company_id integer, p_config_id integer,
    p_siret text, p_software text
) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$
DECLARE
    last fiscal.till;
    number integer := p_number;
BEGIN
    IF NOT EXISTS (SELECT FROM fiscal.instance) THEN
        RAISE EXCEPTION 'Aucune instance fiscale n''est ouverte dans cette base.' USING ERRCODE = 'EF007';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('fiscal.till', 0));
    SELECT * INTO last FROM fiscal.till t WHERE t.uid = p_uid ORDER BY t.version DESC LIMIT 1;
    IF FOUND THEN
        IF number IS NOT NULL AND number <> last.number THEN
            RAISE EXCEPTION 'La caisse % porte le numéro % et le garde.', p_uid, last.number USING ERRCODE = 'EF008';
        END IF;
        IF ROW(last.name, last.signer, last.company_id, last.config_id, last.siret, last.software)
           IS NOT DISTINCT FROM ROW(p_name, p_signer, p_company_id, p_config_id, p_siret, p_software) THEN
            RETURN jsonb_build_object('number', last.number, 'version', last.version, 'new', false);
        END IF;
        number := last.number;
    ELSIF number IS NULL THEN
        SELECT coalesce(max(t.number), 900) + 1 INTO number FROM fiscal.till t WHERE t.version = 1 AND t.number > 900;
    ELSIF EXISTS (SELECT FROM fiscal.till t WHERE t.version = 1 AND t.number = p_number) THEN
        RAISE EXCEPTION 'Le numéro de caisse % est déjà donné.', p_number USING ERRCODE = 'EF008';
    END IF;
    INSERT INTO fiscal.till (uid, version, number, name, signer, company_id, config_id, siret, software)
    VALUES (p_uid, coalesce(last.version, 0) + 1, number, p_name, p_signer, p_company_id, p_config_id, p_siret,
            p_software);
    IF last.version IS NULL THEN
        INSERT INTO fiscal.till_clock (till, appends) VALUES (p_uid, 0);
    END IF;
    RETURN jsonb_build_object('number', number, 'version', coalesce(last.version, 0) + 1, 'new', true);
END
$$;

-- True when the certificate is new; a second time with the same content changes nothing.
CREATE FUNCTION fiscal.register_certificate(p_till text, p_key_id text, p_pem text, p_valid_from timestamptz)
    RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$
BEGIN
    IF NOT EXISTS (SELECT FROM fiscal.till WHERE uid = p_till) THEN
        RAISE EXCEPTION 'Caisse inconnue : %.', p_till USING ERRCODE = 'EF001';
    END IF;
    IF EXISTS (SELECT FROM fiscal.certificate WHERE till = p_till AND key_id = p_key_id AND pem = p_pem) THEN
        RETURN false;
    END IF;
    INSERT INTO fiscal.certificate (till, key_id, pem, valid_from) VALUES (p_till, p_key_id, p_pem, p_valid_from);
    RETURN true;
END
$$;

-- True when it was valid until now.
CREATE FUNCTION fiscal.revoke_certificate(p_till text, p_key_id text, p_reason text) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$
BEGIN
    IF NOT EXISTS (SELECT FROM fiscal.certificate WHERE till = p_till AND key_id = p_key_id) THEN
        RAISE EXCEPTION 'Clé inconnue pour la caisse %.', p_till USING ERRCODE = 'EF002';
    END IF;
    INSERT INTO fiscal.certificate_revocation (till, key_id, reason) VALUES (p_till, p_key_id, p_reason)
    ON CONFLICT DO NOTHING;
    RETURN FOUND;
END
$$;

RESET ROLE;

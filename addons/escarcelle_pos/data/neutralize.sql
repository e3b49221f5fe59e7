-- a copy of the database is not the shop: no till may send to it, and none finds its key there
UPDATE escarcelle_till SET key_hash = NULL, pairing_hash = NULL, pairing_until = NULL;

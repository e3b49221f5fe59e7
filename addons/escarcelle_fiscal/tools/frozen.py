"""Which of the values about to be written would change what a signed ticket says."""


def changes(records, vals, names):
    """Those of ``records`` to which ``vals`` gives another value in one of ``names``.

    Writing again what stands there changes nothing; a command on a list of records always does.
    """
    touched = names & vals.keys()
    if not touched:
        return records.browse()
    return records.filtered(lambda record: any(_differs(record, name, vals[name]) for name in touched))


def _differs(record, name, value):
    field = record._fields[name]
    if field.type in ("one2many", "many2many"):
        return bool(value)
    if field.type in ("float", "monetary"):
        # Below the last decimal of a unit price: binary noise.
        return abs(record[name] - (value or 0)) > 1e-6
    return field.convert_to_record(field.convert_to_cache(value, record), record) != record[name]

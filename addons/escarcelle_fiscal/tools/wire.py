"""Records of the journal as they travel (docs/formats.md §2)."""

#: One JSON object a record; append ``WHERE … ORDER BY id``.
SELECT = """
    SELECT json_build_object(
        'till', till, 'till_number', till_number, 'kind', kind, 'seq', seq, 'doc_type', doc_type,
        'operation', operation, 'at', to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
        'local', local, 'business_day', business_day, 'payload', payload, 'xml', xml, 'digest', digest,
        'signature', signature, 'previous', previous, 'key_id', key_id, 'origin', origin,
        'totals', totals, 'training', training, 'fiscal_version', fiscal_version,
        'format_version', format_version)
    FROM fiscal.record
"""

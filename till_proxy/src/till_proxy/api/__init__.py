"""The handlers of ``docs/formats.md`` §5, one file a resource."""

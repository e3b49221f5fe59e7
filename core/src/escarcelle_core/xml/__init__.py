"""The documents and records as XML, there and back, with their schemas."""

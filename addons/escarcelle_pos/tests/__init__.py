from . import test_ingestion

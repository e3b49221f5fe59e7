from . import erasure_policy
from . import erasure, erasure_contact, erasure_tombstone
from . import erasure_card, erasure_eraser, erasure_talk, restricted_record

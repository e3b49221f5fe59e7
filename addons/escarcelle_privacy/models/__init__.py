from . import erasure_policy
from . import erasure, erasure_contact, erasure_tombstone
from . import erasure_card, erasure_eraser, erasure_talk, restricted_record
from . import privacy_facts, privacy_office, privacy_paper
from . import impact, impact_line, notice, processor, register, register_export
from . import consent, consent_use, privacy_request, rectification, reminder
from . import access_dossier, access_paper, privacy_erasure
from . import portable

"""Codes of the technical event journal (JET), as NF525 publishers name them.

Codes of the 900 range are this publisher's own.
"""

ARCHIVE_INTERMEDIATE, ARCHIVE_YEAR = 20, 30
STOP, START = 40, 80
CLOSE_DAY_MONTH, CLOSE_YEAR = 50, 60
DEGRADED_START, DEGRADED_END = 70, 120
INTEGRITY_DEFECT, SEQUENCE_BREAK = 90, 95
DATA_EXPORT = 110
TILL_ADDED, TILL_REMOVED = 126, 127
TAXPAYER_CHANGED = 128
RIGHTS_CHANGED = 130
DUPLICATE_PRINTED, NOTE_ISSUED = 155, 160
CASH_COUNT = 170
REFUND = 190
MAINTENANCE, NEW_VERSION = 240, 250
INITIALISATION = 260
SETTING_CHANGED = 270
TAX_AUDIT = 280
ACCOUNTANT_EXCHANGE = 290
SALE_ABANDONED = 320
TICKET_OFFERED, ARTICLE_OFFERED = 327, 328
CLOSING_STARTED = 330
ISSUER_CHANGED = 410
NON_SALE_AMOUNT = 910
DRAWER_OPENED = 920
RECEIPT_MAILED = 930
OPERATION_REFUSED = 940
CLOCK_CHANGED = 950
GUARD_LEVEL = 960
TRAINING_MODE = 970

LABELS = {
    ARCHIVE_INTERMEDIATE: "Archivage intermédiaire",
    ARCHIVE_YEAR: "Archivage d'exercice",
    STOP: "Arrêt ou fin de session",
    START: "Démarrage ou ouverture de session",
    CLOSE_DAY_MONTH: "Clôture journalière ou mensuelle",
    CLOSE_YEAR: "Clôture d'exercice",
    DEGRADED_START: "Début de mode dégradé",
    DEGRADED_END: "Fin de mode dégradé",
    INTEGRITY_DEFECT: "Défaut d'intégrité",
    SEQUENCE_BREAK: "Rupture de séquence",
    DATA_EXPORT: "Export de données",
    TILL_ADDED: "Poste ajouté",
    TILL_REMOVED: "Poste retiré",
    TAXPAYER_CHANGED: "Changement d'assujetti",
    RIGHTS_CHANGED: "Changement de droits ou dérogation",
    DUPLICATE_PRINTED: "Duplicata émis",
    NOTE_ISSUED: "Note émise",
    CASH_COUNT: "Comptage de caisse",
    REFUND: "Annulation ou retour",
    MAINTENANCE: "Intervention de maintenance",
    NEW_VERSION: "Nouvelle version du logiciel",
    INITIALISATION: "Initialisation",
    SETTING_CHANGED: "Changement de paramètre de conformité",
    TAX_AUDIT: "Opération de contrôle fiscal",
    ACCOUNTANT_EXCHANGE: "Échange avec le comptable",
    SALE_ABANDONED: "Vente abandonnée",
    TICKET_OFFERED: "Ticket offert",
    ARTICLE_OFFERED: "Article offert",
    CLOSING_STARTED: "Début de clôture",
    ISSUER_CHANGED: "Changement des données de l'émetteur",
    NON_SALE_AMOUNT: "Montant hors vente",
    DRAWER_OPENED: "Ouverture du tiroir",
    RECEIPT_MAILED: "Ticket envoyé par courriel",
    OPERATION_REFUSED: "Opération refusée",
    CLOCK_CHANGED: "Horloge modifiée",
    GUARD_LEVEL: "Niveau de protection du journal",
    TRAINING_MODE: "Mode école",
}

"""What a defect means for whoever reads the report, in plain French: by the field it names."""

_MEANINGS = (
    (("signature", "clé"),
     "Le document n'a pas été signé par la caisse, ou a été changé après sa signature."),
    (("empreinte du document", "document", "schéma", "type de document"),
     "Le contenu du document n'est plus celui qui a été signé : il a été modifié, ou il est abîmé."),
    (("signature précédente", "numéro", "fin de la chaîne", "reprise de la chaîne", "premier enregistrement",
      "signature de"),
     "La suite des documents est rompue : il en manque, il en a été ajouté, ou leur ordre a changé."),
    (("chaîne signée", "opération", "instant", "heure locale", "journée", "origine", "caisse", "école",
      "numéro de caisse", "version"),
     "Une information enregistrée à côté du document ne dit pas ce que dit le document signé."),
    (("totaux", "total", "perpétuel", "TVA", "encaissements", "nombre de tickets", "un compteur"),
     "Les totaux ne sont pas la somme des tickets : un montant ou un compteur a été modifié."),
    (("clôture",), "Une clôture manque, ou ne porte pas sur la période attendue."),
    (("ancre", "empreinte de l'ancre"),
     "L'historique n'est plus celui qu'une ancre a fixé : il a été réécrit, coupé, ou remis d'une sauvegarde."),
    (("réception", "reçu en retard", "société"),
     "L'ordre, l'instant ou la société de réception ne sont pas ceux que le serveur a inscrits."),
    (("manifeste", "fichier", "empreinte SHA-256", "contenu", "certificat", "signature XML", "totaux par taux",
      "période", "nombre de caisses", "serveur"),
     "L'archive n'est plus celle que le serveur a scellée : un fichier a été modifié, retiré ou ajouté."),
    (("lignes de la facture", "encaissements de la facture", "facture"),
     "Une facture ne répète pas son ticket, ou un ticket a deux factures."),
    (("document cité",),
     "Un document du stock ou des commandes en cite un autre qui n'est pas dans le journal."),
    (("rang du duplicata", "duplicata", "document d'origine"),
     "Un duplicata ou une annulation ne désigne pas un document existant, ou une copie manque."),
)  # fmt: skip
_ROW = "Une ligne des tables du journal a été ajoutée, retirée ou modifiée directement dans la base."
_OTHER = "Une valeur n'est pas celle que donnent les documents signés."
_UNREADABLE = "Ce qui a été donné n'a pas pu être lu : rien n'en a été vérifié."


def meaning(record: str, field: str) -> str:
    """One sentence; exact names first, then names that begin alike."""
    if not field:
        return _UNREADABLE
    if record.startswith(("fiscal.", "registre")):
        return _ROW
    for names, sentence in _MEANINGS:
        if field in names:
            return sentence
    for names, sentence in _MEANINGS:
        if field.startswith(names):
            return sentence
    return _OTHER

"""Words of the user manual that are Odoo's own: where Odoo's translation has them."""

#: As they stand on the screen → module of Odoo.
ODOO = {
    "Nouveau": "web",
    "Valider": "point_of_sale",
    "Client": "point_of_sale",
    "Commandes": "point_of_sale",
    "Paiement": "point_of_sale",
    "Confirmer la commande": "purchase",
    "Envoyer une demande de prix": "purchase",
    "Détails": "stock",
    "Retour": "stock",
    "Prix de vente": "product",
}

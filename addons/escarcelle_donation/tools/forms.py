"""The two forms of the tax office, as data: their French words are the law's, never translated.

16216*02 (2041-MEC-SD): gifts of companies, CGI art. 238 bis, 5 bis. 11580*05 (2041-RD): gifts of individuals,
CGI art. 200, 5 and 978. Another layout is allowed when it bears the same mentions (BOI-IR-RICI-250-40; ruling
of 21 June 2023 for companies).
"""

TITLES = {
    "16216": "Reçu des dons et versements effectués par les entreprises"
    " au titre de l'article 238 bis du code général des impôts",
    "11580": "Reçu des dons et versements effectués par les particuliers"
    " au titre des articles 200 et 978 du code général des impôts",
}
NUMBERS = {"16216": "cerfa n° 16216*02 – 2041-MEC-SD", "11580": "cerfa n° 11580*05 – 2041-RD"}
#: Prefix of the number: one continuous series a form and year.
PREFIXES = {"16216": "E", "11580": "P"}
STATUSES = {
    "general": "Œuvre ou organisme d'intérêt général",
    "utility": "Association ou fondation reconnue d'utilité publique par décret",
    "alsace": "Association située dans la Moselle, le Bas-Rhin ou le Haut-Rhin,"
    " reconnue d'utilité publique par arrêté préfectoral",
    "endowment": "Fonds de dotation",
    "municipal": "Collectivité ou établissement public (commune, CCAS)",
    "other": "Autre organisme",
}
ACTS = {
    "authentic": "Acte authentique",
    "private": "Acte sous seing privé",
    "manual": "Déclaration de don manuel",
    "other": "Autres",
}
NATURES = {
    "money": "Numéraire",
    "securities": "Titres de sociétés cotés",
    "income": "Abandon de revenus ou de produits",
    "waiver": "Frais engagés par les bénévoles, dont ils renoncent expressément au remboursement",
    "goods": "Dons en nature",
}
PAYMENTS = {
    "cash": "Remise d'espèces",
    "cheque": "Chèque",
    "transfer": "Virement, prélèvement",
    "card": "Carte bancaire",
    "other": "Autres",
}
#: The articles the beneficiary certifies, for each form.
ARTICLES = {
    "11580": (("article_200", "200 du CGI"), ("article_978", "978 du CGI")),
    "16216": (("article_238", "238 bis du CGI"),),
}

"""The canonical text of a ticket's record, as regular expressions.

They admit less than the schema does: a text they refuse is not wrong, it is checked the slow way. What
they admit is canonical XML, valid against the schema, and comes back the same from being read and
built again (docs/decisions/0003).
"""

import re

# Text as documents are cleaned of what XML cannot say; escapes in their one canonical spelling.
_ODD = r"\x7f-\x9f\ud800-\udfff\ufffe\uffff"
_IN_QUOTES = rf'[^<&"\x00-\x1f{_ODD}]*'
_IN_TAGS = rf"[^<>&\x00-\x08\x0b-\x1f{_ODD}]*"
_QUOTED = rf"{_IN_QUOTES}(?:&(?:amp|lt|quot);{_IN_QUOTES})*"
_TEXT = rf"{_IN_TAGS}(?:&(?:amp|lt|gt);{_IN_TAGS})*"
_SOME_QUOTED = rf'(?!"){_QUOTED}'
_SOME_TEXT = rf"(?!<){_TEXT}"

# Numbers as they are written: no leading zero, no minus zero, few enough digits to be exact below.
_AMOUNT = r"(?!-0\.00\b)-?(?:0|[1-9]\d{0,8})\.\d\d"
_PRICE = r"(?!-0\.0000\b)-?(?:0|[1-9]\d{0,6})\.\d{4}"
_QUANTITY = r"(?!-0\.000\b)-?(?:0|[1-9]\d{0,6})\.\d{3}"
_PERCENTAGE = r"(?:[1-9]?\d\.\d\d|100\.00)"
_RATE = r"[1-9]?\d\.\d\d"
_NUMBER = r"[1-9]\d{0,8}"
_TILL = r"(?:0|[1-9]\d{0,2})"
_UUID = r"\{[0-9A-F]{8}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{12}\}"
_DAY = r"[12]\d{3}-\d\d-\d\d"
_TIME = r"\d\d:\d\d:\d\d"
_CODE = r"[A-Z][A-Z0-9_]{0,30}"

#: The record up to the company. Groups: kind, key, number, signature, signed string, till number,
#: till, training, local time, business day, operation, uuid, UTC.
RECORD = re.compile(
    r'<enregistrement chaine="(TCK|ECO)" cle="([0-9a-f]{64})" format="1"'
    rf' numero="({_NUMBER})" signature="([A-Za-z0-9_\-]{{86}})"><signe>([^<]*)</signe>'
    rf'<ticket annule="N" attente="N" caisse="({_TILL})" caisse-uid="([0-9a-f]{{8}})" chaine="\1"'
    r' cle="\2" degrade="[NO]" devise="EURO" document="TCK" ecole="([NO])" encaisse="O" imprime="N"'
    rf' iso="({_DAY}T{_TIME}[+-]\d\d:\d\d)" jour="({_DAY})" logiciel="(?=[^"]* ){_QUOTED}" memo="N"'
    rf' numero="\3" type="(VTE|ANN|GES)" uid="({_UUID})" utc="({_DAY}T{_TIME}Z)" version="3"'
    r' version-fiscale="F\d+\.\d+"><entete>',
    re.ASCII,
)

#: The company: much the same on every ticket, so that its text is looked up before it is matched.
COMPANY = re.compile(
    rf'<societe naf="{_QUOTED}" siret="{_QUOTED}" tva="{_QUOTED}">'
    + "".join(
        rf"(?:<{tag}>{_SOME_TEXT}</{tag}>)?"
        for tag in ("nom", "rue", "complement", "codepostal", "ville", "pays", "telephone")
    )
    + "</societe>"
)

#: The rest of the header. Groups: sector; till, type, number, uuid of the origin.
HEADER = re.compile(
    rf'<caissier numero="{_QUOTED}"></caissier>(?:<client code="{_SOME_QUOTED}"></client>)?'
    rf'<tarif code="{_QUOTED}" secteur="({_CODE})">(?:<mention>{_SOME_TEXT}</mention>)?</tarif>'
    rf'(?:<origine caisse="({_TILL})" document="([A-Z]{{3}})"(?: etendue="totale")? numero="({_NUMBER})"'
    rf' uid="({_UUID})"></origine>)?'
    rf'(?:<derogation objet="{_QUOTED}" responsable="{_QUOTED}">{_TEXT}</derogation>)*'
    rf"(?:<commentaire>{_SOME_TEXT}</commentaire>)?",
    re.ASCII,
)

#: Lines one after the other, to be found all at once. Groups: price, amount, amount without VAT, number,
#: quantity, discount, VAT, rate, uuid; last, all the text from where it is no longer a line.
LINES = re.compile(
    rf'<article base="({_PRICE})" cab="{_QUOTED}" net="({_AMOUNT})" net_ht="({_AMOUNT})"'
    rf' numero="({_NUMBER})"(?: origine="{_UUID}"(?: origine_ticket="{_TILL}-{_NUMBER}")?)?'
    rf' plu="{_QUOTED}" quantite="({_QUANTITY})"'
    rf'(?: reference="{_PRICE}")? remise="({_PERCENTAGE})" taxe="({_AMOUNT})" tva="({_RATE})"'
    rf' uid="({_UUID})" unite="{_QUOTED}"><libelle>{_TEXT}</libelle>'
    rf'(?:<groupe code="{_QUOTED}">{_SOME_TEXT}</groupe>)?'
    rf"(?:<commentaire>{_SOME_TEXT}</commentaire>)?</article>|((?s:.+))",
    re.ASCII,
)

#: A payment. Groups: time, mode, amount, change, what was given.
PAYMENT = re.compile(
    rf'<encaissement devise="EURO" horodatage="([^"]*)" libelle="{_QUOTED}" mode="({_CODE})"'
    rf' montant="({_AMOUNT})" rendu="({_AMOUNT})" uid="{_UUID}">({_AMOUNT})</encaissement>',
    re.ASCII,
)

"""The « fichier des écritures comptables » as bytes (LPF art. A47 A-1): 18 fields a line, and its notice.

Pure: rows in, bytes out. French constants: the file and its description belong to French law.
"""

import hashlib
import unicodedata
from collections import Counter
from decimal import Decimal

#: Field, what the notice says of it.
FIELDS = (
    ("JournalCode", "code du journal"),
    ("JournalLib", "libellé du journal"),
    ("EcritureNum", "numéro de l'écriture, suite continue dans l'ordre de validation ; l'à-nouveau est le premier"),
    ("EcritureDate", "date de comptabilisation, AAAAMMJJ"),
    ("CompteNum", "numéro de compte du plan comptable français"),
    ("CompteLib", "libellé du compte"),
    ("CompAuxNum", "compte auxiliaire : référence du tiers, sinon son identifiant ; vide hors comptes de tiers"),
    ("CompAuxLib", "nom du tiers ; vide hors comptes de tiers"),
    ("PieceRef", "référence de la pièce justificative : numéro de l'écriture dans son journal"),
    ("PieceDate", "date de la pièce, AAAAMMJJ"),
    ("EcritureLib", "libellé de l'écriture"),
    ("Debit", "montant au débit, en euros"),
    ("Credit", "montant au crédit, en euros"),
    ("EcritureLet", "lettrage, vide sans lettrage complet"),
    ("DateLet", "date du lettrage, AAAAMMJJ"),
    ("ValidDate", "date de validation de l'écriture, AAAAMMJJ"),
    ("Montantdevise", "montant signé dans la devise, vide pour une écriture en euros"),
    ("Idevise", "code ISO de la devise, vide pour une écriture en euros"),
)  # fmt: skip
SEPARATORS = {"tab": "\t", "pipe": "|"}
ENCODINGS = {"latin": "iso-8859-15", "utf8": "utf-8"}
#: Characters of everyday French texts that ISO 8859-15 does not hold, and that lose nothing so.
_KNOWN = str.maketrans(
    {
        "’": "'", "‘": "'", "‚": ",", "“": '"', "”": '"', "„": '"', "–": "-", "—": "-", "‑": "-",
        "−": "-", "…": "...", "•": "-", "\u202f": "\u00a0", "\u2009": "\u00a0", "ﬁ": "fi", "ﬂ": "fl",
    }
)  # fmt: skip


def amount(value):
    """An amount in euros: comma, two decimals, no padding, sign first."""
    return f"{value + 0:.2f}".replace(".", ",")


def day(value):
    """AAAAMMJJ, empty without a date."""
    return f"{value:%Y%m%d}" if value else ""


def letter(number):
    """Lettering code of a full reconciliation: 1 → A, 27 → AA."""
    text = ""
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(65 + rest) + text
    return text


class FecFile:
    """Writes rows to a binary stream; keeps what the notice and the self-check want to know."""

    def __init__(self, stream, separator="tab", encoding="latin"):
        self._stream = stream
        self._separator = SEPARATORS[separator]
        self._encoding = ENCODINGS[encoding]
        self._hash = hashlib.sha256()
        self.lines = 0
        self.debit = self.credit = Decimal(0)
        self.journals = {}
        #: character → what stands for it, and how often.
        self.replaced = Counter()
        self.instead = {}
        self._put(self._separator.join(name for name, _what in FIELDS))

    def write(self, row):
        """One line: 18 values, text, dates and amounts in euros."""
        values = list(row)
        self.lines += 1
        # Odoo hands amounts out as floats; they are cents.
        debit, credit = (Decimal(f"{value:.2f}") for value in values[11:13])
        self.debit += debit
        self.credit += credit
        self.journals[values[0]] = values[1]
        for i in (3, 9, 14, 15):
            values[i] = day(values[i])
        values[11], values[12] = amount(debit), amount(credit)
        values[16] = amount(values[16]) if values[16] not in (None, "") else ""
        self._put("\r\n" + self._separator.join(self._text(value) for value in values))

    @property
    def sha256(self):
        return self._hash.hexdigest()

    def _text(self, value):
        """No separator, no control character, no leading or trailing space; in the alphabet of the file."""
        text = "" if value is None else str(value)
        if not text.isascii():
            text = self._transliterated(unicodedata.normalize("NFC", text))
        elif text.isalnum():
            return text
        if "|" in text:
            text = text.replace("|", "/")
        return " ".join("".join(" " if unicodedata.category(c)[0] == "C" else c for c in text).split())

    def _transliterated(self, text):
        try:
            text.encode(self._encoding)
        except UnicodeEncodeError:
            return "".join(self._character(c) for c in text)
        return text

    def _character(self, character):
        try:
            character.encode(self._encoding)
        except UnicodeEncodeError:
            plain = unicodedata.normalize("NFKD", character.translate(_KNOWN))
            instead = "".join(c for c in plain if not unicodedata.combining(c))
            instead = instead.encode(self._encoding, "ignore").decode(self._encoding) or "?"
            self.replaced[character] += 1
            self.instead[character] = instead
            return instead
        return character

    def _put(self, text):
        data = text.encode(self._encoding)
        self._hash.update(data)
        self._stream.write(data)

    def replacements(self):
        """« ł » U+0142 → « l » (3 fois), commonest first."""
        return [
            f"« {character} » (U+{ord(character):04X}) remplacé par « {self.instead[character]} », {count} fois"
            for character, count in self.replaced.most_common()
        ]

    def notice(self, *, name, company, siren, start, end, company_lines=(), test=False):
        """The description that goes with the file (A47 A-1, II): text, CR/LF, same alphabet."""
        shown = {"\t": "tabulation", "|": "barre verticale « | »"}[self._separator]
        alphabet = {"iso-8859-15": "ISO 8859-15", "utf-8": "UTF-8"}[self._encoding]
        lines = [
            "DESCRIPTION DU FICHIER DES ÉCRITURES COMPTABLES",
            "Livre des procédures fiscales, articles L. 47 A et A. 47 A-1",
            "",
            f"Fichier            : {name}",
            f"Entreprise         : {company}",
            f"SIREN              : {siren or 'inconnu'}",
            f"Exercice           : du {start:%d/%m/%Y} au {end:%d/%m/%Y}",
            *(["Nature             : FICHIER D'ESSAI, sans valeur"] if test else []),
            "Type               : fichier à plat, monostructure, longueur variable",
            f"Jeu de caractères  : {alphabet}",
            f"Séparateur de zone : {shown}",
            "Séparateur d'enregistrement : retour chariot et fin de ligne (CR LF)",
            "Première ligne     : noms des zones",
            "Nombres            : virgule décimale, sans séparateur de milliers ni remplissage, signe en tête",
            "Dates              : AAAAMMJJ",
            "Ordre              : à-nouveau d'abord, puis les écritures dans l'ordre de leur validation",
            f"Enregistrements    : {self.lines} (sans la ligne des noms)",
            f"Total débit        : {amount(self.debit)}",
            f"Total crédit       : {amount(self.credit)}",
            f"Empreinte SHA-256  : {self.sha256}",
            "",
            "ZONES",
            *(f"{i:>2}. {field:<14} {what}" for i, (field, what) in enumerate(FIELDS, 1)),
            "",
            "CODES DES JOURNAUX",
            *(f"{self._text(code):<8} {self._text(label)}" for code, label in sorted(self.journals.items())),
        ]  # fmt: skip
        if company_lines:
            lines += ["", "REMARQUES", *company_lines]
        lines += ["", "CARACTÈRES REMPLACÉS", *(self.replacements() or ["aucun"])]
        text = "".join(f"{line}\r\n" for line in lines)
        return text.encode(self._encoding, "replace")

"""Amounts in French letters, as receipts write them (BOI-IR-RICI-250-40: in figures and in letters)."""

from num2words import num2words

#: More than any gift, less than what the forms have room for.
MAX_CENTS = 100_000_000_000


def euros_in_letters(cents: int) -> str:
    """``1 234,56 €`` given as 123456 cents: « mille deux cent trente-quatre euros et cinquante-six centimes ».

    Raises ValueError for a negative amount or one over MAX_CENTS.
    """
    if not 0 <= cents <= MAX_CENTS:
        raise ValueError(f"{cents} cents cannot be written on a receipt")
    euros, rest = divmod(cents, 100)
    said = []
    if euros or not rest:
        words = num2words(euros, lang="fr")
        # « un million d'euros », but « un million cent euros ».
        link = " d'" if words.endswith(("million", "millions", "milliard", "milliards")) else " "
        said.append(f"{words}{link}euro{'s' if euros > 1 else ''}")
    if rest:
        said.append(f"{num2words(rest, lang='fr')} centime{'s' if rest > 1 else ''}")
    return " et ".join(said)

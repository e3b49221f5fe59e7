"""*Reste à vivre*: what a household has left to live on, a person and a day. Integer cents."""

from decimal import ROUND_HALF_UP, Decimal


def units(people, halves, half_counts):
    """Units of consumption, in halves of a person: everybody counts two, a half-time child one.

    ``halves`` of the ``people`` are in joint custody; they count half when ``half_counts``. A household
    is never less than one unit.
    """
    total = 2 * max(people, 1)
    if half_counts:
        total -= min(max(halves, 0), max(people, 1))
    return max(total, 2)


def living_rest(resources, charges, half_units, days):
    """Cents a person and a day: (``resources`` − ``charges``) of a month over persons and ``days``.

    Rounded half up to the cent, away from zero: a household that owes more than it earns has a
    negative one. Raises ValueError without persons or days.
    """
    if half_units <= 0 or days <= 0:
        raise ValueError("no persons or no days")
    rest = Decimal(resources - charges) * 2 / (half_units * days)
    return int(rest.quantize(Decimal(1), ROUND_HALF_UP))

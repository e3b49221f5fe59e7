"""Which cells of a table are hidden so that no small group of people can be read from it.

Pure: cells are ``(line, column)`` pairs, values are numbers or ``None``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

Cell = tuple[int, int]
Hidden = frozenset[Cell]
Sum = tuple[tuple[Cell, ...], Cell]

#: Sums are compared in a field of integers: no rounding, no fraction that grows.
PRIME = 2_147_483_647


def hide(
    values: Sequence[Sequence[object]],
    primary: Iterable[Cell],
    followers: Mapping[int, tuple[int, ...]],
    sums: Sequence[Sum],
    heads: Iterable[int],
    threshold: int,
) -> Hidden:
    """Every cell to hide, ``primary`` and what protects it.

    :param followers: column of a head count → columns hidden with it, on the same line
    :param sums: ``(parts, whole)`` that a reader may add up
    :param heads: columns that count people: what a sum hides there makes ``threshold`` at least
    """
    heads = set(heads)
    # Heads first: what they take with them on their line protects the other columns too.
    sums = sorted(sums, key=lambda one: -len(followers.get(one[1][1], ())))
    hidden: set[Cell] = set()
    waiting = set(primary)
    while waiting:
        for i, j in waiting:
            hidden.add((i, j))
            hidden.update((i, k) for k in followers.get(j, ()) if values[i][k] is not None)
        waiting = set()
        for parts, whole in sums:
            more = _weakest(values, parts, whole, hidden, heads, threshold)
            if more is not None:
                waiting.add(more)
                break
        if not waiting:
            waiting = _given_away(values, sums, hidden)
    return frozenset(hidden)


def _weakest(
    values: Sequence[Sequence[object]],
    parts: tuple[Cell, ...],
    whole: Cell,
    hidden: set[Cell],
    heads: set[int],
    threshold: int,
) -> Cell | None:
    """The cell to hide next for this sum to give nothing away, ``None`` when it is safe."""
    inside = [cell for cell in parts if cell in hidden]
    if not inside:
        return _least(values, parts, hidden) if whole in hidden else None
    if whole in hidden:
        return None
    if len(inside) > 1 and (whole[1] not in heads or _makes(values, inside, threshold)):
        return None
    return _least(values, parts, hidden) or whole


def _makes(values: Sequence[Sequence[object]], cells: Iterable[Cell], threshold: int) -> bool:
    """Whether these cells count ``threshold`` heads; what was hidden before it came here counts enough."""
    known = [values[i][j] for i, j in cells]
    if any(value is not None and not hasattr(value, "__abs__") for value in known):
        return True
    return sum(abs(value) for value in known if value is not None) >= threshold


def _least(
    values: Sequence[Sequence[object]], cells: Iterable[Cell], hidden: set[Cell]
) -> Cell | None:
    """The smallest cell that is still read and speaks of somebody."""
    read = [
        (size, cell) for cell in cells if cell not in hidden and (size := _number(values, cell))
    ]
    return min(read)[1] if read else None


def _number(values: Sequence[Sequence[object]], cell: Cell) -> object:
    """Size of a value; one that was hidden before it came here has none left to say."""
    value = values[cell[0]][cell[1]]
    return 0 if value is None or not hasattr(value, "__abs__") else abs(value)


def _given_away(
    values: Sequence[Sequence[object]], sums: Sequence[Sum], hidden: set[Cell]
) -> set[Cell]:
    """One more cell to hide when the sums taken together still tell a hidden one."""
    near = _determined(sums, hidden)
    while near:
        # Beside what is told there may be nothing left to hide: then further away, along the sums.
        wider = near.union(
            *((*parts, whole) for parts, whole in sums if not near.isdisjoint((*parts, whole)))
        )
        more = _least(values, sorted(wider), hidden)
        if more is not None:
            return {more}
        if wider == near:
            break
        near = wider
    return set()


def _determined(sums: Sequence[Sum], hidden: set[Cell]) -> set[Cell]:
    """Hidden cells that the sums determine: Gauss and Jordan on what is unknown."""
    solved: dict[Cell, dict[Cell, int]] = {}
    for parts, whole in sums:
        row = {cell: 1 for cell in parts if cell in hidden}
        if whole in hidden:
            row[whole] = PRIME - 1
        for pivot, known in solved.items():
            if pivot in row:
                row = _without(row, pivot, known)
        if not row:
            continue
        pivot = min(row)
        inverse = pow(row[pivot], -1, PRIME)
        row = {cell: factor * inverse % PRIME for cell, factor in row.items()}
        for other, known in solved.items():
            if pivot in known:
                solved[other] = _without(known, pivot, row)
        solved[pivot] = row
    return {pivot for pivot, row in solved.items() if len(row) == 1}


def _without(row: dict[Cell, int], pivot: Cell, known: dict[Cell, int]) -> dict[Cell, int]:
    """``row`` less what is known of its ``pivot``."""
    factor = row[pivot]
    left = dict(row)
    for cell, other in known.items():
        left[cell] = (left.get(cell, 0) - factor * other) % PRIME
    return {cell: value for cell, value in left.items() if value}

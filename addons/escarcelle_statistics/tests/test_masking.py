"""What leaves the shop says nothing of fewer than five: no cell does, and no sum of cells."""

import copy
import pickle
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st
from odoo.tests import BaseCase, tagged

from ..table import MASKED, Column, Row, Table, folded, masked

HOUSEHOLDS, PEOPLE = Column("Ménages", "households"), Column("Personnes", "persons")
WEIGHT, RATIO = Column("Kilos", "weight"), Column("Part", "percent")
COUNTS = st.one_of(st.just(0), st.integers(1, 9), st.integers(10, 60))


@st.composite
def lists(draw):
    """Lines of a dimension, head counts and what goes with them, with their total."""
    rows = []
    for n in range(draw(st.integers(1, 9))):
        homes = draw(COUNTS)
        rows.append(
            Row(
                f"r{n}",
                (
                    homes,
                    homes * draw(st.integers(1, 6)),
                    homes * draw(st.integers(0, 900)),
                    Decimal(12),
                ),
            )
        )
    total = Row("Total", (*(sum(row.values[j] for row in rows) for j in range(3)), Decimal(12)))
    return Table("t", "s", "h", (HOUSEHOLDS, PEOPLE, WEIGHT, RATIO), tuple(rows), total)


@st.composite
def crossings(draw):
    """Two dimensions, a total of each line and of each column."""
    width = draw(st.integers(1, 6))
    rows = []
    for n in range(draw(st.integers(1, 7))):
        values = [draw(COUNTS) for _ in range(width)]
        rows.append(Row(f"r{n}", (*values, sum(values))))
    total = Row("Total", tuple(sum(row.values[j] for row in rows) for j in range(width + 1)))
    columns = [Column(f"c{j}", "households", group=f"c{j}") for j in range(width)]
    columns.append(Column("Total", "households", group="Total", total=True))
    return Table("t", "s", "h", tuple(columns), tuple(rows), total)


def sums(table):
    """The sums a reader may do: each column and, where there is a column of totals, each line."""
    lines = table.lines()
    last = len(lines) - 1
    for j, column in enumerate(table.columns):
        if column.kind != "percent":
            yield [(i, j) for i in range(last)], (last, j)
    if table.columns[-1].total:
        end = len(table.columns) - 1
        for i in range(len(lines)):
            yield [(i, j) for j in range(end)], (i, end)


def rank(rows):
    rows, found = [list(map(Fraction, row)) for row in rows], 0
    for j in range(len(rows[0]) if rows else 0):
        pivot = next((i for i in range(found, len(rows)) if rows[i][j]), None)
        if pivot is None:
            continue
        rows[found], rows[pivot] = rows[pivot], rows[found]
        for i in range(found + 1, len(rows)):
            factor = rows[i][j] / rows[found][j]
            rows[i] = [a - factor * b for a, b in zip(rows[i], rows[found], strict=True)]
        found += 1
    return found


@tagged("post_install", "-at_install")
class TestMasking(BaseCase):
    def check(self, table):
        out = masked(table)
        before, after = table.lines(), out.lines()
        hidden = {
            (i, j)
            for i, row in enumerate(after)
            for j, value in enumerate(row.values)
            if value is MASKED
        }
        for i, row in enumerate(after):
            for j, value in enumerate(row.values):
                if value is not MASKED:
                    self.assertEqual(value, before[i].values[j], "what is read is true")
                    if table.columns[j].kind in ("households", "persons"):
                        self.assertFalse(0 < value < 5)
                else:
                    self.assertIsNotNone(before[i].values[j])
            if row.values[0] is MASKED and table.columns[0].group == "":
                self.assertEqual(
                    set(row.values), {MASKED}, "nothing is said of a household that is hidden"
                )
        unknown = sorted(hidden)
        equations = []
        for parts, whole in sums(table):
            inside = [cell for cell in parts if cell in hidden]
            equations.append(
                [
                    1 if cell in inside else -1 if cell == whole and whole in hidden else 0
                    for cell in unknown
                ]
            )
            if inside and whole not in hidden:
                self.assertGreater(len(inside), 1)
                if table.columns[whole[1]].kind in ("households", "persons"):
                    self.assertGreaterEqual(sum(before[i].values[j] for i, j in inside), 5)
        known = rank(equations)
        for n, cell in enumerate(unknown):
            one = [int(m == n) for m in range(len(unknown))]
            self.assertGreater(rank([*equations, one]), known, f"{cell} follows from what is read")
        self.assertEqual(masked(out), out, "what is masked stays as it is")
        small = any(
            0 < value < 5
            for row in before
            for column, value in zip(table.columns, row.values, strict=True)
            if column.kind in ("households", "persons")
        )
        self.assertEqual(bool(hidden), small, "nothing is hidden for nothing")

    @settings(max_examples=100, deadline=None)
    @given(lists())
    def test_lists(self, table):
        self.check(table)

    @settings(max_examples=100, deadline=None)
    @given(crossings())
    def test_crossings(self, table):
        self.check(table)

    def test_what_protects_a_cell_may_stand_far_from_it(self):
        """(0, 2) follows from the total column, and all that stands beside it is hidden already."""
        rows = tuple(
            Row(f"r{n}", (*values, sum(values)))
            for n, values in enumerate(((0, 2, 1), (1, 0, 4), (0, 4, 0)))
        )
        columns = [Column(f"c{j}", "households", group=f"c{j}") for j in range(3)]
        columns.append(Column("Total", "households", group="Total", total=True))
        self.check(Table("t", "s", "h", tuple(columns), rows, Row("Total", (1, 6, 5, 12))))

    def test_zero_speaks_of_nobody(self):
        table = Table(
            "t", "s", "h", (HOUSEHOLDS,), (Row("a", (0,)), Row("b", (9,))), Row("Total", (9,))
        )
        self.assertEqual(masked(table), table)

    def test_parts_of_a_line(self):
        rows = (Row("67", (13,)), Row("67000", (3,), 1), Row("67100", (10,), 1), Row("68", (20,)))
        out = masked(Table("t", "s", "h", (HOUSEHOLDS,), rows, Row("Total", (33,))))
        self.assertEqual([row.values[0] for row in out.lines()], [13, MASKED, MASKED, 20, 33])

    def test_a_total_of_few_is_hidden_with_everything(self):
        table = Table(
            "t",
            "s",
            "h",
            (HOUSEHOLDS, WEIGHT),
            (Row("a", (3, 70)), Row("b", (0, 0))),
            Row("Total", (3, 70)),
        )
        self.assertEqual(
            [row.values for row in masked(table).lines()], [(MASKED,) * 2, (0, 0), (MASKED,) * 2]
        )

    def test_without_people_nothing_is_hidden(self):
        table = Table("t", "s", "h", (WEIGHT,), (Row("a", (3,)),), Row("Total", (3,)))
        self.assertEqual(masked(table), table)
        self.assertEqual(masked(replace(table, rows=(), total=None)).rows, ())

    def test_households_that_are_not_shown_mask_what_they_took(self):
        behind = Column("", "households", unseen=True)
        rows = (Row("67", (900, 9)), Row("68", (30, 3)), Row("69", (70, 7)), Row("–", (5, 0)))
        table = Table("t", "s", "h", (WEIGHT, behind), rows, Row("Total", (1005, 19)))
        out = masked(table)
        self.assertEqual(out.columns, (WEIGHT,))
        self.assertEqual(
            [row.values for row in out.lines()], [(900,), (MASKED,), (MASKED,), (5,), (1005,)]
        )

    def test_cells_that_are_asked_for_are_masked_and_protected(self):
        rows = (Row("a", (40, 8)), Row("b", (20, 4)), Row("c", (30, 6)))
        table = Table("t", "s", "h", (HOUSEHOLDS, WEIGHT), rows, Row("Total", (90, 18)))
        out = masked(table, also={(0, 1)})
        self.assertEqual(
            [row.values for row in out.lines()], [(40, MASKED), (20, MASKED), (30, 6), (90, 18)]
        )
        self.assertEqual(
            [row.values[1] for row in masked(table, also={(0, 1), (3, 1)}).lines()],
            [MASKED, 4, 6, MASKED],
        )

    def test_lines_that_are_not_shown_say_nothing_of_few(self):
        rows = tuple(
            Row(f"r{n}", (heads, heads * 10, Decimal(3))) for n, heads in enumerate((40, 30, 6, 2))
        )
        table = Table(
            "t", "s", "h", (HOUSEHOLDS, WEIGHT, RATIO), rows, Row("Total", (78, 780, Decimal(3)))
        )
        self.assertEqual(folded(table, 2, "%s autres").rows[2], Row("2 autres", (None, 80, None)))
        said = folded(masked(table), 2, "%s autres").rows
        self.assertEqual(said[2].values, (None, MASKED, None))
        self.assertEqual(folded(table, 4, "%s"), table)
        self.assertEqual(folded(table, 0, "%s"), table)

    def test_there_is_one_masked(self):
        self.assertIs(copy.deepcopy(MASKED), MASKED)
        self.assertIs(pickle.loads(pickle.dumps(MASKED)), MASKED)
        self.assertEqual((str(MASKED), repr(MASKED)), ("< 5", "MASKED"))

    def test_a_table_that_does_not_fit_is_refused(self):
        with self.assertRaises(ValueError):
            Table("t", "s", "h", (WEIGHT,), (Row("a", (3, 4)),))
        with self.assertRaises(ValueError):
            Column("x", "secret")

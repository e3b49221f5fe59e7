"""A chart of a table as a picture (SVG) for a page: no script, readable on paper."""

import math
import re
from html import escape

from ..table import Table
from .figures import DIGITS, SCALES, UNITS, written
from .plot import amount, is_told, plot, rest

WIDTH, HEIGHT = 760, 300
LEFT, RIGHT, TOP, FOOT = 70, 12, 34, 58
COLOURS = ("#35979c", "#e0a63a", "#7d5a8c", "#5b8a3c", "#c4573f", "#4d6a8f", "#a0826d", "#8a8a8a")


def svg(table: Table, others: str = "…") -> str:
    """The drawing, or nothing when the table asks for none or has too little to show.

    :param others: what a pie calls its smallest slices together, and what is masked
    """
    drawn = plot(table)
    if drawn is None:
        return ""
    if table.chart == "pie":
        body = _pie(table, drawn, others)
    else:
        body = _axes(table, drawn)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
        f' font-family="Roboto, DejaVu Sans, sans-serif" font-size="12">{"".join(body)}</svg>'
    )


def _axes(table, drawn):
    kind = table.columns[drawn.columns[0]].kind
    scale = SCALES.get(kind, 1)
    amounts = [[amount(table, i, j) / scale for i in drawn.rows] for j in drawn.columns]
    low, high = min(0.0, *(min(a) for a in amounts)), max(0.0, *(max(a) for a in amounts))
    step = _step(high - low)
    low, high = math.floor(low / step) * step, math.ceil(high / step) * step
    tall = HEIGHT - TOP - FOOT

    def y(value):
        return TOP + tall * (high - value) / (high - low)

    unit = UNITS.get(kind) or table.columns[drawn.columns[0]].unit
    yield from _legend([table.columns[j].label for j in drawn.columns], unit)
    for n in range(round((high - low) / step) + 1):
        at = low + n * step
        yield f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(at):.1f}" y2="{y(at):.1f}" stroke="#ddd"/>'
        digits = min(DIGITS.get(kind, 0), max(0, -math.floor(math.log10(step))))
        yield _text(LEFT - 6, y(at) + 4, written(round(at, 6), digits), "end")
    place = (WIDTH - LEFT - RIGHT) / len(drawn.rows)
    every = math.ceil(len(drawn.rows) / 24)
    told = [(n, table.rows[i].label) for n, i in enumerate(drawn.rows) if n % every == 0]
    straight = all(6.5 * len(label) < place * every for _n, label in told)
    for n, label in told:
        yield _under(LEFT + place * (n + 0.5), label, straight)
    if table.chart == "bar":
        yield from _bars(amounts, place, y)
    else:
        yield from _lines(table, drawn, amounts, place, y)
    yield f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(0):.1f}" y2="{y(0):.1f}" stroke="#666"/>'


def _bars(amounts, place, y):
    wide = min(60.0, place * 0.8 / len(amounts))
    for s, series in enumerate(amounts):
        for n, value in enumerate(series):
            x = LEFT + place * (n + 0.5) + wide * (s - len(amounts) / 2)
            top, bottom = sorted((y(value), y(0)))
            yield (
                f'<rect x="{x:.1f}" y="{top:.1f}" width="{max(wide - 1, 1):.1f}" height="{bottom - top:.1f}"'
                f' fill="{COLOURS[s]}"/>'
            )


def _lines(table, drawn, amounts, place, y):
    """A line a column; it stops at what is masked or unknown, which is not nothing."""
    for s, (column, series) in enumerate(zip(drawn.columns, amounts, strict=True)):
        run = []
        for n, (row, value) in enumerate(zip(drawn.rows, series, strict=True)):
            if is_told(table, row, column):
                run.append((LEFT + place * (n + 0.5), y(value)))
            else:
                yield from _line(run, COLOURS[s])
                run = []
        yield from _line(run, COLOURS[s])


def _line(points, colour):
    if len(points) > 1:
        drawn = " ".join(f"{x:.1f},{at:.1f}" for x, at in points)
        yield f'<polyline points="{drawn}" fill="none" stroke="{colour}" stroke-width="2"/>'
    for x, at in points:
        yield f'<circle cx="{x:.1f}" cy="{at:.1f}" r="3" fill="{colour}"/>'


def _slices(table, drawn, others):
    """``(label, amount)`` of the slices: as many as there are colours, the last one for all the others."""
    (column,) = drawn.columns
    told = [(table.rows[i].label, amount(table, i, column)) for i in drawn.rows]
    left = rest(table, drawn)
    if len(told) + bool(left) > len(COLOURS):
        told.sort(key=lambda one: -one[1])
        left += sum(value for _label, value in told[len(COLOURS) - 1 :])
        told = told[: len(COLOURS) - 1]
    return [*told, (others, left)] if left else told


def _pie(table, drawn, others):
    slices = _slices(table, drawn, others)
    whole = sum(value for _label, value in slices)
    x, y, r = 160, HEIGHT / 2, 125
    at = -math.pi / 2
    for n, (label, value) in enumerate(slices):
        # A whole circle cannot be drawn as one arc: the last hair is left open.
        end = at + min(value / whole, 0.9999) * 2 * math.pi
        large = int(end - at > math.pi)
        yield (
            f'<path fill="{COLOURS[n]}" stroke="#fff" d="M{x},{y} '
            f"L{x + r * math.cos(at):.2f},{y + r * math.sin(at):.2f} "
            f'A{r},{r} 0 {large} 1 {x + r * math.cos(end):.2f},{y + r * math.sin(end):.2f} Z"/>'
        )
        at = end
        top = 40 + n * 27
        share = written(round(value / whole * 100, 6), 0)
        yield f'<rect x="340" y="{top - 11}" width="14" height="14" fill="{COLOURS[n]}"/>'
        yield _text(362, top, f"{_short(label, 44)} – {share} %")


def _legend(labels, unit):
    x = LEFT
    for s, label in enumerate(labels):
        label = _short(label, 26 if len(labels) > 1 else 60)
        if s == 0 and unit and f"({unit})" not in label:
            label += f" ({unit})"
        yield f'<rect x="{x}" y="8" width="12" height="12" fill="{COLOURS[s]}"/>'
        yield _text(x + 17, 18, label)
        x += 40 + 7 * len(label)


def _under(x, label, straight):
    """A label below the axis, slanted when they would run into each other."""
    if straight:
        return _text(x, HEIGHT - FOOT + 16, label, "middle")
    return (
        f'<text x="{x:.1f}" y="{HEIGHT - FOOT + 14:.1f}" fill="#333" font-size="11" text-anchor="end"'
        f' transform="rotate(-28 {x:.1f} {HEIGHT - FOOT + 14:.1f})">{_safe(_short(label, 16))}</text>'
    )


def _text(x, y, text, anchor="start"):
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="#333" text-anchor="{anchor}">{_safe(text)}</text>'


def _safe(text):
    """Words for XML, which knows no control character."""
    return escape(re.sub(r"[\x00-\x1f\x7f\ufffe\uffff]", " ", text))


def _short(text, most):
    return text if len(text) <= most else text[: most - 1] + "…"


def _step(span):
    """A round distance between the lines of an axis: about five of them."""
    rough = (span or 1.0) / 5
    power = 10 ** math.floor(math.log10(rough))
    return next(power * n for n in (1, 2, 2.5, 5, 10) if power * n >= rough * 0.999)

"""Charts as SVG: weeks with the band of the own past, and a funnel; read in grey as well, and without any script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from geo.map_svg import ACCENT, EDGE, FONT, INK, PAPER, SOFT

WIDTH, HEIGHT = 480, 230
LEFT, RIGHT, TOP, BOTTOM = 46, 24, 14, 34
OUT: Final = "#9a4500"
STEPS: Final = (1, 2, 5)


@dataclass(frozen=True)
class Dot:
    """A point of a chart: its value (``None``: not shown), and the band at it (low, high) when there is one."""

    label: str
    value: float | None
    low: float | None = None
    high: float | None = None

    @property
    def is_outside(self) -> bool:
        """Whether the value lies outside its band."""
        if self.value is None or self.low is None or self.high is None:
            return False
        return not self.low <= self.value <= self.high


@dataclass(frozen=True)
class FunnelDot:
    """A place in a funnel: how many there are and what share of them."""

    code: str
    whole: int
    share: float
    is_outside: bool


@dataclass(frozen=True)
class _Frame:
    """From values to points of the drawing."""

    most_x: float
    most_y: float
    is_share: bool

    def x(self, at: float) -> float:
        """Return where a value stands from the left."""
        return LEFT + (WIDTH - LEFT - RIGHT) * at / (self.most_x or 1)

    def y(self, at: float) -> float:
        """Return where a value stands from the top."""
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * at / (self.most_y or 1)

    def told(self, at: float) -> str:
        """Return a value beside its line."""
        return f"{at:.0%}" if self.is_share else f"{at:g}"


def week_chart(dots: Sequence[Dot], *, title: str, is_share: bool = False) -> str:
    """Return a line of weeks over the band of the own past; a week outside it is marked by a diamond."""
    values = [one for dot in dots for one in (dot.value, dot.high) if one is not None]
    frame = _Frame(max(len(dots) - 1, 1), 1.0 if is_share else _rounded_up(max(values, default=1)), is_share)
    banded = [(at, dot) for at, dot in enumerate(dots) if dot.low is not None]
    lines = [*_levels(frame), *_band(frame, banded)]
    shown = [(frame.x(at), frame.y(dot.value), dot) for at, dot in enumerate(dots) if dot.value is not None]
    if shown:
        path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y, _ in shown)
        lines.append(f'<path d="{path}" fill="none" stroke="{ACCENT}" stroke-width="1.8"/>')
    lines += [_point(x, y, is_outside=dot.is_outside) for x, y, dot in shown]
    every = max(1, len(dots) // 5)
    lines += [
        _words(frame.x(at), HEIGHT - 12, dot.label)
        for at, dot in enumerate(dots)
        if at % every == 0 and at <= len(dots) - 1
    ]
    return _framed(lines, title)


def funnel_chart(
    dots: Sequence[FunnelDot], curves: Sequence[tuple[int, Sequence[float]]], middle: float, *, title: str
) -> str:
    """Return a funnel: every place a point, no order; ``curves`` are limits (inner, outer pairs) by sample size."""
    frame = _Frame(_rounded_up(max((dot.whole for dot in dots), default=10)), 1.0, is_share=True)
    lines = _levels(frame)
    for number in range(len(curves[0][1]) if curves else 0):
        path = "M" + "L".join(f"{frame.x(size):.1f} {frame.y(limits[number]):.1f}" for size, limits in curves)
        dashes = "" if number < 2 else ' stroke-dasharray="5 4"'
        lines.append(f'<path d="{path}" fill="none" stroke="{EDGE}" stroke-width="1.2"{dashes}/>')
    across = f"M{LEFT} {frame.y(middle):.1f}H{WIDTH - RIGHT}"
    lines.append(f'<path d="{across}" stroke="{ACCENT}" stroke-width="1.2"/>')
    lines += [_point(frame.x(dot.whole), frame.y(dot.share), is_outside=dot.is_outside) for dot in dots]
    marks = [frame.most_x * part for part in (0.2, 0.4, 0.6, 0.8)]
    lines += [_words(frame.x(mark), HEIGHT - 12, f"{mark:g} 件") for mark in marks]
    return _framed(lines, title)


def _levels(frame: _Frame) -> list[str]:
    found = []
    for part in (0.0, 0.25, 0.5, 0.75, 1.0):
        at = frame.most_y * part
        found.append(f'<path d="M{LEFT} {frame.y(at):.1f}H{WIDTH - RIGHT}" stroke="#d5dbdc" stroke-width="0.8"/>')
        found.append(_words(LEFT - 6, frame.y(at) + 4, frame.told(at), side="end"))
    return found


def _band(frame: _Frame, dots: Sequence[tuple[int, Dot]]) -> list[str]:
    if len(dots) < 2:
        return []
    upper = [f"{frame.x(at):.1f} {frame.y(dot.high or 0):.1f}" for at, dot in dots]
    lower = [f"{frame.x(at):.1f} {frame.y(dot.low or 0):.1f}" for at, dot in reversed(dots)]
    return [f'<path d="M{"L".join([*upper, *lower])}z" fill="{SOFT}" stroke="{EDGE}" stroke-width="0.6"/>']


def _point(x: float, y: float, *, is_outside: bool) -> str:
    if is_outside:
        return f'<path d="M{x:.1f} {y - 6:.1f}l6 6l-6 6l-6 -6z" fill="{OUT}" stroke="{PAPER}"/>'
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.2" fill="{ACCENT}" stroke="{PAPER}" stroke-width="0.8"/>'


def _rounded_up(most: float) -> float:
    power = 1.0
    while power * 10 < most:
        power *= 10
    return next((power * step for step in (*STEPS, 10) if power * step >= max(most, 4)), most)


def _words(x: float, y: float, text: str, *, side: str = "middle") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="12" text-anchor="{side}" fill="{INK}">{escape(text)}</text>'


def _framed(lines: Sequence[str], title: str) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
        f' font-family="{FONT}" role="img" aria-label={quoteattr(title)}>'
    )
    ground = f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{PAPER}"/>'
    return "\n".join([head, f"<title>{escape(title)}</title>", ground, *lines, "</svg>"])

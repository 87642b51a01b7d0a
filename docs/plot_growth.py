"""Draws `pictures/growth.svg`: time and memory of a campaign for ever more people, on logarithmic scales.

    python3 dev.py bench waves --full | python3 docs/plot_growth.py

reads the benchmark's lines on standard input.
"""

from __future__ import annotations

import json
import math
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

PICTURE = Path(__file__).parent / "pictures" / "growth.svg"
PANELS = (("seconds", "sqlite seconds", "Seconds"), ("memory", "peak memory", "Peak memory, MiB"))
WIDTH, HEIGHT, LEFT, TOP, GAP, INSET = 320, 200, 56, 40, 72, 32
BLUE, GREY, DARK = "#1677ff", "#8c8c8c", "#262626"

Points = list[tuple[float, float]]
"""People and a figure, ascending."""


def points(lines: Iterable[str], case: str) -> Points:
    """The figures of a case by the number of people."""
    found = []
    for line in lines:
        said = json.loads(line)
        match = re.fullmatch(rf"{case}, ([\d,]+) people", said["case"])
        if match:
            found.append((float(match[1].replace(",", "")), float(said["value"])))
    return sorted(found)


def panel(title: str, figures: Points, left: float, *, linear: bool) -> Iterator[str]:
    """One plot. linear: beside it what would be in proportion to the people, through the first point."""
    low, high = (10 ** math.floor(math.log10(min(y for _, y in figures))),
                 10 ** math.ceil(math.log10(max(y for _, y in figures))))  # fmt: skip
    first, last = figures[0][0], figures[-1][0]

    def at(x: float, y: float) -> tuple[float, float]:
        across = math.log(x / first) / math.log(last / first)
        up = math.log(y / low) / math.log(high / low)
        return left + INSET + across * (WIDTH - 2 * INSET), TOP + HEIGHT - up * HEIGHT

    yield f'<text x="{left}" y="{TOP - 16}" fill="{DARK}" font-size="14" font-weight="600">{title}</text>'
    for power in range(round(math.log10(low)), round(math.log10(high)) + 1):
        _, y = at(first, 10.0**power)
        yield f'<line x1="{left}" x2="{left + WIDTH}" y1="{y}" y2="{y}" stroke="#f0f0f0"/>'
        yield f'<text x="{left - 8}" y="{y + 4}" fill="{GREY}" text-anchor="end">{10.0**power:g}</text>'
    if linear:
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in (at(x, figures[0][1] * x / first) for x, _ in figures))
        yield f'<polyline points="{path}" fill="none" stroke="{GREY}" stroke-dasharray="4 4"/>'
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in (at(*one) for one in figures))
    yield f'<polyline points="{path}" fill="none" stroke="{BLUE}" stroke-width="2"/>'
    for people, figure in figures:
        x, y = at(people, figure)
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{BLUE}"/>'
        yield f'<text x="{x:.1f}" y="{y - 10:.1f}" fill="{DARK}" text-anchor="middle">{figure:,.3g}</text>'
        bottom = TOP + HEIGHT + 20
        yield f'<text x="{x:.1f}" y="{bottom}" fill="{GREY}" text-anchor="middle">{people:,.0f}</text>'


def draw(lines: list[str]) -> str:
    """The picture as SVG."""
    parts: list[str] = []
    for number, (kind, case, title) in enumerate(PANELS):
        left = LEFT + number * (WIDTH + GAP)
        parts += panel(title, points(lines, case), left, linear=kind == "seconds")
    width, height = LEFT + 2 * WIDTH + GAP + 24, TOP + HEIGHT + 40
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" '
    background = f'font-size="12"><rect width="{width}" height="{height}" fill="#ffffff"/>'
    return head + background + "".join(parts) + "</svg>\n"


if __name__ == "__main__":
    PICTURE.write_text(draw([line for line in sys.stdin if line.startswith("{")]), encoding="utf-8")

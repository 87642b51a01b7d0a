"""Charts of reports as SVG. What each shows stands in a table beside it, too.

Styles are classes of `report.css`. What is to be as wide as the page is drawn in units of its own and
stretched; texts are never stretched.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from engine.campaign.lines.geometry import Rect
from engine.i18n import tr
from engine.server.reported.sankey import BAR, Band, Laid, Ribbon, Sankey, colour_of
from engine.server.reported.series import PARTS, Bars
from engine.server.web.choices import Addresses
from engine.server.web.font import SEMIBOLD, face
from engine.server.web.html import Child, Html, tag
from engine.server.web.html import decimal as _n
from engine.server.wire.reporting import Report

_LEAST_WIDTH, _COLUMN = 1080.0, 168.0
_BESIDE = 6.0  # from a bar to its name
_NAME_SIZE = 12.0
_HIGH = 180
"""Of the series' plot, in pixels."""
_MOST_TIMES, _NEAR_THE_END = 6, 0.85


def bar(part: float, colour: str = "accent") -> Html:
    """A part of a whole, from 0 to 1, as long as there is room."""
    whole = tag("rect", width=_n(100 * part), height="6")
    return tag(
        "svg", whole, class_=f"bar kind-{colour}", viewBox="0 0 100 6", preserveAspectRatio="none",
        aria_hidden="true",
    )  # fmt: skip


def rate_bar(rate: float | None, low: float, high: float, most: float, colour: str) -> Html | None:
    """A rate with the interval in which it lies, on a scale up to `most`; nothing where there is no rate."""
    if rate is None:
        return None
    scale = 100 / (most or 1.0)
    a, b = scale * low, scale * high
    whisker = f"M{_n(a)} 8H{_n(b)}M{_n(a)} 3V13M{_n(b)} 3V13"
    return tag(
        "svg",
        tag("rect", y="2", width=_n(scale * rate), height="12"),
        tag("path", d=whisker, class_="whisker"),
        class_=f"rate kind-{colour}", viewBox="0 0 100 16", preserveAspectRatio="none", aria_hidden="true",
    )  # fmt: skip


# ---- where people went


def sankey_chart(sankey: Sankey, report: Report, addresses: Addresses) -> Html:
    """Where people went; pointers come to people by it, keys by the table beside it."""
    width = max(_LEAST_WIDTH, sankey.columns * _COLUMN)
    height = sankey.height
    laid = sankey.lay(Rect(0, 0, width, height))

    def linked(ask: Mapping[str, object], drawn: Child) -> Child:
        address = addresses.people({**ask, "cycle": report.cycle})
        return drawn if address is None else tag("a", drawn, href=address, tabindex="-1")

    bands = [linked({"what": "line", "place": band.flow.link}, _band(band)) for band in laid.bands]
    names = [
        linked({"what": "arrived", "place": node.id}, _node(laid, node.id, node.name, node.kind, report))
        for node in sankey.nodes
    ]
    said = tr("Components from left to right; bands are as wide as many people went that way.")
    return tag(
        "svg", tag("title", tr("Where people went")), tag("desc", said), bands, names, class_="sankey",
        viewBox=f"0 0 {_n(width)} {_n(height)}", width=_n(width), height=_n(height), role="img",
    )  # fmt: skip


def _band(band: Band) -> Html:
    """One shape, or there would be seams in it."""
    path = "".join([*map(_ribbon, band.ribbons), *map(_bar, band.through)])
    drawn = [tag("title", band.words), tag("path", d=path)]
    return tag("g", drawn, class_=f"band kind-{colour_of(band.kind)}")


def _bar(place: Rect) -> str:
    left, top, right, bottom = map(_n, place)
    return f"M{left} {top}H{right}V{bottom}H{left}Z"


def _ribbon(one: Ribbon) -> str:
    bend = (one.right - one.left) / 2
    first, last = _n(one.left + bend), _n(one.right - bend)
    left, right = _n(one.left), _n(one.right)
    below, end = _n(one.left_top + one.left_height), _n(one.right_top + one.right_height)
    top, other = _n(one.left_top), _n(one.right_top)
    there = f"M{left} {top}C{first} {top} {last} {other} {right} {other}"
    return f"{there}V{end}C{last} {end} {first} {below} {left} {below}Z"


def _node(laid: Laid, id: str, name: str, kind: str, report: Report) -> Html:
    place, arrived = laid.bars[id], report.counts.nodes[id].arrived
    left, middle = place.right + _BESIDE, (place.top + place.bottom) / 2
    shown = face(SEMIBOLD, _NAME_SIZE).fitting(" ".join(name.split()), laid.room)
    return tag(
        "g",
        tag("title", f"{name}: {arrived:,}"),
        tag("rect", x=_n(place.left), y=_n(place.top), width=_n(BAR), height=_n(place.bottom - place.top),
            rx="2"),
        tag("text", shown, x=_n(left), y=_n(middle - 4), class_="name"),
        tag("text", f"{arrived:,}", x=_n(left), y=_n(middle + 11), class_="number"),
        class_=f"node kind-{colour_of(kind)}",
    )  # fmt: skip


# ---- as time goes by


def series_chart(bars: Bars) -> Html:
    """Bars for each step; pointers are told what each of them says."""
    steps, told = bars.steps, bars.told
    wide = 0.8 / len(told)
    drawn = []
    for side, (_, colour) in enumerate(told):
        pieces = []
        for n, (_, values) in enumerate(steps):
            if values[side]:
                high = max(1.0, _HIGH * values[side] / bars.top)
                pieces.append(f"M{_n(n + 0.1 + side * wide)} {_HIGH}v-{_n(high)}h{_n(wide)}V{_HIGH}z")
        drawn.append(tag("path", d="".join(pieces), class_=f"bars kind-{colour}"))
    lines = "".join(f"M0 {_n(_HIGH * part / PARTS)}H{len(steps)}" for part in range(PARTS + 1))
    spots = [
        tag(
            "rect",
            tag("title", _step_words(bars, moment, values)),
            x=n,
            width="1",
            height=_HIGH,
            class_="spot",
        )
        for n, (moment, values) in enumerate(steps)
    ]
    plot = tag(
        "svg", tag("title", bars.title), tag("desc", _described(bars)), tag("path", d=lines, class_="lines"),
        drawn, spots, class_="plot", viewBox=f"0 0 {len(steps)} {_HIGH}", preserveAspectRatio="none",
        height=_HIGH, role="img",
    )  # fmt: skip
    return tag("div", _axis(bars), plot, _times(bars), class_="series")


def legend(bars: Bars) -> Html:
    """What the colours of the bars mean."""
    return tag(
        "ul",
        [tag("li", tag("span", class_=f"swatch kind-{colour}"), name) for name, colour in bars.told],
        class_="legend",
    )


def _described(bars: Bars) -> str:
    """What there is of everything in all, and when it was most."""
    said = []
    for side, (name, _) in enumerate(bars.told):
        moment, values = max(bars.steps, key=lambda step: step[1][side])
        total = sum(values[side] for _, values in bars.steps)
        most = values[side]
        words = tr("{name}: {n:,}; most at {time}: {most:,}.", name=name, n=total, most=most,
                   time=bars.time_words(moment))  # fmt: skip
        said.append(words)
    return " ".join(said)


def _step_words(bars: Bars, moment: datetime, values: Sequence[int]) -> str:
    told = [f"{name}: {n:,}" for (name, _), n in zip(bars.told, values, strict=True)]
    return "\n".join([bars.time_words(moment), *told])


def _axis(bars: Bars) -> Html:
    words = [
        tag("text", f"{bars.top * part // PARTS:,}", x="44", y=_n(_HIGH * (1 - part / PARTS) + 4))
        for part in range(PARTS + 1)
    ]
    return tag("svg", words, class_="axis", width="52", height=_HIGH, aria_hidden="true")


def _times(bars: Bars) -> Html:
    """When some of the steps begin; the last ones stay inside, and on a phone every other one is left out."""
    steps = bars.steps
    apart = max(1, -(-len(steps) // _MOST_TIMES))
    words = []
    for place, n in enumerate(range(0, len(steps), apart)):
        at = (n + 0.5) / len(steps)
        kind = f"{'last' if at > _NEAR_THE_END else 'first'}{' odd' if place % 2 else ''}"
        time = bars.time_words(steps[n][0])
        words.append(tag("text", time, x=f"{_n(100 * at)}%", y="14", class_=kind))
    return tag("svg", words, class_="times", height="20", aria_hidden="true")

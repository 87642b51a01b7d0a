"""Bands of a Sankey diagram: what leaves a bar and what comes to it fits there, whatever the widths."""

from __future__ import annotations

from collections import defaultdict

import pytest

from engine.campaign.lines.geometry import Rect
from engine.server.reported.sankey import Sankey, colour_of
from engine.server.wire.campaigns import NodeCounts
from engine.server.wire.reporting import ReportFlow, ReportNode

NODES = [ReportNode(id=id, name=id.upper(), kind="end") for id in ("a", "b", "c", "d", "empty")]
COUNTS = {id: NodeCounts(arrived=n) for id, n in (("a", 100), ("b", 70), ("c", 50), ("d", 95), ("empty", 0))}
WAYS = [("a", "b", 70), ("a", "d", 30), ("b", "c", 50), ("b", "d", 20), ("c", "d", 45), ("a", "empty", 0)]
FLOWS = [ReportFlow(link=f"l_{a}{b}", source=a, port="out", target=b, n=n) for a, b, n in WAYS]


def beside_each_other(bar: Rect, ends: list[tuple[float, float]]) -> None:
    """Ends of bands stand at their bar one below the other, without gaps."""
    top = bar.top
    for at, height in sorted(ends):
        assert at == pytest.approx(top)
        top = at + height


@pytest.mark.parametrize("width", [300.0, 1100.0])
def test_bands_are_as_wide_as_people_went_and_stay_at_their_bars(width: float) -> None:
    sankey = Sankey(NODES, COUNTS, FLOWS)
    area = Rect(10, 20, 10 + width, 20 + sankey.height)
    laid = sankey.lay(area)
    assert set(laid.bars) == {"a", "b", "c", "d"}
    assert sankey.columns == 4
    out: defaultdict[str, float] = defaultdict(float)
    into: defaultdict[str, float] = defaultdict(float)
    for band in laid.bands:
        source, target = laid.bars[band.flow.source], laid.bars[band.flow.target]
        first, last = band.ribbons[0], band.ribbons[-1]
        assert first.left == source.right
        assert last.right == target.left
        assert first.left_height / (source.bottom - source.top) == pytest.approx(
            band.flow.n / COUNTS[band.flow.source].arrived
        )
        out[band.flow.source] += first.left_height
        into[band.flow.target] += last.right_height
        assert len(band.through) == len(band.ribbons) - 1
    for id, bar in laid.bars.items():
        leave = [one.ribbons[0] for one in laid.bands if one.flow.source == id]
        come = [one.ribbons[-1] for one in laid.bands if one.flow.target == id]
        beside_each_other(bar, [(one.left_top, one.left_height) for one in leave])
        beside_each_other(bar, [(one.right_top, one.right_height) for one in come])
        assert area.left <= bar.left < bar.right <= area.right
        assert area.top - 0.01 <= bar.top < bar.bottom <= area.bottom + 0.01
        high = bar.bottom - bar.top + 0.01
        assert out[id] <= high
        assert into[id] <= high
    (long,) = [band for band in laid.bands if band.flow.link == "l_ad"]
    assert len(long.through) == 2  # past the columns of b and c
    assert long.words == "A → D: 30"


def test_ways_that_lead_back_are_laid_too() -> None:
    back = ReportFlow(link="l_back", source="d", port="out", target="a", n=200)
    sankey = Sankey(NODES, COUNTS, [*FLOWS, back])
    (band,) = [one for one in sankey.lay(Rect(0, 0, 900, 300)).bands if one.flow is back]
    assert band.ribbons[0].left_height == pytest.approx(
        sankey.lay(Rect(0, 0, 900, 300)).bars["d"].bottom - sankey.lay(Rect(0, 0, 900, 300)).bars["d"].top
    )


def test_of_nobody_nothing_is_laid() -> None:
    sankey = Sankey(NODES, {id: NodeCounts() for id in COUNTS}, FLOWS)
    assert sankey.lay(Rect(0, 0, 900, sankey.height)).bands == []


def test_components_have_the_colours_of_the_canvas() -> None:
    assert [colour_of(kind) for kind in ("target_audience", "wait_until", "end", "gone")] == [
        "trigger",
        "control",
        "end",
        "line",
    ]

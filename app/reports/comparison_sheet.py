"""Campaigns side by side: what each has come to, as numbers, shares and bars."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt

from app.reports.ink import Ink
from app.reports.painted import PaintedSheet
from app.reports.section import Section
from engine.i18n import tr
from engine.server.reported.comparing import Measure, Part, parts
from engine.server.reported.numbers import share
from engine.server.reported.sheets import Sheet, comparison_sheets
from engine.server.wire.reporting import CampaignSum, Comparison

_ROW, _HEAD, _BAR = 44.0, 28.0, 6.0
_NAME_SHARE, _MOST_NAME = 0.26, 300.0


class ComparedMeasures(Section):
    """A row a campaign, a column a measure: the number, its share, and a bar as long as that."""

    def __init__(self, part: Part, campaigns: Sequence[CampaignSum]) -> None:
        self.title, self._campaigns, self._measures = tr(part.title), campaigns, part.measures

    def height(self, width: float) -> float:
        return _HEAD + _ROW * len(self._campaigns)

    def paint(self, ink: Ink, area: QRectF) -> None:
        first = min(area.width() * _NAME_SHARE, _MOST_NAME)
        wide = (area.width() - first) / len(self._measures)
        right = Qt.AlignmentFlag.AlignRight
        ink.text(QRectF(area.left(), area.top(), first - 8, _HEAD), tr("Campaign"), "label", "muted")
        for n, measure in enumerate(self._measures):
            left = area.left() + first + n * wide
            head = QRectF(left + 16, area.top(), wide - 16, _HEAD)
            ink.text(head, tr(measure.name), "label", "muted", right)
            for row, one in enumerate(self._campaigns):
                place = QRectF(left + 16, area.top() + _HEAD + row * _ROW, wide - 16, _ROW)
                self._paint_cell(ink, place, one, measure)
        for row, one in enumerate(self._campaigns):
            top = area.top() + _HEAD + row * _ROW
            ink.line(QPointF(area.left(), top), QPointF(area.right(), top))
            ink.text(QRectF(area.left(), top, first - 8, _ROW), one.name, "strong")

    def _paint_cell(self, ink: Ink, place: QRectF, one: CampaignSum, measure: Measure) -> None:
        n, length = measure.n(one), measure.length(one, self._campaigns)
        said = "" if measure.whole is None else share(n, measure.whole(one))
        words = f"{one.name} · {tr(measure.name)}"
        line = QRectF(place.left(), place.top() + 4, place.width(), 20)
        number = f"{n:,}"
        beside = ink.width(said, "small") + 8 if said else 0.0
        ask = {"campaign": one.campaign}
        spot = QRectF(line.left(), line.top(), line.width() - beside, line.height())
        ink.number(spot, number, ask if n else None, words)
        ink.text(line, said, "small", "muted", Qt.AlignmentFlag.AlignRight)
        bar = QRectF(place.left(), place.bottom() - 14, place.width(), _BAR)
        ink.box(bar, "canvas")
        if length:
            bar.setWidth(max(2.0, bar.width() * length))
            ink.box(bar, "accent", alpha=0.8)


class ComparisonSheet(PaintedSheet):
    """Of several campaigns."""

    def __init__(self, comparison: Comparison) -> None:
        self._comparison = comparison
        campaigns = comparison.campaigns
        made = [ComparedMeasures(part, campaigns) for part in parts(campaigns)]
        super().__init__(tr("Campaigns side by side"), made)

    def tables(self) -> list[Sheet]:
        return comparison_sheets(self._comparison)

"""Campaigns side by side: what each has come to, as numbers, shares and bars."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt

from app.reports.ink import Ink, share
from app.reports.painted import PaintedSheet
from app.reports.rows import Sheet, Value
from app.reports.section import Section
from engine.i18n import tr
from engine.server.wire.reporting import CampaignSum, Comparison

_ROW, _HEAD, _BAR = 44.0, 28.0, 6.0
_NAME_SHARE, _MOST_NAME = 0.26, 300.0


@dataclass(frozen=True)
class Measure:
    """Something of which every campaign has a number: n of `whole`; without a whole, bars are of the most."""

    name: str
    n: Callable[[CampaignSum], int]
    whole: Callable[[CampaignSum], int] | None = None


class ComparedMeasures(Section):
    """A row a campaign, a column a measure: the number, its share, and a bar as long as that."""

    def __init__(self, title: str, campaigns: Sequence[CampaignSum], measures: Sequence[Measure]) -> None:
        self.title, self._campaigns, self._measures = title, campaigns, measures

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
            ink.text(head, measure.name, "label", "muted", right)
            most = max((measure.n(one) for one in self._campaigns), default=0)
            for row, one in enumerate(self._campaigns):
                place = QRectF(left + 16, area.top() + _HEAD + row * _ROW, wide - 16, _ROW)
                self._paint_cell(ink, place, one, measure, most)
        for row, one in enumerate(self._campaigns):
            top = area.top() + _HEAD + row * _ROW
            ink.line(QPointF(area.left(), top), QPointF(area.right(), top))
            ink.text(QRectF(area.left(), top, first - 8, _ROW), one.name, "strong")

    @staticmethod
    def _paint_cell(ink: Ink, place: QRectF, one: CampaignSum, measure: Measure, most: int) -> None:
        n = measure.n(one)
        whole = most if measure.whole is None else measure.whole(one)
        said = "" if measure.whole is None else share(n, whole)
        words = f"{one.name} · {measure.name}"
        line = QRectF(place.left(), place.top() + 4, place.width(), 20)
        number = f"{n:,}"
        beside = ink.width(said, "small") + 8 if said else 0.0
        ask = {"campaign": one.campaign}
        spot = QRectF(line.left(), line.top(), line.width() - beside, line.height())
        ink.number(spot, number, ask if n else None, words)
        ink.text(line, said, "small", "muted", Qt.AlignmentFlag.AlignRight)
        bar = QRectF(place.left(), place.bottom() - 14, place.width(), _BAR)
        ink.box(bar, "canvas")
        if n and whole:
            bar.setWidth(max(2.0, bar.width() * n / whole))
            ink.box(bar, "accent", alpha=0.8)


class ComparisonSheet(PaintedSheet):
    """Of several campaigns. Attribute `campaigns`."""

    def __init__(self, comparison: Comparison) -> None:
        self.campaigns = comparison.campaigns
        super().__init__(tr("Campaigns side by side"), list(self._made()))

    def tables(self) -> list[Sheet]:
        """One row a campaign, every measure with its share."""
        measures = [*_people(), *_messages(), *_goal(), *_goals()]
        head: list[Value] = [tr("Campaign")]
        for measure in measures:
            head.append(measure.name)
            if measure.whole is not None:
                head.append(tr("{name}, share", name=measure.name))
        rows = [head]
        for one in self.campaigns:
            row: list[Value] = [one.name]
            for measure in measures:
                row.append(measure.n(one))
                if measure.whole is not None:
                    whole = measure.whole(one)
                    row.append(measure.n(one) / whole if whole else None)
            rows.append(row)
        return [Sheet(tr("Comparison"), rows)]

    def _made(self) -> Iterator[Section]:
        yield ComparedMeasures(tr("People"), self.campaigns, _people())
        if any(one.messages for one in self.campaigns):
            yield ComparedMeasures(tr("Messages"), self.campaigns, _messages())
        if any(one.counted for one in self.campaigns):
            yield ComparedMeasures(tr("Goals of the campaigns"), self.campaigns, _goal())
        if any(one.judged for one in self.campaigns):
            yield ComparedMeasures(tr("Goals of AB tests"), self.campaigns, _goals())


def _people() -> list[Measure]:
    return [
        Measure(tr("Entered"), lambda one: one.entries),
        Measure(tr("Inside"), lambda one: one.inside, lambda one: one.entries),
        Measure(tr("Finished"), lambda one: one.finished, lambda one: one.entries),
    ]


def _messages() -> list[Measure]:
    return [
        Measure(tr("All messages"), lambda one: one.messages),
        Measure(tr("Sent"), lambda one: one.sent, lambda one: one.messages),
        Measure(tr("Failed"), lambda one: one.failed, lambda one: one.messages),
        Measure(tr("Skipped"), lambda one: one.skipped, lambda one: one.messages),
        Measure(tr("Opened"), lambda one: one.opened, lambda one: one.sent),
        Measure(tr("Clicked"), lambda one: one.clicked, lambda one: one.sent),
    ]


def _goal() -> list[Measure]:
    return [Measure(tr("Goal reached"), lambda one: one.converted, lambda one: one.counted)]


def _goals() -> list[Measure]:
    return [
        Measure(tr("Judged"), lambda one: one.judged, lambda one: one.entries),
        Measure(tr("Achieved"), lambda one: one.achieved, lambda one: one.judged),
    ]

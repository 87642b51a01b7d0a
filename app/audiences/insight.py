"""The right side of an audience's page: it follows the rule as one edits it, and what the engine holds."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from app.audiences.asking import Question
from app.audiences.boxes import Box, SampleBox, SizeBox, UsesBox, filled
from app.audiences.chart import SizeChart
from app.audiences.rows import STATES, Row
from app.audiences.venn import Venn
from app.editors.base import RawObject
from app.language import Retranslated
from app.pickers import library
from app.pickers.search import SearchCombo
from app.widgets.announce import announce
from app.widgets.basic import label
from app.widgets.debounce import Debounce
from app.widgets.moments import told
from engine.i18n import ntr, tr
from engine.shapes.time import instant
from engine.workspace.audience import AudienceFile
from engine.workspace.rule_words import summary
from engine.workspace.workspace import Workspace

if TYPE_CHECKING:
    from app.window import MainWindow


class Insight(Retranslated, QScrollArea):
    """Signals: `update_asked()`; `use_opened(use)`."""

    update_asked = Signal()
    use_opened = Signal(object)

    def __init__(self, window: MainWindow) -> None:
        super().__init__()
        look = window.look
        self._window = window
        self._workspace: Workspace | None = None
        self._file: AudienceFile | None = None
        self._row: Row | None = None
        self._estimate, self._sample, self._overlap, self._sizes = (Question(self, window) for _ in range(4))
        self._later = Debounce(self, self._count)
        self.people, self.sample, self.uses = SizeBox(look), SampleBox(look), UsesBox(look)
        self.words = label("", wrap=True)
        self.rule = filled(Box(look), self.words)
        self.other = SearchCombo()
        self.venn = Venn(look)
        self.shared = label("small", wrap=True)
        self.overlap = filled(Box(look), self.other, self.venn, self.shared)
        self.chart = SizeChart(look)
        self.told = label("small", wrap=True)
        self.history = filled(Box(look), self.told, self.chart)
        self._lay_out()
        self.people.update_asked.connect(self.update_asked)
        self.sample.asked.connect(self._ask_sample)
        self.sample.opened.connect(lambda id: window.navigation.go("people", id))
        self.uses.opened.connect(self.use_opened)
        self.other.chosen.connect(lambda _id: self._ask_overlap())
        self.retranslate()

    def show_workspace(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._refresh_others()

    def show_audience(self, row: Row | None) -> None:
        """What is stored of the audience on show; None while it is not saved yet."""
        self._row = row
        self._show_stored()
        self.uses.show_uses(row.uses if row is not None else ())
        self.history.setVisible(row is not None)
        self.uses.setVisible(row is not None)
        if row is not None:
            self._ask_sizes(row.file.id)

    def begin(self) -> None:
        """Another audience comes on show."""
        self._file = None
        self.other.set_value("")
        self.venn.hide()
        self._show_shared("")
        self.sample.clear()
        self._refresh_others()

    def show_rule(self, file: AudienceFile | None) -> None:
        """The rule as it stands in the editor; None while it is not complete."""
        if file is None:
            self.words.setText(tr("The words show once the rule is complete."))
        elif self._workspace is not None and file.cards is not None:
            found = summary(file.cards, self._workspace)
            self.words.setText(str(found) if found is not None else "")
        self.rule.setVisible(file is None or file.cards is not None)
        if self._file is None or file is None or _judged_part(file) != _judged_part(self._file):
            self._file = file
            self._later.start()
        self._file = file

    def leave(self) -> None:
        """The page goes: nothing is counted any more."""
        self._later.stop()
        for question in (self._estimate, self._sample, self._overlap):
            question.drop()

    def retranslate(self) -> None:
        self.people.set_title(tr("Members"))
        self.people.update_button.setText(tr("Update now"))
        self.rule.set_title(tr("In words"))
        self.sample.set_title(tr("Sample"))
        self.sample.show_button.setText(tr("Show 100 people"))
        self.overlap.set_title(tr("Overlap with another audience"))
        self.other.setPlaceholderText(tr("Choose an audience"))
        self.other.setAccessibleName(tr("Overlap with another audience"))
        self.history.set_title(tr("History"))
        self.uses.set_title(tr("Used by"))
        self._show_stored()

    def _lay_out(self) -> None:
        grid = self._window.look.sizes.grid
        content = QWidget()
        content.setObjectName("content")
        column = QVBoxLayout(content)
        column.setContentsMargins(2 * grid, 2 * grid, 2 * grid, 2 * grid)
        column.setSpacing(2 * grid)
        for box in (self.people, self.rule, self.sample, self.overlap, self.history, self.uses):
            column.addWidget(box)
        column.addStretch(1)
        self.setWidget(content)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMinimumWidth(self._window.look.sizes.panel)

    # ---- the rule as it stands

    def _count(self) -> None:
        file = self._file
        self.sample.clear()
        if file is None:
            self._estimate.drop()
            self.people.show_estimate("", tr("The size shows once the rule is complete."))
            return
        if file.cards is None:
            self.people.show_estimate("", tr("The list holds the people who were uploaded."))
            return
        self.people.show_estimate(self.people.number.text(), tr("Counting…"))
        raw = _asked_of(file)
        self._estimate.ask(
            lambda client, ticket: client.estimate(raw, ticket=ticket),
            self._on_counted,
            lambda error: self.people.show_estimate("", str(error)),
        )
        if self.other.value():
            self._ask_overlap()

    def _on_counted(self, size: int) -> None:
        self.people.show_estimate(f"{size:,}", ntr("person now", "people now", size))
        announce(self.people, ntr("{n:,} person now", "{n:,} people now", size))

    def _ask_sample(self) -> None:
        if (file := self._file) is None:
            self.sample.clear(tr("The people show once the rule is complete."))
            return
        raw = _asked_of(file)
        self.sample.clear(tr("Looking…"))
        self._sample.ask(
            lambda client, ticket: client.sample(raw, ticket=ticket),
            self.sample.show_people,
            lambda error: self.sample.clear(str(error)),
        )

    def _ask_overlap(self) -> None:
        file, workspace = self._file, self._workspace
        other = None if workspace is None else workspace.audiences.get(self.other.value())
        if file is None or other is None:
            return
        self._show_shared(tr("Counting…"))
        pair: tuple[RawObject, RawObject] = (_asked_of(file), _asked_of(other))
        self._overlap.ask(
            lambda client, ticket: client.overlap(*pair, ticket=ticket),
            partial(self._on_overlap, file.name, other.name),
            lambda error: self._show_shared(str(error)),
        )

    def _on_overlap(self, name: str, other: str, found: Any) -> None:
        words = tr(
            "{both:,} in both · {first:,} only in “{name}” · {second:,} only in “{other}”",
            both=found.both,
            first=found.first - found.both,
            second=found.second - found.both,
            name=name or tr("this audience"),
            other=other,
        )
        self._show_shared(words)
        self.venn.show_overlap(found.first, found.second, found.both, words)

    def _show_shared(self, words: str) -> None:
        self.shared.setText(words)
        self.shared.setVisible(bool(words))

    # ---- what is stored

    def _show_stored(self) -> None:
        row = self._row
        self.people.update_button.setVisible(row is not None and row.file.cards is not None)
        if row is None:
            self.people.show_stored(tr("Not saved yet."), "")
            return
        parts = [tr(STATES[row.state])]
        if row.size is not None:
            parts.append(ntr("{n:,} person stored", "{n:,} people stored", row.size))
        if row.updated_at is not None:
            parts.append(tr("updated {moment}", moment=told(row.updated_at, self._zone)))
        if row.next_update is not None:
            parts.append(tr("next {moment}", moment=told(row.next_update, self._zone)))
        self.people.show_stored(" · ".join(parts), row.reason)

    def _ask_sizes(self, id: str) -> None:
        self._sizes.ask(
            lambda client, _ticket: client.size_history(id),
            self._on_sizes,
            lambda error: self.told.setText(str(error)),
        )

    def _on_sizes(self, found: Any) -> None:
        self.chart.show_sizes([(instant(one.at), one.size) for one in found], self._zone)
        self.told.setText(self.chart.words())

    @property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo("UTC" if self._workspace is None else self._workspace.settings.time_zone)

    def _refresh_others(self) -> None:
        if self._workspace is not None:
            own = self._row.file.id if self._row is not None else ""
            options = library.audience_options(self._workspace)
            self.other.set_options(option for option in options if option.value != own)


def _asked_of(file: AudienceFile) -> RawObject:
    """The audience as a question; one that has no name yet finds people nevertheless."""
    return {**file.canonical(), "name": file.name or "-"}


def _judged_part(file: AudienceFile) -> object:
    return file.cards, file.list

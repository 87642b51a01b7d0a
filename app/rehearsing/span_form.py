"""When a rehearsal is: the coming days, the past ones, or from one moment until another."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.editors.base import Context, as_text
from app.editors.spec import FieldSpec
from app.editors.times import DateTimeEditor
from app.rehearsing.choice import MOST_DAYS, RehearsalChoice
from app.rehearsing.ordering import Span, span_of, starts_with_event
from app.widgets import moments
from app.widgets.basic import label
from app.widgets.combo_box import Option
from app.widgets.fields import NumberEdit
from app.widgets.layouts import row
from app.widgets.segmented import Segmented
from canvas_widgets.look import Look
from engine.campaign.document import CampaignDocument
from engine.i18n import tr
from engine.shapes.time import instant

SAME = "same"
_DAYS_WIDTH = 64


class SpanForm(QWidget):
    """Signal `changed()`: something else is chosen, or to be seen. `same`: a span that can be chosen as well.

    Attributes: when, days, since, until (the fields).
    """

    changed = Signal()

    def __init__(
        self, look: Look, context: Context, document: CampaignDocument, same: Span | None = None
    ) -> None:
        super().__init__()
        self._document, self._zone, self._same = document, context.zone, same
        self._grid = look.sizes.grid
        self.when = Segmented([*([Option(SAME, tr("The same time"))] if same else []), *_when()])
        self.days = NumberEdit(1)
        self.since = DateTimeEditor(context, FieldSpec("since", tr("From")), days=0, hour=0)
        self.until = DateTimeEditor(context, FieldSpec("until", tr("Until")), days=30, hour=0)
        self._days = QWidget()
        self._between = QWidget()
        self._note = label("small", wrap=True)
        self._lay_out()
        self.when.chosen.connect(self.follow)
        for changed in (self.days.edited, self.since.changed, self.until.changed):
            changed.connect(self.follow)

    def fill(self, choice: RehearsalChoice, span: Span) -> None:
        """Show what was chosen last, and the span that it came to."""
        self.when.set_value(SAME if self._same else choice.when)
        self.days.set_value(choice.days)
        for field, moment in ((self.since, span.since), (self.until, span.until)):
            field.set_value(moment.astimezone(self._zone).replace(second=0, microsecond=0).isoformat())

    def values(self) -> dict[str, Any]:
        """The fields of a `RehearsalChoice`, whether or not they will do; {} for the same span."""
        if self.when.value() == SAME:
            return {}
        days = self.days.value()
        since, until = (as_text(field.value()) for field in (self.since, self.until))
        return {
            "when": self.when.value(),
            "days": days if isinstance(days, int) and 1 <= days <= MOST_DAYS else 1,
            "since": instant(since) if since else None,
            "until": instant(until) if until else None,
        }

    def problem(self) -> str:
        """What is wrong with it, or ""."""
        when, days, chosen = self.when.value(), self.days.value(), self.values()
        if when == "between":
            if chosen["since"] is None or chosen["until"] is None:
                return tr("Choose from when until when.")
            if chosen["until"] <= chosen["since"]:
                return tr("The rehearsal would end before it begins.")
        elif when != SAME and not (isinstance(days, int) and 1 <= days <= MOST_DAYS):
            return tr("Enter from 1 to {most} days.", most=MOST_DAYS)
        return ""

    def show_document(self, document: CampaignDocument) -> None:
        """Say it of another state of the campaign."""
        self._document = document
        self.follow()

    def follow(self) -> None:
        """Show what belongs to what is chosen."""
        when = self.when.value()
        self._between.setVisible(when == "between")
        self._days.setVisible(when not in ("between", SAME))
        self._note.setText(self._words())
        self._note.setVisible(when != "between")
        self.changed.emit()

    def _words(self) -> str:
        choice = RehearsalChoice.model_validate(self.values())
        when = self.when.value()
        span = self._same if when == SAME else None
        span = span or span_of(choice, self._document, datetime.now(UTC), self._zone)
        said = tr(
            "From {since} until {until}",
            since=moments.shown(span.since, self._zone),
            until=moments.shown(span.until, self._zone),
        )
        if when == "past":
            why = tr("As if it had run then: with the events that people really caused.")
            return f"{said}. {why}"
        if when == "coming" and starts_with_event(self._document):
            why = tr("An event lets people in, and of the future the data has none: rather take the past.")
            return f"{said}. {why}"
        return said

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self.when.setAccessibleName(tr("When"))
        line = row(self._days)
        self.days.setFixedWidth(_DAYS_WIDTH)
        self.days.setAccessibleName(tr("Days"))
        line.addWidget(self.days)
        line.addWidget(label("", tr("days")))
        line.addStretch(1)
        both = row(self._between, spacing=2 * self._grid)
        for title, field in ((tr("From"), self.since), (tr("Until"), self.until)):
            side = QVBoxLayout()
            side.setSpacing(self._grid // 2)
            side.addWidget(label("small", title))
            side.addWidget(field)
            both.addLayout(side, 1)
        for part in (self.when, self._days, self._between, self._note):
            column.addWidget(part)


def _when() -> list[Option]:
    return [
        Option("coming", tr("The coming days")),
        Option("past", tr("The past days")),
        Option("between", tr("From … until …")),
    ]

"""What all dialogs that ask about a rehearsal have: when, how people react, and the button that begins it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from app.editors.base import Context
from app.language import Retranslated
from app.rehearsing.choice import RehearsalChoice
from app.rehearsing.ordering import Span
from app.rehearsing.react_form import ReactForm
from app.rehearsing.span_form import SpanForm
from app.widgets.announce import announce
from app.widgets.basic import button, label
from app.widgets.dialog import button_row, dialog_column
from canvas_widgets.look import Look
from engine.campaign.document import CampaignDocument
from engine.i18n import tr
from engine.workspace.workspace import Workspace

WIDTH = 72  # of the grid


class RehearsalQuestion(Retranslated, QDialog):
    """A kind of it lays its sections out between `head` and `foot`, then calls `begin`; `confirm` is called
    when nothing is wrong. Attributes: span, reactions (the forms), problem (what is wrong), rehearse (a
    button)."""

    def __init__(
        self,
        parent: QWidget,
        look: Look,
        document: CampaignDocument,
        workspace: Workspace,
        choice: RehearsalChoice,
        same: Span | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._look, self._document, self._workspace = look, document, workspace
        context = Context(workspace)
        self._zone = context.zone
        self.span = SpanForm(look, context, document, same)
        self.reactions = ReactForm(document, choice)
        self.problem = label("error", wrap=True)
        self.rehearse = button("primary", self._on_rehearse, tr("Rehearse"))
        self.rehearse.setDefault(True)
        self.column: QVBoxLayout

    def retranslate(self) -> None:
        """It is opened again in the other language."""
        self.reject()

    def begin(self) -> None:
        """Everything is laid out and filled in."""
        self.span.follow()
        self.reactions.follow()
        for form in (self.span, self.reactions):
            form.changed.connect(self.follow)
        self.follow()

    def follow(self) -> None:
        """Something else is chosen."""
        self.problem.hide()
        self.fit()

    def fit(self) -> None:
        """As high as what is shown, with the lines that its sentences take."""
        layout = self.layout()
        if layout is not None:
            layout.activate()
            self.setFixedHeight(layout.heightForWidth(self.width()))

    def what_is_wrong(self) -> str:
        """Why it cannot be rehearsed like this, or ""."""
        return self.span.problem() or self.reactions.problem()

    def confirm(self) -> None:
        """Everything is said."""
        raise NotImplementedError

    def _on_rehearse(self) -> None:
        if sentence := self.what_is_wrong():
            self.problem.setText(sentence)
            self.problem.show()
            self.fit()
            announce(self.problem, sentence)
            return
        self.confirm()

    # ---- laying out

    def head(self, title: str, heading: str, intro: str) -> None:
        self.setWindowTitle(title)
        self.setFixedWidth(WIDTH * self._look.sizes.grid)
        self.column = dialog_column(self, heading)
        self.column.addWidget(label("muted", intro, wrap=True))

    def section(self, title: str, *parts: QWidget) -> None:
        self.column.addSpacing(self._look.sizes.grid)
        self.column.addWidget(label("label", title))
        for part in parts:
            self.column.addWidget(part)

    def foot(self) -> None:
        self.column.addSpacing(self._look.sizes.grid)
        self.column.addWidget(self.problem)
        cancel = button("", self.reject, tr("Cancel"))
        cancel.setAutoDefault(False)
        self.column.addLayout(button_row(cancel, self.rehearse))

"""What publishing will do, on one page, before it is done."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QFrame, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from app.publishing.known import Known
from app.publishing.summary import Section, Summary
from app.widgets.basic import button, label
from app.widgets.dialog import button_row, dialog_column
from app.widgets.differences import DifferencesDialog
from canvas_widgets.look import Look
from engine.i18n import ntr, quoted, tr

_WARNINGS = 5
WIDTH, _HIGHEST = 76, 80  # of the grid
_AROUND = 24  # of the grid: title, buttons, and a few lines that the engine may add


class SummaryView(QScrollArea):
    """The sections of a summary: questions at the left, answers at the right. Attribute `sections`."""

    def __init__(self, look: Look, summary: Summary, warnings: Sequence[str]) -> None:
        super().__init__()
        self._look = look
        self._summary = summary
        self._warnings = tuple(warnings)
        self.sections: list[Section] = []
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(tr("What publishing does"))

    def show_known(self, known: Known, *first: Section) -> None:
        """Say it anew with what the engine has told; `first`: what stands on top."""
        found = [*first, *self._summary.sections(known)]
        if self._warnings:
            found.append(Section(tr("Please note"), self._warnings, warns=True))
        if found != self.sections:
            self.sections = found
            self.setWidget(self._page())

    def height_for(self, width: int) -> int:
        """How high what is shown is in a dialog of this width."""
        page = self.widget()
        layout = page.layout() if page is not None else None
        return 0 if layout is None else layout.heightForWidth(width - 6 * self._look.sizes.grid)

    def _page(self) -> QWidget:
        grid_size = self._look.sizes.grid
        page = QWidget()
        page.setObjectName("content")
        grid = QGridLayout(page)
        grid.setContentsMargins(0, grid_size, grid_size, grid_size)
        grid.setHorizontalSpacing(2 * grid_size)
        grid.setVerticalSpacing(2 * grid_size)
        grid.setColumnMinimumWidth(0, 13 * grid_size)
        grid.setColumnStretch(1, 1)
        for y, section in enumerate(self.sections):
            title = label("label", section.title, wrap=True)
            grid.addWidget(title, y, 0, Qt.AlignmentFlag.AlignTop)
            answer = QVBoxLayout()
            answer.setSpacing(grid_size // 2)
            for line in section.lines:
                text = label("warning" if section.warns else "", line, wrap=True)
                text.setAccessibleName(tr("{title}: {text}", title=section.title, text=line))
                answer.addWidget(text)
            grid.addLayout(answer, y, 1)
        grid.setRowStretch(len(self.sections), 1)
        return page


class PublishDialog(QDialog):
    """The summary and Publish, which calls `confirmed()`; Enter does as well, Escape cancels.

    Opens at once with what the files say; `show_known` adds what the engine says. Attributes: view, publish,
    row (of the buttons).
    """

    def __init__(
        self,
        parent: QWidget,
        look: Look,
        name: str,
        summary: Summary,
        warnings: Sequence[str],
        confirmed: Callable[[], None],
        *,
        news: str = "",
        place: QWidget | None = None,
    ) -> None:
        """`news`: what has to be known first, above it all. place: where one chooses where to publish."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Publish “{name}”?", name=name))
        self._look = look
        self._confirmed = confirmed
        self.known = Known()
        self.view = SummaryView(look, summary, warnings)
        self.changes = button("link", self._show_changes, tr("Show what has changed"))
        self.changes.setAutoDefault(False)
        self.publish = button("primary", self._on_publish, tr("Publish"))
        self.publish.setDefault(True)
        cancel = button("", self.reject, tr("Cancel"))
        cancel.setAutoDefault(False)
        layout = dialog_column(self, tr("Publish “{name}”?", name=name))
        if news:
            layout.addWidget(label("warning", news, wrap=True))
        if place is not None:
            layout.addWidget(place)
        layout.addWidget(self.view, 1)
        self.row = button_row(cancel, self.publish, at_left=self.changes)
        layout.addLayout(self.row)
        self.show_known(Known())
        self.fit()
        self.publish.setFocus()

    def fit(self) -> None:
        """As high as what is shown, up to where it scrolls."""
        grid = self._look.sizes.grid
        height = self.view.height_for(WIDTH * grid) + _AROUND * grid
        self.resize(WIDTH * grid, min(height, _HIGHEST * grid))

    def show_known(self, known: Known) -> None:
        """Add what the engine has told."""
        self.known = known
        self.view.show_known(known, Section(tr("Version"), version_lines(known)))
        published = known.published
        self.changes.setVisible(published is not None and bool(published.changes.found))

    def show_unknown(self, reason: str) -> None:
        """The engine could not be asked; publishing will tell the same, or work by then."""
        self.view.show_known(self.known, Section(tr("Version"), (reason,)))

    def _show_changes(self) -> None:
        published = self.known.published
        if published is not None:
            sentence = tr("What this version changes in version {version}.", version=published.version)
            found = published.changes.found
            DifferencesDialog(self, self._look, tr("What has changed"), sentence, found).open()

    def _on_publish(self) -> None:
        self.accept()
        self._confirmed()


def version_lines(known: Known) -> tuple[str, ...]:
    """Which version it becomes, what that changes, and who stays in earlier ones."""
    if not known.answered:
        return (tr("Asking the engine…"),)
    published = known.published
    if published is None:
        return (tr("The first version"),)
    found = published.changes
    if found.same:
        return (
            tr("Nothing has changed since version {version}; it stays as it is.", version=published.version),
        )
    lines = [tr("Version {version}", version=published.version + 1)]
    if found.found:
        lines.append(
            ntr(
                "{n:,} difference from version {version} on the canvas",
                "{n:,} differences from version {version} on the canvas",
                len(found.found),
                version=published.version,
            )
        )
    if found.referred:
        names = quoted(found.referred[:_WARNINGS])
        lines.append(tr("Changed in what it refers to: {names}", names=names))
    if published.inside:
        lines.append(
            ntr(
                "{n:,} person is inside and finishes the version entered.",
                "{n:,} people are inside and finish the version that they entered.",
                published.inside,
            )
        )
    return tuple(lines)


def warnings_of(sentences: Sequence[str], unconfirmed: Sequence[str]) -> list[str]:
    """What should be known beforehand: findings that do not prevent it, and what is left out."""
    found = list(sentences[:_WARNINGS])
    if len(sentences) > _WARNINGS:
        found.append(ntr("and {n} more", "and {n} more", len(sentences) - _WARNINGS))
    return [*found, *map(left_out, [unconfirmed] if unconfirmed else [])]


def left_out(names: Sequence[str]) -> str:
    """That what stands in panels without having been confirmed is not published."""
    return tr(
        "What was changed in the panel of {names} is left out, because it is not confirmed with OK.",
        names=quoted(names),
    )

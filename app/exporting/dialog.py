"""The choices before a picture of the canvas is saved or printed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QRectF, Qt
from PySide6.QtWidgets import QCheckBox, QDialog, QLabel, QWidget

from app.exporting.options import FORMATS, PICTURES, SCALES, Format, Options
from app.widgets.basic import button, label
from app.widgets.dialog import button_row, dialog_column
from app.widgets.drop_down import DropDown
from canvas_widgets.export import Page
from canvas_widgets.look import Look
from canvas_widgets.picture import TooLarge, image_size
from engine.i18n import N_, tr

_PAGES = {
    Page.FLOW: N_("As large as the flow"),
    Page.A4: N_("A4 landscape"),
    Page.A3: N_("A3 landscape"),
}
Area = Callable[[bool], QRectF]
"""What the picture shows, in scene units: of the selection only, or (False) of the whole flow."""


class Choice(DropDown):
    """A list to choose from. Keeps its values itself: Qt makes plain texts of enumerations."""

    def __init__(self, choices: Mapping[Any, str], chosen: object) -> None:
        super().__init__()
        self._values = list(choices)
        self.addItems(list(choices.values()))
        self.choose(chosen)

    @property
    def value(self) -> Any:
        return self._values[self.currentIndex()]

    def choose(self, value: object) -> None:
        self.setCurrentIndex(self._values.index(value))


class ExportDialog(QDialog):
    """Choices that make a difference are on show, no others. `confirmed` gets the options.

    for_paper: for the printer, which chooses format and page itself.
    """

    def __init__(
        self,
        parent: QWidget,
        look: Look,
        options: Options,
        *,
        area: Area,
        has_selection: bool,
        has_counts: bool,
        for_paper: bool,
        confirmed: Callable[[Options], None],
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._area, self._confirmed, self._for_paper = area, confirmed, for_paper
        self._given = options
        title = tr("Print") if for_paper else tr("Export")
        self.setWindowTitle(title)
        self.format = Choice({format: tr(text) for format, text in FORMATS.items()}, options.format)
        self.scale = Choice({scale: f"{scale} ×" for scale in SCALES}, options.scale)
        self.page = Choice({page: tr(text) for page, text in _PAGES.items()}, options.page)
        scopes = {False: tr("The whole flow"), True: tr("Only what is selected")}
        self.scope = Choice(scopes, has_selection and options.selection)
        self.colours = Choice({True: tr("Light"), False: tr("As on the screen")}, options.light)
        self.counts = QCheckBox(tr("With live counts"))
        self.counts.setChecked(options.counts)
        self.note = label("muted", wrap=True)
        self.ok = button("primary", self._on_ok, tr("Print…") if for_paper else tr("Export…"))
        self._rows: dict[QWidget, QLabel] = {}
        self._has_selection, self._has_counts, self._is_dark = has_selection, has_counts, look.is_dark
        self._lay_out(look, title)
        for box in (self.format, self.scale, self.scope):
            box.currentIndexChanged.connect(self._follow)
        self._follow()

    def options(self) -> Options:
        """What is chosen."""
        return replace(
            self._given,
            format=self.format.value,
            scale=self.scale.value,
            page=self.page.value,
            selection=self.scope.value,
            counts=self.counts.isChecked(),
            light=self.colours.value,
        )

    def _lay_out(self, look: Look, title: str) -> None:
        grid = look.sizes.grid
        self.setMinimumWidth(look.sizes.panel + 8 * grid)
        layout = dialog_column(self, title)
        for text, box in (
            (tr("Format"), self.format),
            (tr("Size"), self.scale),
            (tr("Page"), self.page),
            (tr("What"), self.scope),
            (tr("Colours"), self.colours),
        ):
            box.setAccessibleName(text)
            above = self._rows[box] = label("label", text)
            above.setBuddy(box)
            layout.addWidget(above)
            layout.addWidget(box)
        layout.addWidget(self.counts)
        layout.addWidget(self.note)
        layout.addStretch(1)
        layout.addSpacing(grid)
        self.ok.setDefault(True)
        layout.addLayout(button_row(button("", self.reject, tr("Cancel")), self.ok))

    def _follow(self) -> None:
        """Show what the format needs, and how large the image becomes."""
        format = None if self._for_paper else self.format.value
        self._show(self.format, not self._for_paper)
        self._show(self.scale, format is Format.PNG)
        self._show(self.page, format is Format.PDF)
        drawn = format is None or format in PICTURES
        self._show(self.scope, drawn and self._has_selection)
        self._show(self.colours, drawn and self._is_dark)
        self.counts.setVisible(drawn and self._has_counts)
        text, possible = "", True
        if format is Format.PNG:
            text, possible = self._size_text()
        elif self._for_paper:
            text = tr("The flow is fitted to one page.")
        self.note.setText(text)
        self.note.setVisible(bool(text))
        self.ok.setEnabled(possible)
        self.adjustSize()

    def _size_text(self) -> tuple[str, bool]:
        try:
            size = image_size(self._area(self.scope.value), self.scale.value)
        except TooLarge as error:
            return str(error), False
        return tr("{width:,} × {height:,} pixels", width=size.width(), height=size.height()), True

    def _show(self, box: QWidget, shown: bool) -> None:
        box.setVisible(shown)
        self._rows[box].setVisible(shown)

    def _on_ok(self) -> None:
        chosen = self.options()
        self.accept()
        self._confirmed(chosen)

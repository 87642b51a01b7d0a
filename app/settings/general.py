"""The first page of the preferences: language, look, motion, and saving by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from PySide6.QtWidgets import QCheckBox, QFormLayout, QHBoxLayout, QLabel, QSpinBox, QVBoxLayout, QWidget

from app.language import Retranslated
from app.preferences import ReducedMotion, Theme
from app.widgets.basic import label
from app.widgets.combo_box import Option
from app.widgets.segmented import Segmented
from engine.i18n import tr

if TYPE_CHECKING:
    from app.window import MainWindow

_USUAL_MINUTES = 5
_MOST_MINUTES = 120
_SIZES = (125, 150, 200)
"""Per cent."""


class GeneralPage(Retranslated, QWidget):
    """Every choice counts at once."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__()
        self._window = window
        self.languages = Segmented([Option("en", "English"), Option("zh", "中文")])
        self.themes = Segmented([])
        self.motion = Segmented([])
        self.autosave = QCheckBox()
        self.minutes = QSpinBox(minimum=1, maximum=_MOST_MINUTES)
        self.on_leave = QCheckBox()
        self.sizes = Segmented([])
        self._again = label("small", wrap=True)
        self._journal = label("small", wrap=True)
        self._labels = [label("label") for _row in range(5)]
        self._lay_out()
        self.retranslate()
        self._show()
        self._connect()

    def retranslate(self) -> None:
        titles = (tr("Language"), tr("Theme"), tr("Motion"), tr("Interface size"), tr("Save drafts"))
        for heading, title in zip(self._labels, titles, strict=True):
            heading.setText(title)
        fields = (self.languages, self.themes, self.motion, self.sizes)
        for field, title in zip(fields, titles, strict=False):
            field.setAccessibleName(title)
        system = tr("Like the system")
        self.themes.set_options(
            [
                Option("light", tr("Light")),
                Option("dark", tr("Dark")),
                Option("contrast", tr("High contrast")),
                Option("system", system),
            ]
        )
        self.motion.set_options(
            [Option("always", tr("Reduced")), Option("never", tr("Full")), Option("system", system)]
        )
        self.sizes.set_options([*(Option(str(size), f"{size} %") for size in _SIZES), Option("0", system)])
        self._again.setText(tr("Counts when the program is started again."))
        self.autosave.setText(tr("Every so many minutes:"))
        self.minutes.setAccessibleName(tr("Minutes between two savings"))
        self.on_leave.setText(tr("When the window loses the focus"))
        self._journal.setText(
            tr("Unsaved work is kept beside the files in any case, and offered again after a crash.")
        )

    def _lay_out(self) -> None:
        grid = self._window.look.sizes.grid
        self.minutes.lineEdit().setTextMargins(grid, 0, 0, 0)
        self.minutes.setFixedWidth(10 * grid)
        every = QHBoxLayout()
        every.setSpacing(grid)
        every.addWidget(self.autosave)
        every.addWidget(self.minutes)
        every.addStretch(1)
        saving = QVBoxLayout()
        saving.setSpacing(grid)
        saving.addLayout(every)
        saving.addWidget(self.on_leave)
        saving.addWidget(self._journal)
        size = QVBoxLayout()
        size.setSpacing(grid)
        size.addWidget(self.sizes)
        size.addWidget(self._again)
        form = QFormLayout(self)
        form.setContentsMargins(0, 2 * grid, 0, 0)
        form.setHorizontalSpacing(3 * grid)
        form.setVerticalSpacing(2 * grid)
        fields: tuple[QWidget | QVBoxLayout, ...] = (
            self.languages,
            self.themes,
            self.motion,
            size,
            saving,
        )
        for heading, field in zip(self._labels, fields, strict=True):
            self._add(form, heading, field)

    def _add(self, form: QFormLayout, heading: QLabel, field: QWidget | QVBoxLayout) -> None:
        # As high as a field: a form would let it sink beside several lines.
        heading.setFixedHeight(self._window.look.sizes.control)
        if isinstance(field, QWidget):
            form.addRow(heading, field)
        else:
            form.addRow(heading, field)

    def _show(self) -> None:
        chosen = self._window.preferences
        self.languages.set_value(chosen.language or "en")
        self.themes.set_value(chosen.theme)
        self.motion.set_value(chosen.reduced_motion)
        self.sizes.set_value(str(chosen.interface_size))
        self.autosave.setChecked(chosen.autosave > 0)
        self.minutes.setValue(chosen.autosave or _USUAL_MINUTES)
        self.minutes.setEnabled(chosen.autosave > 0)
        self.on_leave.setChecked(chosen.autosave_on_leave)

    def _connect(self) -> None:
        appearance = self._window.appearance
        self.languages.chosen.connect(appearance.set_language)
        self.themes.chosen.connect(lambda value: appearance.set_theme(cast("Theme", value)))
        self.motion.chosen.connect(lambda value: appearance.set_reduced_motion(cast("ReducedMotion", value)))
        self.sizes.chosen.connect(self._on_size_chosen)
        self.autosave.toggled.connect(self._on_saving_changed)
        self.minutes.valueChanged.connect(self._on_saving_changed)
        self.on_leave.toggled.connect(self._on_saving_changed)

    def _on_size_chosen(self, percent: str) -> None:
        self._window.preferences.interface_size = int(percent)
        self._window.preferences.save()

    def _on_saving_changed(self) -> None:
        chosen = self._window.preferences
        self.minutes.setEnabled(self.autosave.isChecked())
        chosen.autosave = self.minutes.value() if self.autosave.isChecked() else 0
        chosen.autosave_on_leave = self.on_leave.isChecked()
        chosen.save()

"""The look in force: theme, fonts, palette, style sheet and icons. Everything that is drawn asks here.

The application makes one `Look`: `apply(app)` dresses it, `set_theme` switches it live, `changed` tells of
the switch. Standard widgets choose their dress by the dynamic property `role`, set with `set_role` (see
`resources/style/controls.qss`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path
from string import Template
from weakref import WeakKeyDictionary

import shiboken6
from PySide6.QtCore import QObject, Qt, QTemporaryDir, QTimer, Signal
from PySide6.QtGui import QAction, QColor, QFont, QFontDatabase, QGuiApplication, QIcon, QPalette, QPixmap
from PySide6.QtWidgets import QAbstractButton, QApplication, QMenu, QWidget

from canvas_widgets import icons
from canvas_widgets.slicing import Slices
from canvas_widgets.values import (
    RESOURCES,
    Colours,
    Face,
    NotePaint,
    Sizes,
    Strokes,
    Tints,
    Values,
    field_names,
    read_values,
)

__all__ = ["Colours", "Look", "Sizes", "Theme", "set_role"]

_STYLE_ICONS = {
    "chevron_down": ("chevron-down", "muted"),
    "chevron_up": ("chevron-up", "muted"),
    "chevron_right": ("chevron-right", "muted"),
    "chevron_left": ("chevron-left", "muted"),
    "check": ("check", "on_accent"),
    "check_accent": ("check", "accent"),
    "minus": ("minus", "on_accent"),
    "bullet": ("point", "on_accent"),
}


@cache
def _style_files() -> QTemporaryDir:
    """The folder of the icons that style sheets name: a sheet in force may outlive the look that wrote it."""
    return QTemporaryDir()


@cache
def _style_icon(name: str, colour: str, stem: str) -> str:
    """The file of one of them, written once."""
    return icons.write_tinted(name, QColor(colour), Path(_style_files().path()), stem).as_posix()


class Theme(StrEnum):
    """What the user chooses; `SYSTEM` follows the desktop, also when it asks for high contrast."""

    LIGHT = "light"
    DARK = "dark"
    CONTRAST = "contrast"
    SYSTEM = "system"


class Look(QObject):
    """The colours, sizes, fonts, icons and style sheet of the theme in force.

    Attributes: `colours`, `tints`, `strokes`, `notes` (their colours by name), `sizes`, `motion` (False where
    the user wants reduced motion).
    `changed` is emitted after a switch of theme; whoever keeps drawn things drops them then.
    """

    changed = Signal()

    def __init__(self, theme: Theme = Theme.LIGHT, motion: bool = True) -> None:
        super().__init__()
        self._values: Values = read_values()
        self.sizes: Sizes = self._values.sizes
        self.motion = motion
        self._pixmaps: dict[tuple[str, str, int, float], QPixmap] = {}
        self._icons: dict[tuple[str, str, int], QIcon] = {}
        self._fonts: dict[str, QFont] = {}
        self._bound: WeakKeyDictionary[QAction | QAbstractButton, tuple[str, str, int]] = WeakKeyDictionary()
        self._drawing = Slices(self)
        self._held: list[QWidget] = []
        self._icons_on_show: list[QAction | QAbstractButton] = []
        # A timer: what Qt calls later by an event comes before what else is due, in the same turn.
        self._painting = QTimer(self, singleShot=True, interval=0)
        self._painting.timeout.connect(self._paint)
        load_fonts()
        self._choice = theme
        self._take(self._resolved())
        hints = QGuiApplication.styleHints()
        hints.colorSchemeChanged.connect(self._on_system_changed)
        hints.accessibility().contrastPreferenceChanged.connect(self._on_system_changed)

    @property
    def theme(self) -> Theme:
        """What was chosen, `SYSTEM` included."""
        return self._choice

    @property
    def is_dark(self) -> bool:
        """Whether texts are bright on a dark ground."""
        return self._shown is not Theme.LIGHT

    @property
    def duration(self) -> int:
        """Milliseconds that a movement takes; 0 with reduced motion."""
        return self.sizes.duration if self.motion else 0

    def set_theme(self, theme: Theme) -> None:
        """Switch, live: the application's palette and style sheet, bound icons, `changed`."""
        self._choice = theme
        if self._resolved() is not self._shown:
            self._take(self._resolved())
            self._announce()

    def apply(self, app: QApplication) -> None:
        """Dress the application: Fusion, font, palette and style sheet."""
        app.setStyle("Fusion")
        app.setFont(self.font("control"))
        self._colour(app)

    def _colour(self, app: QApplication) -> None:
        """Only what a theme differs in: every further setting would dress each widget once more."""
        app.setPalette(self.palette())
        app.setStyleSheet("")  # where one sheet follows another, Qt dresses a widget once for each around it
        app.setStyleSheet(self.stylesheet())

    def font(self, role: str) -> QFont:
        """The font of a role: title, control, strong, card_name, label, small, summary or section."""
        if role not in self._fonts:
            face: Face = getattr(self._values.fonts, role)
            font = QFont(self._values.fonts.family)
            font.setPixelSize(face.pixels)
            font.setWeight(QFont.Weight(face.weight))
            font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
            self._fonts[role] = font
        return QFont(self._fonts[role])

    def pixmap(self, name: str, colour: str = "text", size: int = 16, ratio: float = 1.0) -> QPixmap:
        """An icon in a colour of the look (a field of `Colours`)."""
        key = (name, colour, size, ratio)
        if key not in self._pixmaps:
            self._pixmaps[key] = icons.pixmap(name, self.colours.named(colour), size, ratio)
        return self._pixmaps[key]

    def icon(self, name: str, colour: str = "text", size: int = 16) -> QIcon:
        """An icon for buttons and menus. It keeps its colour: prefer `set_icon`, which follows the theme."""
        key = (name, colour, size)
        if key not in self._icons:
            self._icons[key] = icons.icon(name, self.colours.named(colour), self.colours.disabled, size)
        return self._icons[key]

    def set_icon(
        self, target: QAction | QAbstractButton, name: str, colour: str = "text", size: int = 16
    ) -> None:
        """Give an action or a button an icon that follows the theme."""
        self._bound[target] = (name, colour, size)
        target.setIcon(self.icon(name, colour, size))

    def palette(self) -> QPalette:
        """The colours as a Qt palette, for everything that the style sheet does not reach."""
        colours, palette = self.colours, QPalette()
        role = QPalette.ColorRole
        for group_role, colour in (
            (role.Window, colours.surface),
            (role.Base, colours.surface),
            (role.AlternateBase, colours.canvas),
            (role.Button, colours.surface),
            (role.ToolTipBase, colours.card),
            (role.WindowText, colours.text),
            (role.Text, colours.text),
            (role.ButtonText, colours.text),
            (role.ToolTipText, colours.text),
            (role.BrightText, colours.on_accent),
            (role.PlaceholderText, colours.faint),
            (role.Highlight, colours.accent),
            (role.HighlightedText, colours.on_accent),
            (role.Link, colours.accent),
            (role.LinkVisited, colours.accent),
            (role.Accent, colours.accent),
            (role.Light, colours.card),
            (role.Midlight, colours.hover),
            (role.Mid, colours.border),
            (role.Dark, colours.line),
            (role.Shadow, colours.shadow),
        ):
            palette.setColor(group_role, colour)
        for text_role in (role.WindowText, role.Text, role.ButtonText):
            palette.setColor(QPalette.ColorGroup.Disabled, text_role, colours.disabled)
        return palette

    def stylesheet(self) -> str:
        """The standard controls' style sheet: `resources/style/*.qss`, values filled in."""
        templates = (path.read_text("utf-8") for path in sorted((RESOURCES / "style").glob("*.qss")))
        return Template("\n".join(templates)).substitute(self._tokens())

    def _tokens(self) -> dict[str, str]:
        tokens = {name: self.colours.named(name).name() for name in field_names(Colours)}
        tokens |= {name: str(getattr(self.sizes, name)) for name in field_names(Sizes)}
        tokens |= _strokes(self.strokes, self.sizes)
        tokens["family"] = self._values.fonts.family
        for name, colour in (("neutral", "muted"), ("ok", "ok"), ("warn", "warn"), ("danger", "danger")):
            tokens[f"{name}_soft"] = _rgba(self.colours.named(colour), self.tints.soft)
        return tokens | self._icon_files()

    def _icon_files(self) -> dict[str, str]:
        return {
            token: _style_icon(name, self.colours.named(colour).name(), f"{token}-{self._shown}")
            for token, (name, colour) in _STYLE_ICONS.items()
        }

    def _resolved(self) -> Theme:
        if self._choice is not Theme.SYSTEM:
            return self._choice
        hints = QGuiApplication.styleHints()
        if hints.accessibility().contrastPreference() is Qt.ContrastPreference.HighContrast:
            return Theme.CONTRAST
        dark = hints.colorScheme() is Qt.ColorScheme.Dark
        return Theme.DARK if dark else Theme.LIGHT

    def _take(self, theme: Theme) -> None:
        self._shown = theme
        self.colours: Colours = self._values.colours[theme]
        self.tints: Tints = self._values.tints[theme]
        self.notes: Mapping[str, NotePaint] = self._values.notes[theme]
        self.strokes: Strokes = self._values.strokes[theme]
        self._pixmaps.clear()
        self._icons.clear()

    def _announce(self) -> None:
        app = QApplication.instance()
        if isinstance(app, QApplication) and app.styleSheet():
            self._held += _hold_painting(app)
            self._colour(app)
        bound = [target for target in self._bound if shiboken6.isValid(target)]
        self._icons_on_show = [target for target in bound if _is_on_show(target)]
        if len(self._icons_on_show) < len(bound):  # menus and commands: the window need not wait for them
            shown = set(self._icons_on_show)
            self._drawing.begin(self._draw_icons(target for target in bound if target not in shown))
        self.changed.emit()
        if self._held:  # begun last: a timer that is due before all this would let it be painted in this turn
            self._painting.start()
        else:
            self._paint()

    def _paint(self) -> None:
        for _ in self._draw_icons(self._icons_on_show):
            pass
        for window in self._held:
            if shiboken6.isValid(window):
                window.setUpdatesEnabled(True)
        self._held, self._icons_on_show = [], []

    def _draw_icons(self, targets: Iterable[QAction | QAbstractButton]) -> Iterator[None]:
        for target in targets:
            if shiboken6.isValid(target):
                target.setIcon(self.icon(*self._bound[target]))
            yield

    def _on_system_changed(self) -> None:
        if self._choice is Theme.SYSTEM:
            self.set_theme(Theme.SYSTEM)


def set_role(widget: QWidget, role: str, **properties: str) -> None:
    """Set the properties that the style sheet selects by, and dress the widget anew."""
    for name, value in {"role": role, **properties}.items():
        widget.setProperty(name, value)
    widget.style().unpolish(widget)
    widget.style().polish(widget)


def _hold_painting(app: QApplication) -> list[QWidget]:
    """Dressing every widget takes as long as a turn of the event loop may: painting has to wait for the next.
    The windows that do."""
    windows = [window for window in app.topLevelWidgets() if window.isVisible() and window.updatesEnabled()]
    for window in windows:
        window.setUpdatesEnabled(False)
    return windows


def _is_on_show(target: QAction | QAbstractButton) -> bool:
    if isinstance(target, QAction):
        shown = target.associatedObjects()
        return any(isinstance(by, QMenu | QAbstractButton) and by.isVisible() for by in shown)
    return target.isVisible()


@cache
def load_fonts() -> None:
    """Register the bundled fonts with the running application, once."""
    for path in sorted((RESOURCES / "fonts").glob("*.ttf")):
        if QFontDatabase.addApplicationFont(str(path)) == -1:
            raise OSError(f"{path} is not a font that Qt can read")


def _strokes(strokes: Strokes, sizes: Sizes) -> dict[str, str]:
    """Borders' widths, and what is left inside a control of them: controls are as high in every theme."""
    wide = strokes.focus + 1  # where one more pixel has to tell the focus from a border of the same colour
    twin = 3  # two lines of the ground on what is filled, with its own colour between them
    mark = 16 + 2 * strokes.border  # the mark of a check box, with its border
    return {
        "edge": str(strokes.border),
        "focus": str(strokes.focus),
        "wide_focus": str(wide),
        "twin_focus": str(twin),
        "mark_wide": str(mark - 2 * wide),
        "mark_twin": str(mark - 2 * twin),
        "inner": str(sizes.control - 2 * strokes.border),
        "inner_focus": str(sizes.control - 2 * strokes.focus),
        "inner_twin": str(sizes.control - 2 * twin),
        "pad_twin": str(14 + strokes.border - twin),
        "pad_focus": str(14 + strokes.border - strokes.focus),
    }


def _rgba(colour: QColor, opacity: float) -> str:
    return f"rgba({colour.red()}, {colour.green()}, {colour.blue()}, {round(opacity * 255)})"

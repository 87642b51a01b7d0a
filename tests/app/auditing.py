"""What an audit finds wrong with the controls on show: no name, no role, out of reach, too small.

Reads the widgets the way a screen reader does, through `QAccessible`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAccessible, QColor, QImage
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QCheckBox,
    QComboBox,
    QGraphicsView,
    QHeaderView,
    QKeySequenceEdit,
    QLabel,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QPushButton,
    QRadioButton,
    QScrollBar,
    QTabBar,
    QTextEdit,
    QWidget,
)

from tests.colours import contrast

LEAST = 24
"""Pixels of a target, to each side: WCAG 2.2, 2.5.8."""
_ROUND_A_ROW = 240
"""Pixels of a ring that are enough for a control however large: what has the focus in it is a row."""

Role = QAccessible.Role
_ROLES: tuple[tuple[type[QWidget], frozenset[Role]], ...] = (
    (QCheckBox, frozenset({Role.CheckBox})),
    (QRadioButton, frozenset({Role.RadioButton})),
    (
        QAbstractButton,
        frozenset({Role.Button, Role.ButtonMenu, Role.ButtonDropDown, Role.CheckBox, Role.Link}),
    ),
    (QComboBox, frozenset({Role.ComboBox})),
    (QAbstractSpinBox, frozenset({Role.SpinBox})),
    (QLineEdit, frozenset({Role.EditableText})),
    (QPlainTextEdit, frozenset({Role.EditableText})),
    (QTextEdit, frozenset({Role.EditableText, Role.StaticText})),
    (QHeaderView, frozenset()),
    (QAbstractItemView, frozenset({Role.List, Role.Tree, Role.Table})),
    (QTabBar, frozenset({Role.PageTabList})),
    (QScrollBar, frozenset()),
    (QAbstractSlider, frozenset({Role.Slider})),
    # Qt has no role for these two: what they are stands in their description.
    (QGraphicsView, frozenset({Role.Client})),
    (QKeySequenceEdit, frozenset({Role.Client})),
)
_WHOLE = (QAbstractSpinBox, QComboBox, QKeySequenceEdit, QLineEdit, QTabBar, QHeaderView, QScrollBar)
"""Controls that are one to people: what Qt makes them of is not looked at."""


def findings(root: QWidget, not_by_tab: frozenset[str] = frozenset()) -> list[str]:
    """What is wrong with the controls on show below a widget, one line each.

    `not_by_tab`: names of controls that Tab passes by because the keyboard has another way.
    """
    found = []
    for widget in controls(root):
        name, role = name_of(widget), role_of(widget)
        where = f"{type(widget).__name__} “{name}” in {_place(widget)}"
        if not name.strip():
            found.append(f"{where}: no name")
        if isinstance(widget, QAbstractButton) and _plain(widget.text()) not in name:
            found.append(f"{where}: reads “{widget.text()}”")
        if role not in _fitting(widget):
            found.append(f"{where}: is a {role.name}")
        if not _in_reach(widget) and name not in not_by_tab:
            found.append(f"{where}: out of the keyboard's reach")
        if widget.width() < LEAST or widget.height() < LEAST:
            found.append(f"{where}: only {widget.width()} × {widget.height()} px")
    return found


def in_menu(menu: QMenu) -> list[str]:
    """What is wrong with a menu and the menus inside it: entries without words, too small, out of a role."""
    found, menu_role = [], role_of(menu)
    if menu_role is not Role.PopupMenu:
        found.append(f"menu “{menu.title()}”: is a {menu_role.name}")
    interface = QAccessible.queryAccessibleInterface(menu)
    for index, action in enumerate(menu.actions()):
        if action.isSeparator() or not action.isVisible():
            continue
        entry, place = interface.child(index), menu.actionGeometry(action)
        name, role = entry.text(QAccessible.Text.Name), entry.role()
        if not name.strip() or not _plain(action.text()).startswith(name):
            found.append(f"“{action.text()}”: is called “{name}”")
        if role not in (Role.MenuItem, Role.CheckBox, Role.RadioButton):
            found.append(f"“{action.text()}”: is a {role.name}")
        if place.height() < LEAST:
            found.append(f"“{action.text()}”: only {place.height()} px high")
        inside = action.menu()
        if isinstance(inside, QMenu):
            inside.aboutToShow.emit()  # some are filled then
            found += in_menu(inside)
    return found


def clipped(root: QWidget) -> list[str]:
    """Texts on show that do not fit where they stand."""
    found = []
    for widget in _visible(root):
        if isinstance(widget, QLabel | QPushButton | QCheckBox | QRadioButton) and not _fits(widget):
            size, wanted = widget.size(), _wanted(widget)
            found.append(
                f"“{widget.text()}” in {_place(widget)}: {size.width()} × {size.height()}, "
                f"needs {wanted.width()} × {wanted.height()}"
            )
    return found


def hidden_focus(root: QWidget) -> list[str]:
    """Controls that look the same with the keyboard's focus, or nearly so."""
    found = []
    away = QPushButton(root)  # where the focus is meanwhile
    away.setGeometry(0, 0, 1, 1)
    away.show()
    for widget in [*controls(root)]:
        if widget.isEnabled() and widget is not away and _in_reach(widget):
            away.setFocus()
            before = _picture(widget)
            (widget.focusProxy() or widget).setFocus(Qt.FocusReason.TabFocusReason)
            least = min(2 * min(widget.width(), widget.height()), _ROUND_A_ROW)
            if (changed := _changed(before, _picture(widget))) < least:
                found.append(f"{type(widget).__name__} “{name_of(widget)}” in {_place(widget)}: {changed} px")
    away.hide()
    away.deleteLater()
    return found


def _picture(widget: QWidget) -> QImage:
    QApplication.processEvents()
    return widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)


def _changed(before: QImage, after: QImage) -> int:
    """How many pixels are another colour now, at least 3 : 1 from what they were (WCAG 2.2, 2.4.13)."""
    pixels = (memoryview(image.constBits()).cast("I") for image in (before, after))
    pairs = Counter(pair for pair in zip(*pixels, strict=True) if pair[0] != pair[1])
    return sum(count for (one, other), count in pairs.items() if contrast(QColor(one), QColor(other)) >= 3)


def controls(root: QWidget) -> Iterator[QWidget]:
    """The controls on show that a person uses."""
    for widget in _visible(root):
        if _fitting(widget) and not _inside_another(widget):
            yield widget


def name_of(widget: QWidget) -> str:
    """What a screen reader calls it."""
    return QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)


def role_of(widget: QWidget) -> Role:
    return QAccessible.queryAccessibleInterface(widget).role()


def _visible(root: QWidget) -> Iterator[QWidget]:
    for widget in (root, *root.findChildren(QWidget)):
        if widget.isVisible() and widget.window() is root.window():
            yield widget


def _fitting(widget: QWidget) -> frozenset[Role]:
    """The roles that fit a kind of control; none for what is no control."""
    return next((roles for kind, roles in _ROLES if isinstance(widget, kind)), frozenset())


def _inside_another(widget: QWidget) -> bool:
    parent = widget.parentWidget()
    while parent is not None:
        if isinstance(parent, _WHOLE):
            return True
        parent = parent.parentWidget()
    return isinstance(widget.parentWidget(), QAbstractScrollArea) and isinstance(widget, QScrollBar)


def _in_reach(widget: QWidget) -> bool:
    """Whether Tab comes by, or the arrows from a neighbour of the same group."""
    proxied = widget.focusProxy() or widget
    if isinstance(widget, QTabBar):
        return bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
    return bool(proxied.focusPolicy() & Qt.FocusPolicy.TabFocus)


def _fits(widget: QLabel | QAbstractButton) -> bool:
    wanted = _wanted(widget)
    return wanted.width() <= widget.width() and wanted.height() <= widget.height()


def _wanted(widget: QLabel | QAbstractButton) -> QSize:
    """What the text needs; 0 where the widget shortens it itself, and has it whole in its tooltip."""
    if not widget.text() or _shortens(widget):
        return QSize()
    if not isinstance(widget, QLabel):
        return widget.sizeHint()
    if widget.wordWrap():
        return QSize(0, widget.heightForWidth(widget.width()))
    return widget.sizeHint()


def _shortens(widget: QWidget) -> bool:
    return type(widget).__name__ == "ElidedLabel"


def _plain(text: str) -> str:
    """A button's text without the mark of its key."""
    return text.replace("&&", "\0").replace("&", "").replace("\0", "&")


def _place(widget: QWidget) -> str:
    names: list[str] = []
    parent = widget.parentWidget()
    while parent is not None and len(names) < 4:
        if not type(parent).__name__.startswith("Q"):
            names.append(type(parent).__name__)
        parent = parent.parentWidget()
    return " < ".join(names)

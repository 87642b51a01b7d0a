"""Open campaigns as tabs: the list comes first and stays in sight, each campaign has a tab of its own."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QMouseEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPushButton,
    QStackedWidget,
    QStyleOptionTab,
    QTabBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.editor.page import EditorPage
from app.language import Retranslated
from canvas_widgets.look import Look
from canvas_widgets.tooltip import plain
from engine.i18n import tr

_NAME_WIDTH = 22  # of the grid: of longer names … stands for the middle
_LEAST_WIDTH = 17  # of a tab where there are many
UNSAVED = "•"


class CampaignTabBar(QTabBar):
    """Tabs that can be dragged and closed with a middle click.

    The first is hidden: it is the current one while none of the others is.

    Signal `close_asked(index)`: by the tab's button or the middle one of the mouse.
    """

    close_asked = Signal(int)

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._grip: float | None = None
        self._middle = -1
        self.setObjectName("campaigns")
        self.setDrawBase(False)
        self.setExpanding(False)
        self.setUsesScrollButtons(True)
        self.setElideMode(Qt.TextElideMode.ElideMiddle)  # ends tell “Sale 9” from “Sale 10”
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setIconSize(QSize(look.sizes.small_icon, look.sizes.small_icon))

    def show_name(self, index: int, name: str, unsaved: bool) -> None:
        """A tab's name, and whether something in it is not saved."""
        bold = self.font()
        bold.setWeight(self._look.font("strong").weight())
        width = _NAME_WIDTH * self._look.sizes.grid
        shown = QFontMetrics(bold).elidedText(name, Qt.TextElideMode.ElideMiddle, width).replace("&", "&&")
        marked = f"{UNSAVED} {shown}" if unsaved else shown  # in front, where nothing is cut off
        self.setTabText(index, marked)
        said = tr("{name}, not saved", name=name) if unsaved else name
        self.setAccessibleTabName(index, said)
        closer = self.tabButton(index, QTabBar.ButtonPosition.RightSide)
        if closer is not None:
            closer.setToolTip(tr("Close campaign"))
            closer.setAccessibleName(tr("Close “{name}”", name=name))

    def initStyleOption(  # noqa: N802 - Qt's name
        self, option: QStyleOptionTab, index: int
    ) -> None:
        """Qt draws the current tab even where it is hidden: its edge would stand before the others."""
        super().initStyleOption(option, index)
        if not self.isTabVisible(index):
            option.rect.moveRight(self.rect().left() - self.width())

    def minimumTabSizeHint(self, index: int) -> QSize:
        """Where there are many, names become shorter before the bar has to be scrolled."""
        size = self.tabSizeHint(index)
        least = _LEAST_WIDTH * self._look.sizes.grid
        return QSize(min(size.width(), least), size.height()) if index > 0 else size

    def tabLayoutChange(self) -> None:
        """The arrows that scroll stand over the buttons that close."""
        super().tabLayoutChange()
        for name in ("ScrollLeftButton", "ScrollRightButton"):
            arrow = self.findChild(QToolButton, name)
            if arrow is not None:
                arrow.raise_()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.tabAt(event.position().toPoint())
        if event.button() is Qt.MouseButton.MiddleButton:
            self._middle = index
            return
        self.setMovable(index > 0)
        self._grip = event.position().x() - self.tabRect(index).left() if index > 0 else None
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """A dragged tab goes no further to the left than where the first one begins."""
        if self._grip is not None and event.buttons() & Qt.MouseButton.LeftButton:
            least = self._grip
            if event.position().x() < least:
                place = QPointF(least, event.position().y())
                event = QMouseEvent(
                    event.type(),
                    place,
                    self.mapToGlobal(place),
                    event.button(),
                    event.buttons(),
                    event.modifiers(),
                )
        super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.MiddleButton:
            if self._middle > 0 and self.tabAt(event.position().toPoint()) == self._middle:
                self.close_asked.emit(self._middle)
            self._middle = -1
            return
        self._grip = None
        super().mouseReleaseEvent(event)


class Tabs(Retranslated, QWidget):
    """The pages of the window below their tabs; without an open campaign there is no bar.

    Attributes: stack (what campaigns stand in; a page that came there when it is whole would be dressed once
    more); home (what the first tab shows, a stack: places of the workspace and the start page), home_tab
    (beside the bar, so that it never scrolls away), bar.
    Signals: `current_changed()`: another page is on show; `close_asked(page)`.
    """

    current_changed = Signal()
    close_asked = Signal(object)

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._pages: list[EditorPage] = []  # in the order of their tabs
        self.home = QStackedWidget()
        self.home.setObjectName("pages")
        self.bar = CampaignTabBar(look)
        self.bar.addTab("")
        self.bar.setTabVisible(0, False)
        self.home_tab = QPushButton()
        self.home_tab.setCheckable(True)
        self.home_tab.setChecked(True)
        self.home_tab.setProperty("role", "home-tab")
        self.home_tab.clicked.connect(self._on_home_clicked)
        self._strip = QFrame()
        self._strip.setProperty("role", "tabs")
        self._strip.setFixedHeight(5 * look.sizes.grid)
        self.stack = QStackedWidget()
        self.stack.setObjectName("pages")
        self._front = QWidget()
        self._beside = QHBoxLayout(self._front)
        self._beside.setContentsMargins(0, 0, 0, 0)
        self._beside.setSpacing(0)
        self._beside.addWidget(self.home, 1)
        self._home_title = ""
        self.stack.addWidget(self._front)
        strip = QHBoxLayout(self._strip)
        strip.setContentsMargins(look.sizes.grid, 0, look.sizes.grid, 0)
        strip.setSpacing(0)
        strip.addWidget(self.home_tab, 0, Qt.AlignmentFlag.AlignBottom)
        strip.addWidget(self.bar, 1, Qt.AlignmentFlag.AlignBottom)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._strip)
        layout.addWidget(self.stack, 1)
        self._strip.hide()
        self.bar.currentChanged.connect(self._on_tab_changed)
        self.bar.tabMoved.connect(self._on_tab_moved)
        self.bar.close_asked.connect(lambda index: self.close_asked.emit(self._pages[index - 1]))
        look.changed.connect(self._draw_icons)
        self.retranslate()

    @property
    def pages(self) -> tuple[EditorPage, ...]:
        """Every open campaign, in the order of the tabs."""
        return tuple(self._pages)

    @property
    def current(self) -> EditorPage | None:
        """The campaign on show; None while the list is."""
        found = self.stack.currentWidget()
        return found if isinstance(found, EditorPage) else None

    def put_beside_home(self, rail: QWidget) -> None:
        """Let something stand at the left of what the first tab shows."""
        self._beside.insertWidget(0, rail)

    def show_home(self, title: str, icon: str) -> None:
        """Name the first tab after what it shows."""
        self._home_title = title
        self._name_home()
        self._look.set_icon(self.home_tab, icon, "muted", self._look.sizes.small_icon)

    def add(self, page: EditorPage) -> None:
        """Open a tab behind the others, and show it."""
        self._pages.append(page)
        self.stack.addWidget(page)
        index = self.bar.addTab("")
        self.bar.setTabButton(index, QTabBar.ButtonPosition.RightSide, self._closer(page))
        self.show_name(page)
        self._draw_icons()
        self._strip.show()
        self.show_page(page)

    def remove(self, page: EditorPage, then_show: EditorPage | None) -> None:
        """Take a tab away, and show another page in its place (None: the list)."""
        self.show_page(then_show)
        index = self._pages.index(page)
        del self._pages[index]
        self.bar.removeTab(index + 1)
        self.stack.removeWidget(page)
        self._strip.setVisible(bool(self._pages))

    def show_page(self, page: EditorPage | None) -> None:
        """Go to a campaign's tab, or to the list."""
        self.bar.setCurrentIndex(0 if page is None else self._pages.index(page) + 1)

    def show_name(self, page: EditorPage) -> None:
        """The campaign's name, or whether it is saved, may have changed."""
        index = self._pages.index(page) + 1
        where = _folder(page.session.path) if page.shown_version is None else tr("As it was published")
        self.bar.show_name(index, page.title, page.unsaved())
        self.bar.setTabToolTip(index, plain("\n".join([page.title, str(page.status.label), where])))

    def show_state(self, page: EditorPage) -> None:
        """The campaign's status, or whether it is only looked at, may have changed."""
        if page in self._pages:
            self.show_name(page)
            self._draw_icon(page)

    def step(self, by: int) -> None:
        """Go to the next tab (1) or the one before (-1), round and round."""
        self.bar.setCurrentIndex((self.bar.currentIndex() + by) % self.bar.count())

    def neighbour(self, page: EditorPage) -> EditorPage | None:
        """What to show when this one is closed: the tab after it, else the one before, else the list."""
        index = self._pages.index(page)
        others = [*self._pages[index + 1 :], *reversed(self._pages[:index])]
        return others[0] if others else None

    def retranslate(self) -> None:
        self.bar.setAccessibleName(tr("Open campaigns"))
        self._name_home()
        for page in self._pages:
            self.show_name(page)

    def _name_home(self) -> None:
        self.home_tab.setText(self._home_title.replace("&", "&&"))
        self.home_tab.setAccessibleName(self._home_title)
        self.bar.setTabText(0, self._home_title)  # as assistive technology may read it
        normal, bold = self.home_tab.font(), self.home_tab.font()
        bold.setWeight(self._look.font("strong").weight())
        widths = [QFontMetrics(font).horizontalAdvance(self._home_title) for font in (normal, bold)]
        self.home_tab.setMinimumWidth(self.home_tab.sizeHint().width() + widths[1] - widths[0])
        self.home_tab.setToolTip(tr("The workspace: its campaigns, and what they refer to"))

    def _on_home_clicked(self) -> None:
        self.show_page(None)
        self.home_tab.setChecked(self.current is None)  # a click on what is on show changes nothing

    def _closer(self, page: EditorPage) -> QToolButton:
        closer = QToolButton()
        closer.setProperty("role", "tab-close")
        closer.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # Ctrl+W is the keyboard's way
        closer.setFixedSize(QSize(3, 3) * self._look.sizes.grid)
        self._look.set_icon(closer, "x", "muted", self._look.sizes.small_icon)
        closer.clicked.connect(partial(self.close_asked.emit, page))
        return closer

    def _draw_icons(self) -> None:
        """Those that are only looked at are told apart."""
        for page in self._pages:
            self._draw_icon(page)

    def _draw_icon(self, page: EditorPage) -> None:
        """An eye where it is only looked at; in the colour of its status, which the tooltip says in words."""
        icon = self._look.icon("eye" if page.read_only else "route", page.status.tone)
        self.bar.setTabIcon(self._pages.index(page) + 1, icon)

    def _on_tab_changed(self, index: int) -> None:
        page = self._pages[index - 1] if index > 0 else None
        self.home_tab.setChecked(page is None)
        shown = self._front if page is None else page
        if self.stack.currentWidget() is not shown:
            self.stack.setCurrentWidget(shown)
            if page is not None and not self.bar.hasFocus():
                page.view.setFocus()
            self.current_changed.emit()

    def _on_tab_moved(self, start: int, end: int) -> None:
        self._pages.insert(end - 1, self._pages.pop(start - 1))


def _folder(path: Path | None) -> str:
    return tr("Never saved") if path is None else str(path.parent)

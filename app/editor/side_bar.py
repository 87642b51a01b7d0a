"""The side bar at the left: the components to add, and the outline of what is there, one tab each."""

from __future__ import annotations

from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent
from PySide6.QtWidgets import QFrame, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from app.editor.outline import OutlineTree
from app.language import Retranslated
from app.preferences import Preferences, SideBarTab
from canvas_widgets.gestures.drop import dragged_kind
from canvas_widgets.look import Look
from canvas_widgets.palette import Palette
from engine.i18n import tr

_COMPONENTS, _OUTLINE = 0, 1


class SideBar(Retranslated, QFrame):
    """Where nothing can be added (`read_only`) there is the outline only.

    The outline is wider, because its rows are indented. Which of the two is shown is remembered.
    """

    def __init__(
        self,
        look: Look,
        palette: Palette,
        outline: OutlineTree,
        preferences: Preferences,
        *,
        read_only: bool,
    ) -> None:
        super().__init__()
        self.setProperty("role", "side")
        self._look = look
        self._outline = outline
        self._preferences = preferences
        self.tabs = _Tabs()
        self._pages = QStackedWidget()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addSpacing(look.sizes.grid // 2)
        layout.addWidget(self.tabs)
        layout.addWidget(self._pages, 1)
        self._pages.addWidget(palette)
        self._pages.addWidget(_with_margin(outline, look.sizes.grid))
        self.tabs.currentChanged.connect(self._on_tab)
        self.retranslate()
        self._on_tab(_COMPONENTS)
        if read_only:
            self.end_editing()
        else:
            self.show_tab(preferences.side_bar)
        self.tabs.tabBarClicked.connect(self._remember)
        if not preferences.side_bar_shown:  # showing it here would make a window of it
            self.hide()

    @property
    def shown(self) -> SideBarTab:
        return "outline" if self.tabs.currentIndex() == _OUTLINE else "components"

    def show_tab(self, which: SideBarTab) -> None:
        """Bring the components or the outline to the front, also where the side bar was hidden."""
        if not self._preferences.side_bar_shown:
            self.toggle()
        if which == "outline" or self.tabs.isTabVisible(_COMPONENTS):
            self.tabs.setCurrentIndex(_OUTLINE if which == "outline" else _COMPONENTS)

    def toggle(self) -> None:
        """Hide the side bar, or show it again."""
        self._preferences.side_bar_shown = self.isHidden()
        self._preferences.save()
        self.setVisible(self._preferences.side_bar_shown)

    def begin(self) -> None:
        """The campaign is there: fill the outline if it is on show."""
        if self.shown == "outline":
            self._outline.begin()

    def end_editing(self) -> None:
        """Nothing can be added any more."""
        if not self._outline.read_only:
            self._outline.end_editing()
        self.tabs.setCurrentIndex(_OUTLINE)
        self.tabs.setTabVisible(_COMPONENTS, False)

    def retranslate(self) -> None:
        self.tabs.setTabText(_COMPONENTS, tr("Components"))
        self.tabs.setTabText(_OUTLINE, tr("Outline"))
        self.tabs.setAccessibleName(tr("Side bar"))
        self._outline.setAccessibleName(tr("Outline"))
        self._outline.viewport().update()

    def _on_tab(self, index: int) -> None:
        self._pages.setCurrentIndex(index)
        sizes = self._look.sizes
        self.setFixedWidth(sizes.outline if index == _OUTLINE else sizes.palette)
        self.begin()

    def _remember(self, index: int) -> None:
        """What the user chose is there the next time; what a drag or an action brings to the front is not."""
        if self.tabs.isTabVisible(_COMPONENTS):
            self._preferences.side_bar = "outline" if index == _OUTLINE else "components"
            self._preferences.save()


class _Tabs(QTabBar):
    """A component that is dragged over a tab brings it to the front: there it can be dropped."""

    def __init__(self) -> None:
        super().__init__()
        self.setExpanding(True)
        self.setDrawBase(False)
        self.setAcceptDrops(True)
        self.addTab("")
        self.addTab("")

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dragged_kind(event.mimeData()) is not None:
            event.accept()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        index = self.tabAt(event.position().toPoint())
        if index >= 0:
            self.setCurrentIndex(index)
        event.ignore()  # nothing can be dropped here


def _with_margin(widget: QWidget, margin: int) -> QWidget:
    holder = QWidget()
    layout = QVBoxLayout(holder)
    layout.setContentsMargins(margin, margin, 0, 0)
    layout.addWidget(widget)
    return holder

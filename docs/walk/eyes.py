"""What a person sees of the window: where things are, what they say. Nothing here makes anything happen."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QAbstractItemModel, QPoint, QPointF, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QCheckBox,
    QComboBox,
    QDateTimeEdit,
    QLabel,
    QLineEdit,
    QMenu,
    QWidget,
)

from app.campaign_list.status import Status
from app.editor.page import EditorPage
from app.pickers.audience_form import AudienceDialog
from app.window import MainWindow
from canvas_widgets.items.card import CardItem
from canvas_widgets.items.geometry import LinkShape
from canvas_widgets.items.handle import HandleItem, Tool
from canvas_widgets.items.link import LinkItem, place_rect
from docs.walk.looking import NotSeen, Spot

_SAYING = ("text", "title", "accessibleName", "toolTip", "placeholderText")


def window() -> MainWindow:
    """The designer's window."""
    found = (widget for widget in QApplication.topLevelWidgets() if isinstance(widget, MainWindow))
    if (shown := next(found, None)) is None or not shown.isVisible():
        raise NotSeen("the designer's window")
    return shown


def editor() -> EditorPage:
    """The campaign on show."""
    if (page := window().editor) is None:
        raise NotSeen("an open campaign")
    return page


def front() -> QWidget:
    """What is in front and takes clicks: a menu or list that popped up, else a dialog, else the window."""
    return QApplication.activePopupWidget() or QApplication.activeModalWidget() or window()


def forgotten() -> int | None:
    """The window in front, by its number, where no window has the keyboard; None where one has."""
    return None if QApplication.activeWindow() is not None else int(front().window().winId())


def words_of(widget: QWidget) -> Iterator[str]:
    """What a widget says: on its face, to a screen reader, and when the pointer rests on it."""
    for name in _SAYING:
        if callable(say := getattr(widget, name, None)):
            try:
                said = say()
            except TypeError:  # a table says the text of one of its cells
                continue
            if isinstance(said, str) and said:
                yield plain(said)


def plain(text: str) -> str:
    """A text without what only says that a dialog follows, or which key belongs to it."""
    return text.replace("&&", "\0").replace("&", "").replace("\0", "&").rstrip("…")


def widgets(text: str) -> list[QWidget]:
    """The widgets in front that say exactly this and that a click reaches: small ones first, labels last."""
    found = (widget for widget in front().findChildren(QWidget) if plain(text) in words_of(widget))
    return sorted(
        filter(reachable, found),
        key=lambda widget: (isinstance(widget, QLabel), widget.width() * widget.height()),
    )


def reachable(widget: QWidget) -> bool:
    """Whether a click into the widget's middle would come to it."""
    if not widget.isVisible() or not widget.isEnabled():
        return False
    hit = QApplication.widgetAt(middle(widget))
    return hit is not None and (hit is widget or widget.isAncestorOf(hit) or hit.isAncestorOf(widget))


def middle(widget: QWidget) -> QPoint:
    return widget.mapToGlobal(widget.rect().center())


def place_of(text: str) -> Spot:
    """Where to click on something that says this. Raises `NotSeen`."""
    shown = front()
    if isinstance(shown, QMenu):
        for action in shown.actions():
            if plain(action.text()) == plain(text) and action.isEnabled():
                return spot(shown.mapToGlobal(shown.actionGeometry(action).center()))
    found = widgets(text)
    if not found:
        raise NotSeen(f"“{text}”")
    return spot(middle(found[0]))


def field(text: str) -> Spot:
    """Where to write into the field that is called so, whatever else is. Raises `NotSeen`."""
    for found in widgets(text):
        if isinstance(found, QLineEdit):
            return spot(middle(found))
    return place_of(text)


def arrow_of(text: str) -> Spot:
    """Where the arrow of a drop-down list is. Raises `NotSeen`."""
    for found in widgets(text):
        if isinstance(found, QComboBox):
            return spot(found.mapToGlobal(QPoint(found.width() - 14, found.height() // 2)))
    raise NotSeen(f"a list “{text}”")


def says(text: str) -> bool:
    """Whether something that is visible says this, at least as a part of what it says."""
    every = (widget for top in QApplication.topLevelWidgets() for widget in [top, *top.findChildren(QWidget)])
    return any(
        widget.isVisible() and any(plain(text) in said for said in words_of(widget)) for widget in every
    )


def entry_of(view: QAbstractItemView, text: str) -> Spot:
    """Where an entry of a list is. Raises `NotSeen`."""
    model: QAbstractItemModel = view.model()
    for row in range(model.rowCount()):
        index = model.index(row, 0)
        rect = view.visualRect(index)
        if model.data(index) == text and view.viewport().rect().contains(rect.center()):
            return spot(view.viewport().mapToGlobal(rect.center()))
    raise NotSeen(f"“{text}” in the list")


def card(name: str) -> CardItem:
    """The card of a component. Raises `NotSeen`."""
    for item in editor().scene.cards.values():
        if item.node.name == name:
            return item
    raise NotSeen(f"a card “{name}”")


def line(source: str, target: str | None, nth: int = 0) -> LinkItem:
    """The line between two components, or the nth open one (from the top) behind one. Raises `NotSeen`."""
    page = editor()
    into = None if target is None else card(target).node_id
    found = [
        item
        for item in page.scene.links.values()
        if item.link.source == card(source).node_id and item.link.target == into and item.line is not None
    ]
    found.sort(key=lambda item: item.line.end.y() if item.line is not None else 0.0)
    if len(found) <= nth:
        raise NotSeen(f"a line from “{source}” to {target or 'nowhere'}")
    return found[nth]


def on_screen(point: QPointF) -> Spot:
    """Where a point of the canvas is. Raises `NotSeen` where it is out of sight or covered."""
    view = editor().view
    place = view.mapFromScene(point)
    at = view.viewport().mapToGlobal(place)
    if not view.viewport().rect().contains(place):
        raise NotSeen(f"the canvas at {place.x()}, {place.y()}")
    return spot(at)


def spot(point: QPoint) -> Spot:
    return point.x(), point.y()


def picture() -> QImage:
    """The designer's window with everything that stands over it."""
    screen = QApplication.primaryScreen().grabWindow(0).toImage()
    try:
        return screen.copy(window().geometry())
    except NotSeen:
        return screen


def checkbox(text: str) -> Spot:
    """The box of a check box, which is at its left."""
    for found in front().findChildren(QCheckBox):
        if found.text() == text and found.isVisible():
            return spot(found.mapToGlobal(QPoint(8, found.height() // 2)))
    raise NotSeen(f"a check box “{text}”")


def check_field(text: str) -> QWidget:
    """The date field beside a check box."""
    for found in front().findChildren(QDateTimeEdit):
        if found.accessibleName() == text and found.isVisible():
            return found
    raise NotSeen(f"a date “{text}”")


def left_of(widget: QWidget) -> Spot:
    """Just inside the left edge of a widget."""
    return spot(widget.mapToGlobal(QPoint(16, widget.height() // 2)))


def first_place() -> QPointF:
    """The middle of the marked place behind Start."""
    for item in editor().scene.links.values():
        if item.first_place and item.line is not None:
            return place_rect(item.line).center()
    raise NotSeen("the marked place behind Start")


def line_into(name: str) -> LinkItem:
    """The first line that leads to a component."""
    node_id = card(name).node_id
    for item in editor().scene.links.values():
        if item.link.target == node_id:
            return item
    raise NotSeen(f"a line to “{name}”")


def line_shape(source: str, target: str | None, nth: int = 0) -> LinkShape:
    """How that line runs."""
    shape = line(source, target, nth).line
    assert shape is not None
    return shape


def near_end(source: str, target: str) -> QPointF:
    """Where the scissors of a line are."""
    shape = line_shape(source, target)
    return shape.at_x(shape.end.x() - 14)


def tool(wanted: Tool) -> QPointF:
    """The middle of one of the icons above the card under the pointer."""
    handle = next(item for item in editor().scene.items() if isinstance(item, HandleItem))
    bounds = handle.boundingRect()
    row = (QPointF(x, bounds.center().y()) for x in range(int(bounds.left()), int(bounds.right())))
    found = [point for point in map(handle.mapToScene, row) if handle.tool_at(point) is wanted]
    if not handle.isVisible() or not found:
        raise NotSeen("icons above the card")
    return found[len(found) // 2]


def mark_behind(name: str) -> QPointF:
    """The mark “Click to paste” at the open end behind a component."""
    page = editor()
    marks = page.view.pasting.marks
    for mark in marks.marks if marks is not None else ():
        if page.scene.document.links[mark.link_id].source == card(name).node_id and marks is not None:
            return marks.rect_of(mark).center()
    raise NotSeen(f"a mark behind “{name}”")


def field_with(text: str) -> Spot:
    """A field that holds this text."""
    for found in front().findChildren(QLineEdit):
        if found.text() == text and reachable(found):
            return spot(middle(found))
    raise NotSeen(f"a field with “{text}”")


def last(text: str) -> Spot:
    """The lowest of the things that say this."""
    if not (found := widgets(text)):
        raise NotSeen(f"“{text}”")
    return spot(max(map(middle, found), key=lambda point: point.y()))


def starting_with(text: str) -> Spot:
    """The smallest thing that says something which begins so."""
    for widget in front().findChildren(QAbstractButton):
        if any(said.startswith(text) for said in words_of(widget)) and reachable(widget):
            return spot(middle(widget))
    raise NotSeen(f"“{text}…”")


def in_sight(item: CardItem) -> bool:
    view = editor().view
    return view.viewport().rect().contains(view.mapFromScene(item.scene_rect).boundingRect())


def campaigns_on_disk() -> set[str]:
    """The names of the campaigns in the workspace's files."""
    workspace = window().workspace
    return set() if workspace is None else {entry.name for entry in workspace.campaigns()}


def problems_link() -> Spot:
    link = editor().bar.problems
    if not link.isVisible():
        raise NotSeen("a number of problems")
    return spot(middle(link))


def chooser() -> QAbstractItemView:
    """The components that may be added where the pointer rests."""
    if (shown := editor().view.chooser) is None:
        raise NotSeen("the list of components")
    return shown.list


def popup_list() -> QAbstractItemView:
    """The list that a field opened."""
    found = next((view for view in front().findChildren(QAbstractItemView) if view.isVisible()), None)
    if found is None or not front().windowType() == Qt.WindowType.Popup:
        raise NotSeen("a list")
    return found


def said() -> set[str]:
    """Everything that visible widgets in front say."""
    return {
        said for widget in front().findChildren(QWidget) if widget.isVisible() for said in words_of(widget)
    }


def counted() -> bool:
    """Whether the new audience's size is there."""
    dialog = front()
    return isinstance(dialog, AudienceDialog) and any(letter.isdigit() for letter in dialog.estimate_text)


def waiting() -> int:
    """How many people are in the open campaign, as its engine says."""
    shown = window()
    run = (
        shown.service.runs.get(editor().session.document.attributes.id) if shown.service is not None else None
    )
    return 0 if run is None else run.inside


def statuses() -> dict[str, Status]:
    """The status of each campaign in the list."""
    return {row.name: row.status for row in window().rows()}


def row(name: str) -> Spot:
    """A campaign's line in the list."""
    table = window().list_page.table
    for number in range(table.model().rowCount()):
        index = table.model().index(number, 0)
        if index.data() == name:
            return spot(table.viewport().mapToGlobal(table.visualRect(index).center()))
    raise NotSeen(f"“{name}” in the list")


def called(id: str) -> str:
    """The name of an audience, account or message of the workspace."""
    workspace = window().workspace
    for files in (
        (workspace.audiences, workspace.accounts, workspace.messages) if workspace is not None else ()
    ):
        if id in files:
            return str(files[id].name)
    raise NotSeen(id)


def first_problem() -> Spot:
    """The first line of the list of problems."""
    problems = editor().problems.list
    rect = problems.visualRect(problems.model().index(0, 0))
    if rect.isEmpty():
        raise NotSeen("a problem")
    return spot(problems.viewport().mapToGlobal(rect.center()))

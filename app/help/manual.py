"""The manual: the pages of `docs/`, which come with the program and are read without a network."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import (
    QBrush,
    QDesktopServices,
    QImage,
    QImageReader,
    QTextBlock,
    QTextCursor,
    QTextFrameFormat,
    QTextLength,
    QTextTable,
)
from PySide6.QtWidgets import QDialog, QHBoxLayout, QTextBrowser, QToolButton

from app.language import Retranslated
from app.widgets.basic import button, label
from app.widgets.dialog import button_row, dialog_column
from canvas_widgets.look import Look
from canvas_widgets.tooltip import plain
from engine.i18n import current_language, tr

if TYPE_CHECKING:
    from app.window import MainWindow

FOLDER = Path(__file__).parents[2] / "docs"
FIRST = "README.md"
_WIDTH, _HEIGHT = 112, 88  # of the grid
_LINE_HEIGHT = 125  # percent


def first_page(language: str, folder: Path = FOLDER) -> Path:
    """Where the manual begins in a language; in English where it has no page of its own."""
    own = folder / language / FIRST
    return own if own.is_file() else folder / FIRST


def anchor(heading: str) -> str:
    """What a heading is called in links, as where Markdown is usually read."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


class Pages(QTextBrowser):
    """Shows Markdown files below one folder; links to other places open in the desktop's browser."""

    def __init__(self, look: Look, folder: Path = FOLDER) -> None:
        super().__init__()
        self._look, self._folder = look, folder.resolve()
        look.changed.connect(self._dress)
        self.sourceChanged.connect(lambda _source: self._dress())
        self.setOpenLinks(False)
        self.setProperty("role", "manual")
        self.anchorClicked.connect(self.follow)

    def open_page(self, page: Path) -> None:
        """Show a page from its beginning."""
        self.setSource(QUrl.fromLocalFile(str(page)), self.document().ResourceType.MarkdownResource)

    @property
    def page(self) -> Path:
        """The file of the page on show."""
        return Path(self.source().toLocalFile())

    def follow(self, url: QUrl) -> None:
        """Open what a link leads to: a page here, a place of this page, or something outside."""
        target = self.source().resolved(url)
        file = Path(target.toLocalFile())
        if not target.isLocalFile():
            QDesktopServices.openUrl(target)
        elif file == self.page or (self._is_ours(file) and file.suffix == ".md"):
            if file != self.page:
                self.open_page(file)
            self._go_to(target.fragment())

    def _go_to(self, fragment: str) -> None:
        """Show a heading at the top: Qt gives those of Markdown no anchors."""
        block = self.document().begin()
        while fragment and block.isValid():
            if block.blockFormat().headingLevel() and anchor(block.text()) == fragment:
                top = self.document().documentLayout().blockBoundingRect(block).top()
                self.verticalScrollBar().setValue(int(top))
                return
            block = block.next()

    def loadResource(self, kind: int, url: QUrl | str) -> object:  # noqa: N802 - Qt's name
        """Pages and pictures of the folder, pictures as wide as there is room; nothing from elsewhere."""
        file = Path(self.source().resolved(QUrl(url)).toLocalFile())
        if not self._is_ours(file):
            return None
        if kind == self.document().ResourceType.ImageResource.value:
            return self._picture(file)
        return super().loadResource(kind, url)

    def _picture(self, file: Path) -> QImage:
        reader = QImageReader(str(file))
        size, room = reader.size(), self.viewport().width() - 4 * self.fontMetrics().height()
        if size.width() > room > 0:
            reader.setScaledSize(size.scaled(room, size.height(), Qt.AspectRatioMode.KeepAspectRatio))
        return reader.read()

    def _dress(self) -> None:
        """Give the page room to breathe, and its tables the quiet lines of the program."""
        grid = self._look.sizes.grid
        document = self.document()
        document.setDocumentMargin(2 * grid)
        cursor = QTextCursor(document)
        cursor.beginEditBlock()
        block = document.begin()
        while block.isValid():
            self._dress_block(block)
            block = block.next()
        for frame in document.rootFrame().childFrames():
            if isinstance(frame, QTextTable):
                self._dress_table(frame)
        cursor.endEditBlock()

    def _dress_block(self, block: QTextBlock) -> None:
        grid, cursor = self._look.sizes.grid, QTextCursor(block)
        format = block.blockFormat()
        format.setLineHeight(_LINE_HEIGHT, format.LineHeightTypes.ProportionalHeight.value)
        if cursor.currentTable() is None:
            heading = bool(format.headingLevel()) and block.position() > 0
            format.setTopMargin(2 * grid if heading else 0)
            format.setBottomMargin(grid // 2 if block.textList() is not None else grid)
        cursor.setBlockFormat(format)

    def _dress_table(self, table: QTextTable) -> None:
        grid, format = self._look.sizes.grid, table.format()
        format.setBorderCollapse(True)
        format.setBorder(1)
        format.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
        format.setBorderBrush(QBrush(self._look.colours.border))
        format.setCellPadding(0.75 * grid)
        format.setBottomMargin(grid)
        format.setWidth(QTextLength(QTextLength.Type.PercentageLength, 100))
        table.setFormat(format)

    def _is_ours(self, file: Path) -> bool:
        return file.is_file() and file.resolve().is_relative_to(self._folder)


class Manual(Retranslated, QDialog):
    """The pages with back, forward and the contents. It stands beside the window, which stays usable."""

    def __init__(self, window: MainWindow, look: Look) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.pages = Pages(look)
        self.back, self.forward, self.contents = QToolButton(), QToolButton(), QToolButton()
        self._title = label("title")
        self._events = button("link", window.dialogs.events_help)
        self._close = button("", self.accept)
        self._lay_out(look)
        self.back.clicked.connect(self.pages.backward)
        self.forward.clicked.connect(self.pages.forward)
        self.contents.clicked.connect(self._show_first)
        self.pages.backwardAvailable.connect(self.back.setEnabled)
        self.pages.forwardAvailable.connect(self.forward.setEnabled)
        for one in (self.back, self.forward):
            one.setEnabled(False)
        self.retranslate()
        self._show_first()
        self.pages.setFocus()

    def retranslate(self) -> None:
        self.setWindowTitle(tr("Manual"))
        self._title.setText(tr("Manual"))
        self.pages.setAccessibleName(tr("Manual"))
        self._events.setText(tr("Send events to this workspace"))
        self._close.setText(tr("Close"))
        words = ((self.back, tr("Back")), (self.forward, tr("Forward")), (self.contents, tr("Contents")))
        for one, text in words:
            one.setToolTip(plain(text))
            one.setAccessibleName(text)
        if self.pages.source().isLocalFile():
            self._show_first()

    def _show_first(self) -> None:
        self.pages.open_page(first_page(current_language()))

    def _lay_out(self, look: Look) -> None:
        icons = ((self.back, "chevron-left"), (self.forward, "chevron-right"), (self.contents, "list"))
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        for one, icon in icons:
            look.set_icon(one, icon)
            head.addWidget(one)
        layout = dialog_column(self)
        layout.addLayout(head)
        layout.addWidget(self.pages, 1)
        layout.addLayout(button_row(self._close, at_left=self._events))
        self.resize(_WIDTH * look.sizes.grid, _HEIGHT * look.sizes.grid)

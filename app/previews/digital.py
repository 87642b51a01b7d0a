"""A digital SMS on a phone: its subject and blocks, with what they weigh."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImageReader, QPixmap
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from app.editors.base import as_list, as_object, as_text
from app.previews.marked import show_text, text_label
from app.previews.phone import WIDTH, Phone, bubble, media_box, sender_head
from app.previews.view import Shown, View
from app.widgets import style
from app.widgets.basic import label
from app.widgets.layouts import empty
from engine.files import FileError
from engine.i18n import N_, tr
from engine.workspace.media import MAX_BYTES, Kind, MediaFolder
from engine.workspace.message_text import joined

_KINDS: dict[Kind, tuple[str, str]] = {
    "image": ("photo", N_("Image: {file}")),
    "audio": ("music", N_("Audio: {file}")),
    "video": ("movie", N_("Video: {file}")),
}


class DigitalSmsView(View):
    """Pictures of the workspace are drawn once their bytes say that they are some; nothing else is opened."""

    def __init__(self) -> None:
        super().__init__()
        self._phone = Phone()
        self._place = QVBoxLayout()
        self._place.setSpacing(style.sizes().grid)
        self._phone.column.addLayout(self._place)
        self._phone.finish()
        self.weight = label("small", wrap=True)
        self.column.setSpacing(style.sizes().grid)
        self.column.addWidget(self._phone, 0, Qt.AlignmentFlag.AlignHCenter)
        self.column.addWidget(self.weight)
        self._pictures: dict[tuple[str, int, int], QPixmap] = {}

    def show_message(self, shown: Shown) -> None:
        empty(self._place)
        self._place.addLayout(sender_head(shown.sender or tr("Sender")))
        frame, column = bubble()
        subject = text_label(tr("Subject"))
        subject.setProperty("role", "strong")
        show_text(subject, joined(shown.content.get("subject")) or tr("Subject"))
        column.addWidget(subject)
        total = 0
        folder = MediaFolder(shown.media) if shown.media is not None else None
        for block in map(as_object, as_list(shown.content.get("blocks"))):
            if block.get("text") is not None:
                words = text_label(tr("Text"))
                show_text(words, joined(block["text"]))
                column.addWidget(words)
                total += len(joined(block["text"]).encode())
                continue
            for kind in _KINDS:
                if isinstance(name := block.get(kind), str):
                    widget, size = self._media(kind, as_text(name), folder)
                    column.addWidget(widget)
                    total += size
        self._place.addWidget(frame)
        self.weight.setText(tr("{size:,} of {max:,} kB", size=-(-total // 1000), max=MAX_BYTES // 1000))

    def _media(self, kind: Kind, name: str, folder: MediaFolder | None) -> tuple[QWidget, int]:
        icon, words = _KINDS[kind]
        size = 0
        if folder is not None and (path := folder.file(name)) is not None:
            try:
                found = folder.look(name)
            except FileError:
                found = None
            size = found.bytes if found else 0
            if kind == "image" and found and found.kind == kind and not list(folder.problems(kind, name)):
                picture = self._picture(str(path), found.bytes, found.size or (0, 0))
                if not picture.isNull():
                    shown = QLabel()
                    shown.setPixmap(picture)
                    shown.setAccessibleName(tr(words, file=name))
                    return shown, size
        return media_box(icon, tr(words, file=name)), size

    def _picture(self, path: str, size: int, pixels: tuple[int, int]) -> QPixmap:
        """The picture, scaled while it is read; kept, for a preview is drawn at every keystroke."""
        width = (WIDTH - 10) * style.sizes().grid
        key = (path, size, width)
        if key not in self._pictures:
            reader = QImageReader(path)
            reader.setDecideFormatFromContent(True)
            wide, high = pixels
            if wide > width:
                reader.setScaledSize(QSize(width, max(1, high * width // wide)))
            self._pictures[key] = QPixmap.fromImage(reader.read())
        return self._pictures[key]

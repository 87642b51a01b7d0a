"""An app push on the lock screens of iOS and Android."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from app.previews.marked import show_text, text_label
from app.previews.phone import Phone, app_icon, bubble
from app.previews.view import Shown, View
from app.widgets import style
from app.widgets.basic import ElidedLabel, label
from app.widgets.combo_box import Option
from app.widgets.layouts import empty
from app.widgets.segmented import Segmented
from engine.i18n import tr
from engine.workspace.message_text import joined

_SEEN = {"ios": (60, 170), "android": (50, 130)}
"""Roughly so many Latin letters of title and content a lock screen shows; a Chinese character is two."""


class PushView(View):
    """Both lock screens; which one is on show is chosen above, and begins with the component's platform."""

    def __init__(self) -> None:
        super().__init__()
        self.column.setSpacing(style.sizes().grid)
        self.system = Segmented([Option("ios", "iOS"), Option("android", "Android")])
        self.system.setAccessibleName(tr("System of the phone"))
        self.system.set_value("ios")
        self.system.chosen.connect(self._draw)
        self._phone = Phone("lock", height=46)
        clock = label("clock", "9:41")
        clock.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._phone.column.addWidget(clock)
        self._place = QVBoxLayout()
        self._phone.column.addLayout(self._place)
        self._phone.finish()
        self.note = label("warning", wrap=True)
        self.column.addWidget(self.system)
        self.column.addWidget(self._phone, 0, Qt.AlignmentFlag.AlignHCenter)
        self.column.addWidget(self.note)
        self._shown = Shown({})

    def show_message(self, shown: Shown) -> None:
        platform = joined(shown.content.get("platform"))
        if platform in _SEEN and platform != joined(self._shown.content.get("platform")):
            self.system.set_value(platform)
        self._shown = shown
        self._draw()

    def _draw(self) -> None:
        system = self.system.value()
        title, content = (joined(self._shown.content.get(field)) for field in ("title", "content"))
        empty(self._place)
        self._place.addWidget(self._notification(system, title, content))
        most_title, most_content = _SEEN[system]
        cut = [
            words
            for words, text, most in (
                (tr("the title"), title, most_title),
                (tr("the content"), content, most_content),
            )
            if _width(text) > most
        ]
        self.note.setVisible(bool(cut))
        if cut:
            self.note.setText(tr("The lock screen cuts off {what}.", what=tr(" and ").join(cut)))

    def _notification(self, system: str, title: str, content: str) -> QFrame:
        grid = style.sizes().grid
        app = self._shown.sender or tr("App")
        frame, column = bubble("notification")
        head = QHBoxLayout()
        head.setSpacing(grid)
        head.addWidget(app_icon(app, 3 * grid if system == "android" else 4 * grid))
        if system == "android":
            head.addWidget(ElidedLabel("summary", text=f"{app} · {tr('now')}", fills=True), 1)
            column.addLayout(head)
            self._add_texts(column, system, title, content)
        else:
            texts = QVBoxLayout()
            texts.setSpacing(grid // 4)
            self._add_texts(texts, system, title, content)
            head.addLayout(texts, 1)
            head.addWidget(label("summary", tr("now")), 0, Qt.AlignmentFlag.AlignTop)
            column.addLayout(head)
        return frame

    def _add_texts(self, column: QVBoxLayout, system: str, title: str, content: str) -> None:
        most_title, most_content = _SEEN[system]
        for name, text, most, role in (
            (tr("Title"), title, most_title, "strong"),
            (tr("Content"), content, most_content, ""),
        ):
            shown = text_label(name)
            shown.setProperty("role", role)
            show_text(shown, _cut(text, most))
            column.addWidget(shown)


def _width(text: str) -> int:
    return sum(2 if ord(char) > 0x2E80 else 1 for char in text)


def _cut(text: str, most: int) -> str:
    used = 0
    for index, char in enumerate(text):
        used += 2 if ord(char) > 0x2E80 else 1
        if used > most:
            return text[:index].rstrip() + "…"
    return text

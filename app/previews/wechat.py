"""WeChat: a template message as its card, and the messages of an official account in their conversation."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from app.editors.base import as_list, as_object, as_text
from app.previews.marked import show_text, text_label
from app.previews.phone import Phone, bubble, media_box, sender_head
from app.previews.view import Shown, View
from app.widgets import style
from app.widgets.basic import label
from app.widgets.layouts import empty
from engine.i18n import N_, tr
from engine.workspace.message_text import joined


class _Conversation(View):
    """A phone with a conversation, built anew for each message."""

    def __init__(self) -> None:
        super().__init__()
        self._phone = Phone(height=46)
        self._place = QVBoxLayout()
        self._place.setSpacing(style.sizes().grid)
        self._phone.column.addLayout(self._place)
        self._phone.finish()
        self.column.addWidget(self._phone, 0, Qt.AlignmentFlag.AlignHCenter)

    def show_message(self, shown: Shown) -> None:
        empty(self._place)
        self._place.addLayout(sender_head(shown.sender or tr("Official account")))
        for part in self._parts(shown):
            self._place.addWidget(part)

    def _parts(self, shown: Shown) -> list[QFrame]:
        raise NotImplementedError


class TemplateMessageView(_Conversation):
    """The card of a template: its keywords with their texts and colours."""

    def _parts(self, shown: Shown) -> list[QFrame]:
        frame, column = bubble()
        template = label("strong", as_text(shown.content.get("template_id")) or tr("Template"), wrap=True)
        column.addWidget(template)
        for keyword in map(as_object, as_list(shown.content.get("keywords"))):
            key = as_text(keyword.get("key"))
            row = QHBoxLayout()
            row.setSpacing(style.sizes().grid)
            row.addWidget(label("small", f"{key}:"), 0, Qt.AlignmentFlag.AlignTop)
            value = text_label(key)
            if colour := as_text(keyword.get("colour")):
                value.setStyleSheet(f"color: {colour};")
            show_text(value, joined(keyword.get("text")))
            row.addWidget(value, 1)
            column.addLayout(row)
        if as_text(shown.content.get("jump")) not in ("", "none"):
            column.addWidget(_line())
            column.addWidget(label("small", tr("Details")))
        return [frame]


_MEDIA = {
    "article": ("note", N_("Article {id}")),
    "image": ("photo", N_("Image {id}")),
    "audio": ("music", N_("Audio {id}")),
    "video": ("movie", N_("Video {id}")),
}


class WechatView(_Conversation):
    """A text, an article, a picture, a sound, a film or the card of a mini program."""

    def _parts(self, shown: Shown) -> list[QFrame]:
        content = as_object(shown.content.get("content")) or dict(shown.content)
        frame, column = bubble()
        if (text := content.get("text")) is not None:
            words = text_label(tr("Text of the message"))
            show_text(words, joined(text))
            column.addWidget(words)
        elif card := as_object(content.get("mini_program")):
            title = text_label(tr("Title"))
            show_text(title, as_text(card.get("title")) or tr("Title"))
            column.addWidget(title)
            column.addWidget(media_box("photo", as_text(card.get("cover"))))
            column.addWidget(_line())
            column.addWidget(label("summary", tr("Mini program")))
        else:
            kind = next((kind for kind in _MEDIA if kind in content), None)
            if kind is None:
                column.addWidget(label("small", tr("Choose what to send: it shows here."), wrap=True))
            else:
                icon, words_of = _MEDIA[kind]
                column.addWidget(media_box(icon, tr(words_of, id=as_text(content.get(kind)))))
        return [frame]


def _line() -> QFrame:
    line = QFrame()
    line.setProperty("role", "line")
    return line

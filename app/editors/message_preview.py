"""What a chosen template says, read-only, with the length of an SMS, and the way to where it is edited."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pydantic import JsonValue
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout

from app.editors.base import Context, as_list, as_object, as_text
from app.navigation.going import go_to
from app.pickers import library
from app.widgets.basic import LinkButton, label
from engine.components.base import RefKind
from engine.i18n import ntr, tr
from engine.shapes.sms import measure
from engine.workspace.message_text import joined
from engine.workspace.sms_length import counted

_LONGEST = 2_000
"""Characters of a body that are shown: the panel is a reminder of the template, not its editor."""


class MessagePreview(QFrame):
    """The content of a template by its kind; hidden while nothing is chosen."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.setProperty("role", "well")
        self._context = context
        self._id = ""
        self.body = label("body", "", wrap=True)
        self.body.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.body.setAccessibleName(tr("Text of the template"))
        self.note: QLabel = label("small", "", wrap=True)
        self.open = LinkButton(tr("Open in Messages"))
        self.open.clicked.connect(lambda: go_to(self, "messages", self._id))
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 10)
        column.setSpacing(6)
        column.addWidget(self.body)
        column.addWidget(self.note)
        column.addWidget(self.open)
        self.hide()

    def show_message(self, message_id: str) -> None:
        """Show the template with this id; nothing for one that is gone."""
        detail = self._context.workspace.detail(RefKind.MESSAGE, message_id) if message_id else None
        self._id = message_id
        self.setVisible(detail is not None)
        if detail is None:
            return
        content = as_object(detail.get("content"))
        kind = as_text(detail.get("kind"))
        self.body.setText(body_text(kind, content))
        note = self._length(message_id, content) if kind == "text_sms" else ""
        self.note.setText(note)
        self.note.setVisible(bool(note))

    def _length(self, message_id: str, content: Mapping[str, JsonValue]) -> str:
        platform = self._context.text("platform")
        file = self._context.workspace.messages.get(message_id)
        text = counted(joined(content.get("text")), file.links if file is not None else None)
        abroad = library.is_international(self._context.workspace, platform)
        return sms_length(text, self._context.text("signature"), abroad)


def sms_length(text: str, signature: str, international: bool) -> str:
    """The length of an SMS in words; variables count as they are written."""
    size = measure(text, signature, international=international)
    characters = ntr("{n:,} character", "{n:,} characters", size.characters)
    if signature and not international:
        characters = tr("{characters} with the signature", characters=characters)
    parts = ntr("{n:,} message", "{n:,} messages", size.parts)
    words = tr("{characters} · {parts}", characters=characters, parts=parts)
    if size.forced_by is not None and size.parts > 1:
        words += "\n" + tr("“{character}” makes the message longer.", character=size.forced_by)
    if "${" in text:
        words += "\n" + tr("Variables count as written here; real values may be longer.")
    return words


def body_text(kind: str, content: Mapping[str, JsonValue]) -> str:
    """What a message of a kind says, as plain text."""
    lines = {
        "text_sms": _text_sms,
        "digital_sms": _digital_sms,
        "email": _email,
        "template_message": _template_message,
    }
    shown = "\n".join(lines[kind](content)) if kind in lines else ""
    return shown if len(shown) <= _LONGEST else shown[:_LONGEST] + "…"


def _text_sms(content: Mapping[str, JsonValue]) -> Iterator[str]:
    yield joined(content.get("text"))


def _digital_sms(content: Mapping[str, JsonValue]) -> Iterator[str]:
    yield tr("Subject: {text}", text=as_text(content.get("subject")))
    for block in map(as_object, as_list(content.get("blocks"))):
        if block.get("text") is not None:
            yield joined(block["text"])
        elif block.get("image") is not None:
            yield tr("Image: {file}", file=block["image"])
        elif block.get("audio") is not None:
            yield tr("Audio: {file}", file=block["audio"])
        else:
            yield tr("Video: {file}", file=block.get("video"))
    if carriers := as_list(content.get("carriers")):
        yield tr("Carriers: {names}", names=", ".join(map(str, carriers)))


def _email(content: Mapping[str, JsonValue]) -> Iterator[str]:
    yield tr("From: {text}", text=as_text(content.get("sender_name")))
    yield tr("Subject: {text}", text=as_text(content.get("subject")))
    if preheader := as_text(content.get("preheader")):
        yield tr("Preview: {text}", text=preheader)
    if text := joined(content.get("text")):
        yield ""
        yield text
    elif content.get("html"):
        yield tr("HTML only, without a plain text.")


def _template_message(content: Mapping[str, JsonValue]) -> Iterator[str]:
    yield tr("Template {id}", id=as_text(content.get("template_id")))
    for keyword in map(as_object, as_list(content.get("keywords"))):
        yield f"{as_text(keyword.get('key'))}: {as_text(keyword.get('text'))}"

"""An email as a line of the inbox and as a page: wide, on a phone, in the dark, or as plain text.

The page is sanitised HTML in a text browser that loads nothing, runs nothing and follows no link.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, partial
from typing import Any

import shiboken6
from PySide6.QtCore import Qt, QUrl
from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QSizePolicy, QTextBrowser, QVBoxLayout

from app import tasks
from app.previews.marked import LONGEST
from app.previews.phone import app_icon
from app.previews.view import Shown, View
from app.widgets import style
from app.widgets.basic import ElidedLabel, label
from app.widgets.combo_box import Option
from app.widgets.segmented import Segmented
from canvas_widgets.values import Colours, read_values
from engine.i18n import tr
from engine.workspace.mail_html import TooComplicated, plain_text, sanitized
from engine.workspace.message_text import joined

PHONE_WIDTH = 320
_LAID_OUT = 60_000
"""Characters of sanitised HTML that are laid out: a longer page would hold the window up."""


@cache
def _papers() -> Mapping[str, Colours]:
    """The colours of mail programs, light and dark: the theme of the designer has no say in them."""
    return read_values().colours


class SafeBrowser(QTextBrowser):
    """Shows HTML. Whatever it names is not fetched: no picture, no style sheet, no file of this computer."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "mail")
        self.setOpenLinks(False)
        self.setOpenExternalLinks(False)
        self.setUndoRedoEnabled(False)
        self.document().setDocumentMargin(16)

    def loadResource(self, _type: int, _name: QUrl | str) -> Any:  # noqa: N802 - Qt's name
        return None

    def doSetSource(self, _url: QUrl | str, _type: Any = None) -> None:  # noqa: N802 - Qt's name
        return


class EmailView(View):
    """Sanitising happens in the background; what is shown is always the last state asked for."""

    def __init__(self) -> None:
        super().__init__()
        grid = style.sizes().grid
        self.column.setAlignment(Qt.AlignmentFlag(0))
        self.column.setSpacing(grid)
        self.form = Segmented(_forms())
        self.form.setAccessibleName(tr("How the email is shown"))
        self.form.set_value("wide")
        self.form.chosen.connect(self._lay_out_page)
        self.dark = QCheckBox(tr("Dark"))
        self.dark.toggled.connect(self._lay_out_page)
        controls = QHBoxLayout()
        controls.addWidget(self.form, 1)
        controls.addWidget(self.dark)
        self._inbox = _InboxLine()
        self.page = SafeBrowser()
        self.page.setAccessibleName(tr("Preview of the email"))
        self.page.setMinimumHeight(40 * grid)
        self.page.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        frame = QFrame()
        frame.setProperty("role", "card")
        inside = QHBoxLayout(frame)
        inside.setContentsMargins(1, 1, 1, 1)
        inside.addWidget(self.page)
        self.note = label("small", wrap=True)
        self.column.addLayout(controls)
        self.column.addWidget(self._inbox)
        self.column.addWidget(frame, 1)
        self.column.addWidget(self.note)
        self._html, self._text = "", ""
        self._clean: str | None = ""
        self._asked = 0

    def show_message(self, shown: Shown) -> None:
        said = {field: joined(shown.content.get(field)) for field in ("sender_name", "subject", "preheader")}
        html, self._text = (joined(shown.content.get(field)) for field in ("html", "text"))
        begin = said["preheader"] or self._text[:200]
        self._inbox.show_texts(said["sender_name"] or shown.sender or tr("Sender"), said["subject"], begin)
        if html == self._html:
            self._lay_out_page()
            return
        self._html = html
        self._asked += 1
        tasks.run(
            partial(_prepared, html), partial(self._take, self._asked), partial(self._fail, self._asked)
        )

    def _take(self, asked: int, found: tuple[str, str]) -> None:
        if shiboken6.isValid(self) and asked == self._asked:
            self._clean, self._made_text = found
            self._problem = ""
            self._lay_out_page()

    def _fail(self, asked: int, error: Exception) -> None:
        if shiboken6.isValid(self) and asked == self._asked:
            self._clean, self._made_text = None, ""
            known = isinstance(error, TooComplicated)
            self._problem = str(error) if known else tr("The HTML cannot be shown.")
            self._lay_out_page()

    _made_text = ""
    _problem = ""

    def _lay_out_page(self) -> None:
        form, dark = self.form.value(), self.dark.isChecked()
        paper = _papers()["dark" if dark else "light"]
        width = style.look().strokes.focus + 1
        self.page.setStyleSheet(
            f"QTextBrowser {{ background: {paper.surface.name()}; color: {paper.text.name()};"
            f" border: {width}px solid {paper.surface.name()}; }}"
            f"QTextBrowser:focus {{ border-color: {paper.accent.name()}; }}"
        )
        self.page.document().setDefaultStyleSheet(f"a {{ color: {paper.accent.name()}; }}")
        self.page.setMaximumWidth(PHONE_WIDTH if form == "phone" else 16_777_215)
        text = self._text or self._made_text
        if form == "text" or not self._html:
            self.page.setPlainText(text if len(text) <= LONGEST * 4 else text[: LONGEST * 4] + "…")
        else:
            self.page.setHtml((self._clean or "")[:_LAID_OUT])
        self._show_note(form)

    def _show_note(self, form: str) -> None:
        notes = [self._problem] if self._problem else []
        if self._html and not self._text and not self._problem:
            notes.append(tr("The plain text is made from the HTML."))
        if form != "text" and self._clean and len(self._clean) > _LAID_OUT:
            notes.append(tr("Only the beginning is shown."))
        if form != "text" and "<img" in self._html.lower():
            notes.append(tr("Pictures are not loaded: their descriptions stand in brackets."))
        self.note.setText("\n".join(notes))
        self.note.setVisible(bool(notes))


class _InboxLine(QFrame):
    """What the inbox shows of the email before it is opened."""

    def __init__(self) -> None:
        super().__init__()
        grid = style.sizes().grid
        self.setProperty("role", "card")
        row = QHBoxLayout(self)
        row.setContentsMargins(grid, grid, grid, grid)
        row.setSpacing(grid)
        self._icon = app_icon("", 4 * grid)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        texts = QVBoxLayout()
        texts.setSpacing(0)
        self._sender = ElidedLabel("strong", fills=True)
        self._subject = ElidedLabel("", fills=True)
        self._begin = ElidedLabel("small", fills=True)
        for part in (self._sender, self._subject, self._begin):
            texts.addWidget(part)
        row.addLayout(texts, 1)

    def show_texts(self, sender: str, subject: str, begin: str) -> None:
        initial = next((char for char in sender if char.isalnum()), "·")
        self._icon.setText(initial.upper())
        self._sender.setText(sender)
        self._subject.setText(subject or tr("Subject"))
        self._begin.setText(begin)


def _forms() -> list[Option]:
    return [Option("wide", tr("Computer")), Option("phone", tr("Phone")), Option("text", tr("Plain text"))]


def _prepared(html: str) -> tuple[str, str]:
    """The HTML to show and the plain text that is made of it. Raises `TooComplicated`."""
    return sanitized(html), plain_text(html)

"""The live preview of a message: who it is shown for, in which language, and the view of its kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from pydantic import JsonValue, TypeAdapter, ValidationError
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.editors.base import as_object, as_text
from app.language import Retranslated
from app.previews.digital import DigitalSmsView
from app.previews.email import EmailView
from app.previews.person_choice import PersonChoice
from app.previews.push import PushView
from app.previews.sms import SmsView
from app.previews.view import Shown, View
from app.previews.wechat import TemplateMessageView, WechatView
from app.widgets import style
from app.widgets.basic import label
from app.widgets.combo_box import Option
from app.widgets.segmented import Segmented
from engine.i18n import tr
from engine.shapes.links import sample_link
from engine.shapes.variables import Binding
from engine.workspace.mail_html import MAX_LENGTH
from engine.workspace.message import ShortLinks
from engine.workspace.message_text import filled, joined, usual_bindings, variables_of
from engine.workspace.sms_length import is_international, price_per_part
from engine.workspace.workspace import Workspace

VIEWS: Mapping[str, type[View]] = {
    "text_sms": SmsView,
    "digital_sms": DigitalSmsView,
    "email": EmailView,
    "template_message": TemplateMessageView,
    "wechat_message": WechatView,
    "app_push": PushView,
}
"""What shows a kind of message."""
_BINDING = TypeAdapter(Binding)
_LINKS = TypeAdapter(ShortLinks)


class Draft(NamedTuple):
    """A message as an editor has it, partial or wrong as it may be.

    account: the id of what sends it; sender: what people see of it. event: which event's attributes count;
    None: any event's.
    """

    kind: str
    content: Mapping[str, JsonValue]
    variables: Mapping[str, JsonValue] = {}
    languages: Mapping[str, JsonValue] = {}
    links: JsonValue = None
    account: str = ""
    sender: str = ""
    event: str | None = None


class PreviewPane(Retranslated, QWidget):
    """Signal `simplify_asked()`: see `SmsView`.

    Attributes: people (for whom it is shown), view (of the kind that is on show).
    """

    simplify_asked = Signal()

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._draft = Draft("", {})
        self.view: View | None = None
        self.people = PersonChoice()
        self.people.chosen.connect(self._draw)
        self.language = Segmented([])
        self.language.setAccessibleName(tr("Language of the preview"))
        self.language.chosen.connect(self._draw)
        self._unbound = label("error", wrap=True)
        self._place = QVBoxLayout()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(style.sizes().grid)
        column.addWidget(self.people)
        column.addWidget(self.language)
        column.addWidget(self._unbound)
        column.addLayout(self._place, 1)

    def show_draft(self, draft: Draft) -> None:
        """Show a message as it is now."""
        if draft.kind != self._draft.kind or self.view is None:
            self._make_view(draft.kind)
        self._draft = draft
        languages = list(draft.languages)
        self.language.setVisible(bool(languages))
        if languages:
            self.language.set_options(
                [Option("", tr("Everybody else")), *(Option(one, one) for one in languages)]
            )
            if self.language.value() not in ("", *languages):
                self.language.set_value("")
        self._draw()

    def retranslate(self) -> None:
        self.language.setAccessibleName(tr("Language of the preview"))
        if self.view is not None:
            self._make_view(self._draft.kind)
            self.show_draft(self._draft)

    def show_workspace(self, workspace: Workspace) -> None:
        """The workspace's files were read again."""
        self._workspace = workspace
        self._draw()

    def _make_view(self, kind: str) -> None:
        if self.view is not None:
            self._place.removeWidget(self.view)
            self.view.hide()
            self.view.deleteLater()
            self.view = None
        if (make := VIEWS.get(kind)) is None:
            return
        self.view = make()
        if isinstance(self.view, SmsView):
            self.view.simplify_asked.connect(self.simplify_asked)
        self._place.addWidget(self.view, 1)
        if kind != "email":
            self._place.setAlignment(self.view, Qt.AlignmentFlag.AlignTop)

    def _draw(self) -> None:
        if self.view is None:
            return
        draft, catalog, accounts = self._draft, self._workspace.catalog, self._workspace.accounts
        chosen = self.language.value() if self.language.isVisibleTo(self) else ""
        written = _cut(as_object(draft.languages.get(chosen)) if chosen else draft.content)
        names = variables_of(written)
        bindings = usual_bindings(names, _bindings(draft.variables), catalog.attributes, catalog.tags)
        values = self.people.person().values(bindings, catalog, draft.event)
        links = _links(draft.links)
        content = filled(written, values, lambda link: _short(links, link))
        self._show_unbound([name for name in names if name not in bindings])
        self.people.setVisible(bool(names))
        self.view.show_message(
            Shown(
                content,
                sender=draft.sender,
                international=is_international(accounts, draft.account),
                price=price_per_part(accounts, draft.account),
                media=self._workspace.messages.path,
            )
        )

    def _show_unbound(self, names: list[str]) -> None:
        self._unbound.setVisible(bool(names))
        if names:
            listed = ", ".join(f"${{{name}}}" for name in names)
            self._unbound.setText(tr("Nothing is bound to: {names}", names=listed))


_MOST_SHOWN = 20_000


def _cut(content: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """The content with texts that can be laid out at every keystroke; of HTML as much as is worked with."""
    cut: dict[str, JsonValue] = {}
    for field, value in content.items():
        text = joined(value) if field in ("text", "html") else value
        most = MAX_LENGTH + 1 if field == "html" else _MOST_SHOWN
        cut[field] = text[:most] if isinstance(text, str) else text
    return cut


def _bindings(raw: Mapping[str, JsonValue]) -> dict[str, Binding]:
    """Those that are complete; the others count as not bound."""
    bound: dict[str, Binding] = {}
    for name, value in raw.items():
        try:
            bound[name] = _BINDING.validate_python(value)
        except ValidationError:
            continue
    return bound


def _links(raw: JsonValue) -> ShortLinks | None:
    try:
        return _LINKS.validate_python(raw) if raw else None
    except ValidationError:
        return None


def _short(links: ShortLinks | None, link: str) -> str | None:
    if links is None or all(one.url != link for one in links.shorten):
        return None
    return sample_link(links.address)


def draft_of(raw: Mapping[str, JsonValue], sender: str = "") -> Draft:
    """The draft of a message file's JSON."""
    return Draft(
        kind=as_text(raw.get("kind")),
        content=as_object(raw.get("content")),
        variables=as_object(raw.get("variables")),
        languages=as_object(as_object(raw.get("languages")).get("contents")),
        links=raw.get("links"),
        account=as_text(raw.get("platform")),
        sender=sender,
    )

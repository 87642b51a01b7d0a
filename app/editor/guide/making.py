"""Making what a template recommends: an audience by its rule, a message with its text, for a component."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from pydantic import JsonValue

from app.editors.base import Context, RawObject, as_list
from app.pickers import library
from app.pickers.audience_form import AudienceDialog
from app.pickers.form_dialog import FormDialog
from app.pickers.message_form import KINDS, MessageDialog
from engine.components.text_sms import PLATFORMS
from engine.i18n import Message
from engine.workspace.folder import free_name
from engine.workspace.template import Recommendation, Rule

if TYPE_CHECKING:
    from app.editor.page import EditorPage
    from app.window import MainWindow

Made = Callable[[str, Message], None]
"""Called with the component and a sentence about what stands in its panel now."""


def writes(kind: str) -> bool:
    """Whether the message editor knows messages of this kind."""
    return kind in KINDS


class Making:
    """Opens the editors filled in; what they make goes into the component's panel, for OK to confirm."""

    def __init__(self, page: EditorPage, main: MainWindow, made: Made) -> None:
        self._page, self._main, self._made = page, main, made

    def audience(self, node_id: str, rule: Rule) -> AudienceDialog:
        """The audience editor with the recommended cards."""
        workspace = self._page.session.workspace
        names = (audience.name for audience in workspace.audiences.values())
        cards: list[JsonValue] = [card.canonical() for card in rule.cards]
        start: RawObject = {"name": free_name(self._name(node_id), names), "cards": cards}
        runs = self._main.runs
        context = Context(workspace, estimate=runs.estimate, figures=runs.figures)
        dialog = AudienceDialog(self._main, context, start)
        self._open(dialog, partial(self._take_audience, node_id))
        return dialog

    def message(self, node_id: str, content: Recommendation) -> MessageDialog:
        """The message editor with the recommended text, for the platform that the component has."""
        workspace, raw = self._page.session.workspace, self._raw(node_id)
        kind = self._page.session.document.node(node_id).kind
        match: dict[str, JsonValue] = {}
        if kind == "text_sms":
            platforms = library.account_options(workspace, PLATFORMS)
            only = platforms[0].value if len(platforms) == 1 else None
            match = {"platform": raw.get("platform") or only, "sms_type": raw.get("sms_type")}
        names = (message.name for message in workspace.messages.values())
        start: RawObject = {
            **content.content.model_dump(mode="python", by_alias=True),
            "name": free_name(self._name(node_id), names),
        }
        dialog = MessageDialog(self._main, Context(workspace, values=lambda: raw), kind, match, start)
        self._open(dialog, partial(self._take_message, node_id))
        return dialog

    def _open(self, dialog: FormDialog, created: Callable[[str], None]) -> None:
        dialog.created.connect(created)
        dialog.open()

    def _take_audience(self, node_id: str, id: str) -> None:
        earlier = as_list(self._raw(node_id).get("audiences"))
        name = self._page.session.workspace.audiences[id].name
        self._fill(node_id, {"audiences": [*earlier, id]}, name)

    def _take_message(self, node_id: str, id: str) -> None:
        message = self._page.session.workspace.messages[id]
        values: RawObject = {"template": id}
        if message.kind == "text_sms":
            values |= {"platform": message.platform, "sms_type": message.sms_type}
        self._fill(node_id, values, message.name)

    def _fill(self, node_id: str, values: RawObject, name: str) -> None:
        page = self._page
        if node_id not in page.session.document.nodes:
            return  # deleted while the editor stood open
        page.show_node(node_id)
        note = Message("“{name}” stands in the panel. Look at the rest, and confirm with OK.", name=name)
        self._made(node_id, note)
        page.panel.fill(values)

    def _raw(self, node_id: str) -> RawObject:
        """The component's settings as its panel has them, else as the campaign has them."""
        page = self._page
        if page.panel.node_id == node_id and page.panel.content is not None:
            return page.panel.content.values().raw
        return dict(page.session.document.node(node_id).config)

    def _name(self, node_id: str) -> str:
        return self._page.session.document.node(node_id).name

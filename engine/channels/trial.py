"""A message that somebody tries out before anybody gets it: what it says, and whom it can be sent to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import JsonValue, ValidationError

from engine.channels.contents import Content, ValuesContent
from engine.channels.filling import of_template, written_in_component
from engine.components.app_push import AppPushConfig
from engine.components.base import Around, RawConfig
from engine.components.behaviour import Payload, Send
from engine.components.registry import component
from engine.components.template_message import TemplateMessageConfig
from engine.components.wechat_message import WeChatMessageConfig
from engine.i18n import N_, Message, MessageError
from engine.shapes.variables import Binding
from engine.workspace.account import AccountFile
from engine.workspace.message import MessageFile, MessageKind
from engine.workspace.message_text import as_json, filled, usual_bindings, variables_of
from engine.workspace.workspace import Workspace

KINDS = (
    "text_sms", "digital_sms", "email", "wechat_message", "template_message", "app_push",
    "webhook", "push_kafka",
)  # fmt: skip
"""The kinds of components whose messages can be tried out."""
ACCOUNTS: Mapping[MessageKind, tuple[str, ...]] = {
    "text_sms": ("alibaba_sms", "http_sms"),
    "digital_sms": ("alibaba_sms", "http_sms"),
    "email": ("alibaba_mail", "smtp"),
    "template_message": ("wechat",),
}
"""The kinds of accounts that send a kind of message, besides simulated ones."""
SENDERS: Mapping[str, str] = {"text_sms": "signatures", "email": "senders"}
"""The setting of an account that lists in whose name it sends, by the kind of message."""


class NotTriable(MessageError):  # noqa: N818 - an answer, not a defect
    """A message cannot be tried out as it is; `message` says why."""


@dataclass(frozen=True)
class Trial:
    """One message with what sends it.

    kind: of its component. config: that component's. message: the file that holds its text, if any. id_type:
    of the addresses that it is sent to. variables: their names, in the order of the text; bindings: what they
    usually show, as far as that is known.
    """

    kind: str
    config: Any
    account: AccountFile
    message: MessageFile | None
    id_type: str
    variables: tuple[str, ...]
    bindings: Mapping[str, Binding]

    @property
    def languages(self) -> tuple[str, ...]:
        """The further languages that it can be sent in."""
        return tuple(self.message.languages.contents) if self.message and self.message.languages else ()

    def language_of(self, attributes: Mapping[str, str]) -> str:
        """Which of its languages a person with these attributes gets."""
        if self.message is None or self.message.languages is None:
            return ""
        return self.message.language_for(attributes.get(self.message.languages.attribute, ""))

    def said(self, values: Mapping[str, str], language: str = "") -> dict[str, JsonValue]:
        """What it says, in the shape of message files; {} for data. Links stay long: no click is counted."""
        return filled(_written(self.config, self.message, language), self._complete(values))

    def content(self, values: Mapping[str, str], language: str = "") -> Content:
        """What the provider is given, not marked as a test yet."""
        complete = self._complete(values)
        if self.kind in ("webhook", "push_kafka"):
            return ValuesContent(complete)
        if self.message is None:
            return written_in_component(self.config, complete)
        return of_template(self.config, self.said(values, language), complete)

    def _complete(self, values: Mapping[str, str]) -> dict[str, str]:
        """A text for every variable: what has no value says nothing, as for people."""
        return {name: values.get(name, "") for name in self.variables}


def of_component(workspace: Workspace, kind: str, raw: RawConfig, around: Around | None = None) -> Trial:
    """The message of a component with this config. Raises `NotTriable`."""
    if kind not in KINDS:
        raise NotTriable(Message(N_("This component sends nothing that could be tried out.")))
    declared = component(kind)
    for error in declared.errors(raw, workspace, around):
        raise NotTriable(error.message)
    config = declared.parse(raw).config
    send = declared.behaviour(config)
    assert isinstance(send, Send)
    template = getattr(config, "template", None)
    message = None if template is None else workspace.messages[template]
    names = tuple(send.variables) if isinstance(send.content, Payload) else _names(config, message)
    account = workspace.accounts[send.account]
    return Trial(kind, config, account, message, send.id_type, names, send.variables)


def of_message(workspace: Workspace, message: MessageFile, account: str, sender: str = "") -> Trial:
    """A message file, approved or not, sent by an account. Raises `NotTriable`.

    sender: the signature or the address that it comes from; a simulated account needs none.
    """
    if (file := workspace.accounts.get(account)) is None:
        raise NotTriable(Message(N_("Choose an account that sends it.")))
    if file.kind not in (*ACCOUNTS[message.kind], "simulated"):
        raise NotTriable(Message(N_("“{account}” does not send such messages."), account=file.name))
    try:
        from_whom = sender or (file.name if file.kind == "simulated" else "")
        config = component(message.kind).Config.model_validate(_config(message, account, from_whom))
    except ValidationError:
        wanted = N_("Set the signature") if message.kind == "text_sms" else N_("Set the sender address")
        raise NotTriable(Message(wanted)) from None
    names, catalog = _names(config, message), workspace.catalog
    bindings = usual_bindings(names, message.variables, catalog.attributes, catalog.tags)
    id_type = component(message.kind).id_type(config) or ""
    return Trial(message.kind, config, file, message, id_type, names, bindings)


def _config(message: MessageFile, account: str, sender: str) -> dict[str, Any]:
    """A component's config that sends a message as its file has it."""
    own: dict[str, Any]
    match message.kind:
        case "text_sms":
            own = {"platform": account, "signature": sender, "sms_type": message.sms_type or "notification"}
        case "digital_sms":
            own = {"platform": account}
        case "email":
            own = {"account": account, "sender": sender, "sender_style": "plain"}
        case _:
            own = {"account": account, "keywords": as_json(message.content)["keywords"]}
    return {**own, "template": message.id}


def _names(config: Any, message: MessageFile | None) -> tuple[str, ...]:
    """The variables of its texts, in all languages."""
    languages = ("",) if message is None else tuple(message.contents())
    found = (name for language in languages for name in variables_of(_written(config, message, language)))
    return tuple(dict.fromkeys(found))


def _written(config: Any, message: MessageFile | None, language: str) -> dict[str, JsonValue]:
    """Its texts with their variables."""
    match config:
        case WeChatMessageConfig(content=content):
            return content.model_dump(mode="json", exclude_none=True)
        case AppPushConfig(title=title, content=text, platform=platform):
            return {"title": title, "content": text, "platform": platform}
        case TemplateMessageConfig(keywords=keywords, jump=jump) if message is not None:
            own: list[JsonValue] = [one.model_dump(mode="json", exclude_none=True) for one in keywords]
            return {**as_json(message.content), "keywords": own, "jump": jump}
    return {} if message is None else as_json(message.contents()[message.language_for(language)])

"""What is wrong with a message template, before a campaign uses it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from pydantic import JsonValue

from engine.i18n import N_, Message
from engine.shapes.variables import Binding
from engine.workspace.account import AccountFile
from engine.workspace.catalog import Catalog
from engine.workspace.content_check import (
    MessageFinding,
    check_digital_sms,
    check_email,
    check_template_message,
    check_text_sms,
)
from engine.workspace.media import MediaFolder
from engine.workspace.message import MessageFile
from engine.workspace.message_text import as_json, joined, links_of, malformed, places, variables_of
from engine.workspace.sms_length import counted, is_international
from engine.workspace.workspace import Workspace


class Surroundings(NamedTuple):
    """What a message is held against. public_address: where receivers reach the engine, if they do."""

    catalog: Catalog
    accounts: Mapping[str, AccountFile]
    media: MediaFolder
    public_address: str | None = None

    @classmethod
    def of(cls, workspace: Workspace) -> Surroundings:
        media, settings = MediaFolder(workspace.messages.path), workspace.settings
        return cls(workspace.catalog, workspace.accounts, media, settings.public_address)


def check_message(message: MessageFile, around: Surroundings) -> list[MessageFinding]:
    """Everything that is wrong with the message, in the order of its fields. An error forbids its use."""
    return [
        *_own(message, around),
        *_contents(message, around),
        *_bindings(message, around),
        *_links(message, around),
    ]


# ---- the message as such


def _own(message: MessageFile, around: Surroundings) -> Iterator[MessageFinding]:
    if message.kind == "text_sms" and message.sms_type is None:
        yield MessageFinding("sms_type", "missing", Message(N_("Choose the SMS type")))
    if message.kind in ("text_sms", "digital_sms") and message.platform is None:
        yield MessageFinding("platform", "missing", Message(N_("Choose an SMS account")))
    if message.platform is not None and message.platform not in around.accounts:
        text = Message(N_("The account “{name}” does not exist. Choose another one."), name=message.platform)
        yield MessageFinding("platform", "missing_reference", text)
    languages = message.languages
    if languages is not None and languages.attribute not in around.catalog.attributes:
        text = Message(
            N_("There is no attribute “{name}” that says a person's language."), name=languages.attribute
        )
        yield MessageFinding("languages.attribute", "missing_reference", text)


def _contents(message: MessageFile, around: Surroundings) -> Iterator[MessageFinding]:
    for language, content in message.contents().items():
        root = f"languages.contents.{language}" if language else "content"
        raw = as_json(content)
        for found in (*_of_kind(message, raw, around), *_code(message, raw, around), *_written(raw)):
            yield found._replace(field=f"{root}.{found.field}")


def _of_kind(
    message: MessageFile, raw: Mapping[str, JsonValue], around: Surroundings
) -> Iterator[MessageFinding]:
    match message.kind:
        case "text_sms":
            counts = counted(joined(raw.get("text")), message.links)
            return check_text_sms(counts, international=is_international(around.accounts, message.platform))
        case "digital_sms":
            return check_digital_sms(raw, around.media)
        case "email":
            return check_email(raw)
        case _:
            return check_template_message(raw)


def _code(
    message: MessageFile, raw: Mapping[str, JsonValue], around: Surroundings
) -> Iterator[MessageFinding]:
    account = around.accounts.get(message.platform or "")
    if account is not None and account.kind == "alibaba_sms" and not raw.get("code"):
        words = Message(N_("Enter the code that Alibaba Cloud gave the template, such as SMS_123456789"))
        yield MessageFinding("code", "missing", words)


def _written(raw: Mapping[str, JsonValue]) -> Iterator[MessageFinding]:
    for place in places(raw):
        for wrong in malformed(place.text):
            text = Message(
                N_(
                    "“{text}” is no variable: a name begins with a letter and has only letters, digits and _."
                ),
                text=wrong.text,
            )
            yield MessageFinding(place.field, "bad_variable", text)


# ---- variables and links


def _bindings(message: MessageFile, around: Surroundings) -> Iterator[MessageFinding]:
    catalog = around.catalog
    used = dict.fromkeys(
        name for content in message.contents().values() for name in variables_of(as_json(content))
    )
    for name in used:
        if name not in message.variables and name not in catalog.attributes and name not in catalog.tags:
            words = Message(N_("The variable “{name}” is not bound. Choose what stands for it."), name=name)
            yield MessageFinding(f"variables.{name}", "unbound_variable", words)
    for name, binding in message.variables.items():
        if not _exists(binding, catalog):
            words = Message(_GONE[binding.source], name=name, key=binding.key)
            yield MessageFinding(f"variables.{name}", "unknown_field", words)
        elif name not in used:
            words = Message(N_("No text uses the variable “{name}”."), name=name)
            yield MessageFinding(f"variables.{name}", "unused_variable", words, is_error=False)


_GONE = {
    "tag": N_("The variable “{name}” shows the tag “{key}”, which does not exist."),
    "attribute": N_("The variable “{name}” shows the attribute “{key}”, which does not exist."),
    "event": N_("The variable “{name}” shows “{key}”, which no event has."),
}


def _exists(binding: Binding, catalog: Catalog) -> bool:
    match binding.source:
        case "tag":
            return binding.key in catalog.tags
        case "attribute":
            return binding.key in catalog.attributes
        case "event":
            return any(binding.key in event.attributes for event in catalog.events.values())
        case _:
            return True


def _links(message: MessageFile, around: Surroundings) -> Iterator[MessageFinding]:
    if message.links is None:
        return
    there = {link for content in message.contents().values() for link in links_of(as_json(content))}
    for index, one in enumerate(message.links.shorten):
        if one.url not in there:
            words = Message(N_("No text has the link {url}, which is to become short."), url=one.url)
            yield MessageFinding(f"links.shorten.{index}.url", "link_not_found", words)
    if message.links.shorten and around.public_address is None:
        words = Message(
            N_("Short links lead nowhere before Settings → General has the public address of the engine.")
        )
        yield MessageFinding("links.address", "no_public_address", words, is_error=False)

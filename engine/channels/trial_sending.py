"""Sending a message once as a test: to an address of the workspace's list, marked, written down nowhere."""

from __future__ import annotations

import asyncio
import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Literal, NamedTuple

from pydantic import JsonValue

from engine.channels.adapter import Accepted, Adapter, Delivery, Later, Outcome, Refused, Unknown
from engine.channels.contents import (
    Content,
    DigitalSmsContent,
    EmailContent,
    Keyword,
    PushContent,
    SmsContent,
    TemplateMessageContent,
    ValuesContent,
    WechatMessageContent,
)
from engine.channels.http_requests import Receiver, webhook_request
from engine.channels.opening import NotUsable, opener
from engine.channels.providers.kafka import value
from engine.channels.trial import Trial
from engine.channels.verdict import NotReached
from engine.components.delivery import provider_reason
from engine.i18n import N_, Message, MessageError
from engine.shapes.addresses import BadAddress, normal_address
from engine.workspace.account import AccountFile
from engine.workspace.account_settings import HttpSmsSettings, KafkaSettings, WebhookSettings, lacking
from engine.workspace.settings import Settings
from engine.workspace.workspace import Workspace

MARKS = {"en": "[Test] ", "zh": "【测试】"}
_SMS_MARKS = {"en": "[Test] ", "zh": "[测试] "}
"""What stands in 【】 in an SMS is taken for its signature, and platforms refuse a second one."""
_FREE_KEYWORD = re.compile(r"first|remark|keyword\d*|thing\d*")
"""Keywords that take any text; WeChat checks the others: dates, amounts, names."""
_LONGEST_THING = 20

Result = Literal["accepted", "refused", "later", "unknown", "simulated", "not_sent"]


class NotListed(MessageError):  # noqa: N818 - an answer, not a defect
    """Tests go to the workspace's test addresses only."""


class Told(NamedTuple):
    """What became of a test. reference: what the provider calls the message."""

    result: Result
    message: Message
    reference: str = ""

    @property
    def sent(self) -> bool:
        """Whether it went as it should."""
        return self.result in ("accepted", "simulated")


def draft(
    settings: Settings, trial: Trial, address: str, values: Mapping[str, str], language: str = ""
) -> Delivery:
    """The message as it would go to an address, whatever that is: for looking at it."""
    return Delivery(
        key=secrets.token_hex(32),
        reference=f"test-{secrets.token_hex(8)}",
        person="test",
        id_type=trial.id_type,
        address=address,
        content=marked(trial.content(values, language), trial.account, language or settings.language),
        test=True,
    )


def delivery(
    settings: Settings, trial: Trial, address: str, values: Mapping[str, str], language: str = ""
) -> Delivery:
    """The message to one of the test addresses. Raises `NotListed`."""
    return draft(settings, trial, _listed(settings, trial.id_type, address), values, language)


def send(workspace: Workspace, account: AccountFile, test: Delivery) -> Told:
    """Send it once, and wait for what the provider says; a simulated account sends nothing. Never raises."""
    if account.kind == "simulated":
        text = N_("“{account}” is a simulated account: nothing has left the computer.")
        return Told("simulated", Message(text, account=account.name))
    for lack in lacking(account.settings):
        return Told(
            "not_sent",
            Message(N_("“{account}” is not complete: {lack}"), account=account.name, lack=lack.message),
        )
    try:
        return _told(asyncio.run(_sent(opener(workspace)(account), test)))
    except (NotUsable, NotReached) as error:
        return Told("not_sent", error.message)
    except Exception as error:  # noqa: BLE001 - whatever it is, nobody knows what has left the machine
        return _told(Unknown(type(error).__name__))


def marked(content: Content, account: AccountFile, language: str) -> Content:
    """The content with a mark that people read, where the provider lets one stand; else as it is.

    Data for other systems is marked by its `Delivery`.
    """
    spoken = "zh" if language.partition("-")[0] == "zh" else "en"
    mark, sms_mark = MARKS[spoken], _SMS_MARKS[spoken]
    match content:
        case SmsContent(text=text) if _says_text(account):
            return replace(content, text=sms_mark + text)
        case DigitalSmsContent(subject=subject) if _says_text(account):
            return replace(content, subject=sms_mark + subject)
        case EmailContent(subject=subject):
            return replace(content, subject=mark + subject)
        case PushContent(title=title):
            return replace(content, title=mark + title)
        case WechatMessageContent():
            return _marked_wechat(content, mark)
        case TemplateMessageContent(keywords=keywords):
            return replace(content, keywords=_marked_keywords(keywords, mark))
        case _:
            return content


def takes_mark(content: Content, account: AccountFile) -> bool:
    """Whether who gets it would see that it is a test."""
    return isinstance(content, ValuesContent) or marked(content, account, "en") != content


def shown(
    trial: Trial, test: Delivery, values: Mapping[str, str], language: str = ""
) -> dict[str, JsonValue]:
    """The message as it goes out, in the shape of message files, for previews; {} for data."""
    said = trial.said(values, language)
    match test.content:
        case SmsContent(text=text):
            return {**said, "text": text}
        case DigitalSmsContent(subject=subject) | EmailContent(subject=subject):
            return {**said, "subject": subject}
        case PushContent(title=title):
            return {**said, "title": title}
        case WechatMessageContent(content=content):
            return content.model_dump(mode="json", exclude_none=True)
        case TemplateMessageContent(keywords=keywords):
            own: list[JsonValue] = [
                {"key": one.key, "text": one.text, "colour": one.colour} for one in keywords
            ]
            return {**said, "keywords": own}
        case _:
            return {}


def payload(account: AccountFile, test: Delivery) -> str:
    """The data that another system gets, to be read by people; "" for messages."""
    if not isinstance(test.content, ValuesContent):
        return ""
    if isinstance(account.settings, WebhookSettings):
        person = Receiver(test.key, test.address, test.content.values)
        request = webhook_request(account.settings, test.id_type, [person], test=True, indent=2)
        return request.body.decode()
    if isinstance(account.settings, KafkaSettings):
        return json.dumps(json.loads(value(test)), ensure_ascii=False, indent=2)
    told = {"id_type": test.id_type, "id": test.address, "values": test.content.values, "test": True}
    return json.dumps(told, ensure_ascii=False, indent=2)


def _listed(settings: Settings, id_type: str, address: str) -> str:
    try:
        normal = normal_address(id_type, address)
    except BadAddress as error:
        raise NotListed(error.message) from None
    if any((one.id_type, one.address) == (id_type, normal) for one in settings.test_addresses):
        return normal
    text = N_("Tests go to test addresses only. Add this one in Settings, under Test sends ({type}).")
    raise NotListed(Message(text, type=id_type))


async def _sent(adapter: Adapter, test: Delivery) -> Outcome:
    try:
        (outcome,) = await adapter.send([test])
        return outcome
    finally:
        await adapter.close()


def _told(outcome: Outcome) -> Told:
    match outcome:
        case Accepted(id):
            return Told("accepted", Message(N_("The provider has taken the message.")), id)
        case Refused(reason):
            text = N_("The provider refuses the message: {reason}.")
            return Told("refused", Message(text, reason=provider_reason(reason)))
        case Later(reason, whole_account=True):
            text = N_("It was not sent: {reason}. The provider takes nothing from this account for now.")
            return Told("later", Message(text, reason=provider_reason(reason)))
        case Later(reason):
            text = N_("It was not sent: {reason}. The provider may take it later.")
            return Told("later", Message(text, reason=provider_reason(reason)))
        case Unknown(reason):
            text = N_(
                "Nobody knows whether it was sent: {reason}. See whether it arrives before you send it again."
            )
            return Told("unknown", Message(text, reason=provider_reason(reason)))


def _says_text(account: AccountFile) -> bool:
    """Whether an SMS account sends the text that it is given, rather than one that it has approved."""
    if isinstance(account.settings, HttpSmsSettings):
        return any("${text}" in one.value for one in (*account.settings.fields, *account.settings.headers))
    return account.kind == "simulated"


def _marked_wechat(message: WechatMessageContent, mark: str) -> WechatMessageContent:
    content = message.content
    if content.text is not None:
        return WechatMessageContent(content.model_copy(update={"text": mark + content.text}))
    if (card := content.mini_program) is not None:
        marked_card = card.model_copy(update={"title": mark + card.title})
        return WechatMessageContent(content.model_copy(update={"mini_program": marked_card}))
    return message


def _marked_keywords(keywords: tuple[Keyword, ...], mark: str) -> tuple[Keyword, ...]:
    """The first keyword that takes any text, marked as far as it then still fits."""
    for place, one in enumerate(keywords):
        longer = mark + one.text
        if _FREE_KEYWORD.fullmatch(one.key) and not (
            one.key.startswith("thing") and len(longer) > _LONGEST_THING
        ):
            return (*keywords[:place], replace(one, text=longer), *keywords[place + 1 :])
    return keywords

"""Text SMS: an approved template of an SMS account."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from engine.components.base import ComponentConfig, FieldError, Lookup, Reference, RefKind
from engine.components.behaviour import FromTemplate, Send
from engine.components.fields import (
    Code,
    binding_references,
    check_account,
    check_setting,
    check_template,
)
from engine.components.hints import Hint
from engine.components.touch import SendToAllIds, TemplateVariables, Touch, template_name
from engine.i18n import N_, Message
from engine.shapes.text import Identifier
from engine.shapes.variables import Bindings

PLATFORMS = ("alibaba_sms", "http_sms")


class TextSmsConfig(ComponentConfig):
    """Platform, signature, template, and what stands for its variables."""

    platform: Annotated[
        Identifier,
        Hint(N_("SMS account"), "account", missing=N_("Choose an SMS account"), options={"kinds": PLATFORMS}),
    ]
    sms_type: Annotated[
        Literal["promotional", "notification"],
        Hint(
            N_("SMS type"),
            "choice",
            missing=N_("Choose the SMS type"),
            choices={"promotional": N_("Promotional"), "notification": N_("Notification")},
            help=N_("Promotional messages obey fatigue control and quiet times."),
        ),
    ]
    signature: Annotated[
        Code,
        Hint(
            N_("Signature"),
            "account_choice",
            missing=N_("Set the signature"),
            options={"account": "platform", "setting": "signatures", "typed": N_("Type a signature")},
        ),
    ]
    template: Annotated[
        Identifier,
        Hint(
            N_("SMS template"),
            "message",
            missing=N_("Choose an SMS template"),
            options={"kind": "text_sms", "match": {"platform": "platform", "sms_type": "sms_type"}},
        ),
    ]
    variables: TemplateVariables = Field(default_factory=dict)
    send_to_all_ids: SendToAllIds = False


class TextSms(Touch[TextSmsConfig]):
    kind = "text_sms"
    label = N_("Text SMS")
    icon = "message"
    Config = TextSmsConfig
    headline = "template"

    def bindings(self, config: TextSmsConfig) -> Bindings:
        return config.variables

    def references(self, config: TextSmsConfig) -> Iterator[Reference]:
        yield Reference("platform", RefKind.ACCOUNT, config.platform)
        yield Reference("template", RefKind.MESSAGE, config.template)
        yield from binding_references(config.variables)

    def check(self, config: TextSmsConfig, lookup: Lookup) -> Iterator[FieldError]:
        yield from check_account(lookup, "platform", config.platform, PLATFORMS)
        refusal = N_("The account does not have this signature. Choose another one.")
        yield from check_setting(
            lookup, "signature", config.platform, "signatures", config.signature, refusal
        )
        same = {"platform": config.platform, "sms_type": config.sms_type}
        yield from check_template(lookup, config.template, self.kind, config.variables, same)

    def words(self, config: TextSmsConfig, lookup: Lookup) -> Message:
        return template_name(lookup, config.template)

    def id_type(self, config: TextSmsConfig) -> str:
        return "mobile"

    def is_marketing(self, config: TextSmsConfig) -> bool:
        return config.sms_type == "promotional"

    def behaviour(self, config: TextSmsConfig) -> Send:
        return Send(
            id_type="mobile",
            account=config.platform,
            content=FromTemplate(config.template),
            variables=config.variables,
            to_all=config.send_to_all_ids,
            marketing=self.is_marketing(config),
            signature=config.signature,
        )

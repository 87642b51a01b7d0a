"""Digital SMS: a rich message (text, images, audio, video) to the mobile number."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from engine.components.base import ComponentConfig, FieldError, Lookup, Reference, RefKind
from engine.components.behaviour import FromTemplate, Send
from engine.components.fields import (
    binding_references,
    check_account,
    check_template,
)
from engine.components.hints import Hint
from engine.components.touch import SendToAllIds, TemplateVariables, Touch, template_name
from engine.i18n import N_, Message
from engine.shapes.text import Identifier
from engine.shapes.variables import Bindings

PLATFORMS = ("alibaba_sms", "http_sms")


class DigitalSmsConfig(ComponentConfig):
    """Platform, template, and what stands for its variables."""

    platform: Annotated[
        Identifier,
        Hint(N_("SMS account"), "account", missing=N_("Choose an SMS account"), options={"kinds": PLATFORMS}),
    ]
    template: Annotated[
        Identifier,
        Hint(
            N_("Digital SMS template"),
            "message",
            missing=N_("Choose a template"),
            options={"kind": "digital_sms", "match": {"platform": "platform"}},
        ),
    ]
    variables: TemplateVariables = Field(default_factory=dict)
    send_to_all_ids: SendToAllIds = False


class DigitalSms(Touch[DigitalSmsConfig]):
    kind = "digital_sms"
    label = N_("Digital SMS")
    icon = "device-mobile-message"
    Config = DigitalSmsConfig
    headline = "template"

    def bindings(self, config: DigitalSmsConfig) -> Bindings:
        return config.variables

    def references(self, config: DigitalSmsConfig) -> Iterator[Reference]:
        yield Reference("platform", RefKind.ACCOUNT, config.platform)
        yield Reference("template", RefKind.MESSAGE, config.template)
        yield from binding_references(config.variables)

    def check(self, config: DigitalSmsConfig, lookup: Lookup) -> Iterator[FieldError]:
        yield from check_account(lookup, "platform", config.platform, PLATFORMS)
        yield from check_template(
            lookup, config.template, self.kind, config.variables, {"platform": config.platform}
        )

    def words(self, config: DigitalSmsConfig, lookup: Lookup) -> Message:
        return template_name(lookup, config.template)

    def id_type(self, config: DigitalSmsConfig) -> str:
        return "mobile"

    def is_marketing(self, config: DigitalSmsConfig) -> bool:
        return True

    def behaviour(self, config: DigitalSmsConfig) -> Send:
        return Send(
            id_type="mobile",
            account=config.platform,
            content=FromTemplate(config.template),
            variables=config.variables,
            to_all=config.send_to_all_ids,
            marketing=True,
        )

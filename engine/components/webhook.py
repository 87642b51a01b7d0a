"""Webhook: calls another system's address with data about each person."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from engine.components.base import ComponentConfig, Lookup, RawConfig
from engine.components.fields import Code, settings
from engine.components.hints import Hint
from engine.components.push import Push
from engine.components.touch import SendToAllIds
from engine.i18n import N_
from engine.shapes.text import Identifier
from engine.shapes.variables import Bindings


class WebhookConfig(ComponentConfig):
    """Which webhook, which ID, and a value for each parameter."""

    webhook: Annotated[
        Identifier,
        Hint(N_("Webhook"), "account", missing=N_("Choose a webhook"), options={"kinds": ("webhook",)}),
    ]
    id_type: Annotated[
        Code,
        Hint(
            N_("ID type"),
            "account_choice",
            missing=N_("Choose an ID type"),
            options={"account": "webhook", "setting": "id_types"},
        ),
    ]
    params: Annotated[
        Bindings, Hint(N_("Parameters"), "parameters", options={"account": "webhook", "setting": "params"})
    ] = Field(default_factory=dict)
    send_to_all_ids: SendToAllIds = False


class Webhook(Push[WebhookConfig]):
    kind = "webhook"
    label = N_("Webhook")
    icon = "webhook"
    Config = WebhookConfig
    headline = "webhook"
    result_family = "webhook"
    account_kind = "webhook"
    account_field = "webhook"
    values_field = "params"

    def account(self, config: WebhookConfig) -> str:
        return config.webhook

    def values(self, config: WebhookConfig) -> Bindings:
        return config.params

    def chosen_id_type(self, config: WebhookConfig) -> str:
        return config.id_type

    def sends_to_all(self, config: WebhookConfig) -> bool:
        return config.send_to_all_ids

    def receipt_results(self, raw: RawConfig, lookup: Lookup) -> tuple[str, ...]:
        account = raw.get("webhook")
        receipts = settings(lookup, account).get("receipts") if isinstance(account, str) else None
        codes = receipts.get("codes") if isinstance(receipts, dict) else None
        return tuple(code for code in codes if isinstance(code, str)) if isinstance(codes, list) else ()

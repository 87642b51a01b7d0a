"""Push Kafka: writes data about each person to a Kafka topic."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from engine.components.base import ComponentConfig
from engine.components.fields import Code
from engine.components.hints import Hint
from engine.components.push import Push
from engine.components.touch import SendToAllIds
from engine.i18n import N_
from engine.shapes.text import Identifier
from engine.shapes.variables import Bindings


class PushKafkaConfig(ComponentConfig):
    """Which interface, which ID, and a value for each field."""

    interface: Annotated[
        Identifier,
        Hint(
            N_("Kafka interface"),
            "account",
            missing=N_("Choose a Kafka interface"),
            options={"kinds": ("kafka",)},
        ),
    ]
    id_type: Annotated[
        Code,
        Hint(
            N_("ID type"),
            "account_choice",
            missing=N_("Choose an ID type"),
            options={"account": "interface", "setting": "id_types"},
        ),
    ]
    fields: Annotated[
        Bindings, Hint(N_("Fields"), "parameters", options={"account": "interface", "setting": "fields"})
    ] = Field(default_factory=dict)
    send_to_all_ids: SendToAllIds = False


class PushKafka(Push[PushKafkaConfig]):
    kind = "push_kafka"
    label = N_("Push Kafka")
    icon = "database-export"
    Config = PushKafkaConfig
    headline = "interface"
    result_family = "message"
    account_kind = "kafka"
    account_field = "interface"
    values_field = "fields"

    def account(self, config: PushKafkaConfig) -> str:
        return config.interface

    def values(self, config: PushKafkaConfig) -> Bindings:
        return config.fields

    def chosen_id_type(self, config: PushKafkaConfig) -> str:
        return config.id_type

    def sends_to_all(self, config: PushKafkaConfig) -> bool:
        return config.send_to_all_ids

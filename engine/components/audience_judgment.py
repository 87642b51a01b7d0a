"""Audience Judgment: branches by which of the trigger's audiences the person came from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import AfterValidator, JsonValue

from engine.components.base import (
    Around,
    Category,
    Component,
    ComponentConfig,
    FieldError,
    Lookup,
    Port,
    RawConfig,
    Reference,
    RefKind,
)
from engine.components.behaviour import Branch, OriginTest
from engine.components.branches import Other, judgment_ports, new_groups
from engine.components.hints import Hint
from engine.components.places import BEHIND_ANYTHING
from engine.i18n import N_, Message
from engine.shapes.groups import AudienceGroup, AudienceGroups
from engine.shapes.model import invalid
from engine.shapes.words import joined


def _each_once(groups: tuple[AudienceGroup, ...]) -> tuple[AudienceGroup, ...]:
    audiences = [audience for group in groups for audience in group.audiences]
    if len(set(audiences)) < len(audiences):
        raise invalid(Message(N_("Put each audience into one group only.")))
    return groups


class AudienceJudgmentConfig(ComponentConfig):
    """The groups, tried in their order, and whether there is a branch for everybody else."""

    groups: Annotated[
        AudienceGroups,
        AfterValidator(_each_once),
        Hint(
            N_("Groups"),
            "groups",
            missing=N_("Add a group"),
            options={"holds": "audiences", "min": 1, "max": 8},
        ),
    ]
    other: Other = False


class AudienceJudgment(Component[AudienceJudgmentConfig]):
    kind = "audience_judgment"
    label = N_("Audience Judgment")
    category = Category.JUDGMENT
    icon = "user-check"
    placement = BEHIND_ANYTHING._replace(
        refusal=Message(N_("Audience Judgment needs a campaign that starts with Target Audience.")),
        trigger="target_audience",
    )
    Config = AudienceJudgmentConfig
    headline = "groups.0.audiences"

    def defaults(self) -> dict[str, JsonValue]:
        return {"groups": new_groups(1)}

    def ports(self, raw: RawConfig) -> tuple[Port, ...]:
        return judgment_ports(raw)

    def references(self, config: AudienceJudgmentConfig) -> Iterator[Reference]:
        for index, group in enumerate(config.groups):
            for place, audience in enumerate(group.audiences):
                yield Reference(f"groups.{index}.audiences.{place}", RefKind.AUDIENCE, audience)

    def check_place(
        self, config: AudienceJudgmentConfig, around: Around, lookup: Lookup
    ) -> Iterator[FieldError]:
        chosen = around.trigger[1].get("audiences") if around.trigger else None
        entering = chosen if isinstance(chosen, list) else []
        for index, group in enumerate(config.groups):
            for place, audience in enumerate(group.audiences):
                if audience not in entering:
                    message = Message(N_("This audience does not enter the campaign. Choose another one."))
                    yield FieldError(f"groups.{index}.audiences.{place}", message)

    def words(self, config: AudienceJudgmentConfig, lookup: Lookup) -> Message:
        names = (
            lookup.name_of(RefKind.AUDIENCE, audience) or audience
            for group in config.groups
            for audience in group.audiences
        )
        return joined(names)

    def behaviour(self, config: AudienceJudgmentConfig) -> Branch:
        groups = tuple((group.port, OriginTest(group.audiences)) for group in config.groups)
        return Branch(groups, config.other)

"""AB Test: shares of the people go different ways, which join again at its Test Target."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import JsonValue, field_validator
from pydantic_core.core_schema import ValidationInfo

from engine.components.base import Category, Component, ComponentConfig, Lookup, Port, RawConfig
from engine.components.behaviour import Split, TestEnd
from engine.components.branches import new_groups
from engine.components.fields import LATE, Count, required_when
from engine.components.hints import Hint
from engine.components.places import BEHIND_ANYTHING
from engine.components.random_grouping import TWO_HALVES, percent_ports, percent_shares, percent_words
from engine.i18n import N_, Message
from engine.shapes.groups import PercentGroup, PercentGroups
from engine.shapes.model import invalid


class AbTestConfig(ComponentConfig):
    """The groups, their shares, and when one of them takes all."""

    groups: Annotated[
        PercentGroups, Hint(N_("Groups"), "groups", options={"holds": "percent", "min": 2, "max": 30})
    ] = TWO_HALVES
    ends: Annotated[
        Literal["all", "after"],
        Hint(
            N_("The test"),
            "choice",
            choices={"all": N_("Goes on for everybody"), "after": N_("Ends after some people")},
        ),
    ] = "all"
    people: Annotated[
        Count | None,
        LATE,
        required_when("ends", "after"),
        Hint(
            N_("Ends after this many people"),
            "number",
            missing=N_("Enter how many people take part"),
            visible_when={"ends": ("after",)},
        ),
    ] = None
    then: Annotated[
        str | None,
        LATE,
        required_when("ends", "after"),
        Hint(
            N_("Then everybody goes to"),
            "then",
            missing=N_("Choose where everybody goes then"),
            visible_when={"ends": ("after",)},
        ),
    ] = None
    min_judged: Annotated[
        Count,
        Hint(
            N_("The best needs this many judged people a group"),
            "number",
            visible_when={"ends": ("after",), "then": ("best",)},
        ),
    ] = 100

    @field_validator("then")
    @classmethod
    def _known(cls, then: str | None, info: ValidationInfo) -> str | None:
        groups: tuple[PercentGroup, ...] | None = info.data.get("groups")
        if then is None or then == "best" or groups is None or then in [group.port for group in groups]:
            return then
        raise invalid(Message(N_("This group does not exist. Choose another one.")))


class AbTest(Component[AbTestConfig]):
    kind = "ab_test"
    label = N_("AB Test")
    category = Category.CONTROL
    icon = "a-b"
    placement = BEHIND_ANYTHING
    Config = AbTestConfig

    def defaults(self) -> dict[str, JsonValue]:
        return {"groups": new_groups(2, percent=50)}

    def ports(self, raw: RawConfig) -> tuple[Port, ...]:
        return percent_ports(raw)

    def words(self, config: AbTestConfig, lookup: Lookup) -> Message:
        return percent_words(config.groups)

    def behaviour(self, config: AbTestConfig) -> Split:
        end = None
        if config.ends == "after" and config.people is not None:
            end = TestEnd(config.people, None if config.then == "best" else config.then, config.min_judged)
        return Split(percent_shares(config.groups), end)

"""Random Grouping: shares of the people go different ways."""

from __future__ import annotations

from typing import Annotated

from pydantic import JsonValue

from engine.components.base import Category, Component, ComponentConfig, Lookup, Port, RawConfig
from engine.components.behaviour import Split
from engine.components.branches import group_ports, new_groups
from engine.components.hints import Hint
from engine.components.places import BEHIND_ANYTHING
from engine.i18n import N_, Message
from engine.shapes.groups import PercentGroup, PercentGroups
from engine.shapes.words import joined

TWO_HALVES = (
    PercentGroup(id="g_1", name="Group 1", percent=50),
    PercentGroup(id="g_2", name="Group 2", percent=50),
)


class RandomGroupingConfig(ComponentConfig):
    """The groups and their shares."""

    groups: Annotated[
        PercentGroups, Hint(N_("Groups"), "groups", options={"holds": "percent", "min": 2, "max": 30})
    ] = TWO_HALVES


class RandomGrouping(Component[RandomGroupingConfig]):
    kind = "random_grouping"
    label = N_("Random Grouping")
    category = Category.CONTROL
    icon = "arrows-shuffle"
    placement = BEHIND_ANYTHING
    Config = RandomGroupingConfig

    def defaults(self) -> dict[str, JsonValue]:
        return {"groups": new_groups(2, percent=50)}

    def ports(self, raw: RawConfig) -> tuple[Port, ...]:
        return percent_ports(raw)

    def words(self, config: RandomGroupingConfig, lookup: Lookup) -> Message:
        return percent_words(config.groups)

    def behaviour(self, config: RandomGroupingConfig) -> Split:
        return Split(percent_shares(config.groups))


def percent_ports(raw: RawConfig) -> tuple[Port, ...]:
    """A port a group; two groups where the config does not say."""
    return tuple(group_ports(raw.get("groups", [group.model_dump() for group in TWO_HALVES])))


def percent_shares(groups: tuple[PercentGroup, ...]) -> tuple[tuple[str, int], ...]:
    """Each group's port and its share in tenths of a percent."""
    return tuple((group.port, group.tenths) for group in groups)


def percent_words(groups: tuple[PercentGroup, ...]) -> Message:
    """Such as "50 %, 30 %, 20 %", or how many groups there are."""
    if len(groups) > 4:
        return Message(N_("{count} groups"), count=len(groups))
    return joined(Message(N_("{percent} %"), percent=group.percent) for group in groups)

"""End: where every path of a published campaign leads."""

from __future__ import annotations

from engine.components.base import Category, Component, ComponentConfig, Lookup, Port, RawConfig
from engine.components.behaviour import Finish
from engine.components.places import BEHIND_ANYTHING
from engine.i18n import N_, Message


class EndConfig(ComponentConfig):
    """Nothing to configure."""


class End(Component[EndConfig]):
    kind = "end"
    label = N_("End")
    category = Category.CONTROL
    icon = "flag"
    placement = BEHIND_ANYTHING._replace(
        refusal=Message(N_("End can stand behind anything but Start and End."))
    )
    Config = EndConfig
    colour = "end"

    def ports(self, raw: RawConfig) -> tuple[Port, ...]:
        return ()

    def words(self, config: EndConfig, lookup: Lookup) -> Message:
        return Message(N_("The path ends here"))

    def behaviour(self, config: EndConfig) -> Finish:
        return Finish()

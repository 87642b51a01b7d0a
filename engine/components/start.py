"""Start: made with every canvas."""

from __future__ import annotations

from engine.components.base import Category, Component, ComponentConfig
from engine.components.places import NOWHERE
from engine.i18n import N_


class StartConfig(ComponentConfig):
    """Nothing to configure."""


class Start(Component[StartConfig]):
    kind = "start"
    label = N_("Start")
    category = Category.START
    icon = "player-play"
    placement = NOWHERE
    Config = StartConfig
    deletable = False
    in_palette = False

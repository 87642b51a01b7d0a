"""Generate Audience: the people who pass become an audience."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from engine.components.base import Category, Component, ComponentConfig, Lookup
from engine.components.behaviour import Gather
from engine.components.hints import Hint
from engine.components.places import BEHIND_ANYTHING
from engine.i18n import N_, Message
from engine.shapes.text import Name, Text


class GenerateAudienceConfig(ComponentConfig):
    """What the audience is called; the time of writing is added to the name."""

    audience_name: Annotated[
        Name,
        Hint(
            N_("Audience name"),
            "text",
            missing=N_("Name the audience"),
            help=N_("The time of writing is added to it."),
        ),
    ]
    directory: Annotated[
        Annotated[Text, Field(min_length=1, max_length=200)] | None, Hint(N_("Folder"), "text")
    ] = None
    public: Annotated[bool, Hint(N_("Public"), "switch", help=N_("Others in the workspace may use it."))] = (
        False
    )
    remark: Annotated[Annotated[Text, Field(max_length=2_000)] | None, Hint(N_("Remark"), "long_text")] = None


class GenerateAudience(Component[GenerateAudienceConfig]):
    kind = "generate_audience"
    label = N_("Generate Audience")
    category = Category.TOUCH
    icon = "users-plus"
    placement = BEHIND_ANYTHING
    Config = GenerateAudienceConfig
    headline = "audience_name"

    def words(self, config: GenerateAudienceConfig, lookup: Lookup) -> Message:
        return Message.verbatim(config.audience_name)

    def behaviour(self, config: GenerateAudienceConfig) -> Gather:
        return Gather(config.audience_name, config.directory, config.public, config.remark)

"""What was chosen for the last rehearsal of a campaign; the next one begins with it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

MOST_KEPT = 50
MOST_DAYS = 366

Who = Literal["everybody", "audience", "person", "folder"]
When = Literal["coming", "past", "between"]
React = Literal["nobody", "everybody", "rates", "results"]


class RehearsalChoice(BaseModel):
    """Attributes: who (with audience, person or folder), when (so many days, or since and until), react (with
    rates or results), with_running (other campaigns go on meanwhile)."""

    model_config = ConfigDict(frozen=True)

    who: Who = "everybody"
    audience: str = ""
    person: str = ""
    folder: Path | None = None
    when: When = "coming"
    days: Annotated[int, Field(ge=1, le=MOST_DAYS)] = 30
    since: datetime | None = None
    until: datetime | None = None
    react: React = "nobody"
    rates: dict[str, dict[str, Annotated[float, Field(ge=0, le=100)]]] = Field(default_factory=dict)
    results: Path | None = None
    with_running: bool = False


def kept(
    choices: dict[str, RehearsalChoice], campaign: str, choice: RehearsalChoice
) -> dict[str, RehearsalChoice]:
    """The choices of the last campaigns, with this one."""
    others = [(id, one) for id, one in choices.items() if id != campaign]
    return dict([*others, (campaign, choice)][-MOST_KEPT:])

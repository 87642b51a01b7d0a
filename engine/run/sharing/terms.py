"""What a leader's plans are compiled with, as those who work with it read it in the database."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from engine.plan.contact import ContactRules
from engine.run.compiling import PlanSettings


class Terms(BaseModel):
    """zone: by its name. contact, mails: as in `PlanSettings`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    zone: str
    contact: ContactRules
    mails: bool

    @classmethod
    def of(cls, settings: PlanSettings) -> Terms:
        return cls(zone=settings.zone.key, contact=settings.contact, mails=settings.mails)

    @property
    def plans(self) -> PlanSettings:
        """What to compile plans with. Raises `ZoneInfoNotFoundError` where this computer lacks the zone."""
        return PlanSettings(ZoneInfo(self.zone), self.contact, mails=self.mails)

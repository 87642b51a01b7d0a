"""Who is held back as a control group: drawn by the person's hash, so always the same people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from engine.campaign.measuring import buckets
from engine.campaign.model import Attributes
from engine.i18n import N_, Message
from engine.plan.salt import Salt
from engine.workspace.settings import ControlGroup

_OWN, _GLOBAL = ":control", ":global"
"""In place of a node's id and a campaign's, which have no colon."""


@dataclass(frozen=True, slots=True)
class Draw:
    """One control group: those whose bucket (0-9999) is below `below`. everywhere: it is the workspace's."""

    salt: Salt
    below: int
    everywhere: bool = False

    def bucket(self, hashed: Any) -> Any:
        """The bucket that follows from a person's hash: of a number, or as an SQL expression of a column."""
        return self.salt.bucket(self.salt.seed(hashed, 0))

    @property
    def words(self) -> Message:
        """Whose control group it is."""
        if self.everywhere:
            return Message(N_("In the workspace’s control group"))
        return Message(N_("In the campaign’s control group"))


def draws_of(attributes: Attributes, control: ControlGroup | None) -> tuple[Draw, ...]:
    """The control groups that a campaign holds back; `control`: the workspace's."""
    return tuple(_draws(attributes, control))


def _draws(attributes: Attributes, control: ControlGroup | None) -> Iterator[Draw]:
    if attributes.holdout is not None:
        yield Draw(Salt.of(attributes.id, _OWN), buckets(attributes.holdout.percent))
    if control is not None and not attributes.ignore_global_control:
        yield Draw(Salt.of(_GLOBAL, control.salt), buckets(control.percent), everywhere=True)

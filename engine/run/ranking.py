"""Whose turn it is among the campaigns that have something due."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

from engine.run.running import RunningVersion

BRIEF_WAVES = 20
"""Waves after an event that are brief, as more events may come."""


class Turn(IntEnum):
    """Who goes first: those whom an event lets into a campaign, then whatever is due, then what audiences and
    cycles ask for; those whom events let into the same campaign again only when something else has had its
    turn, so that nothing starves while events come without a pause."""

    LET_IN = 0
    WAVE = 1
    AGAIN = 2


class Waiting(NamedTuple):
    """A version with something due. rank: its turn, then by time. limit: up to when it may run (ms)."""

    rank: tuple[Turn, int, int, str]
    version: RunningVersion
    limit: int

    @property
    def turn(self) -> Turn:
        return self.rank[0]

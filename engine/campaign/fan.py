"""How the lines of one card are fanned out behind it, one below the other, where each can have its name."""

from __future__ import annotations

from collections.abc import Collection, Sequence

FAN_PITCH = 28
"""From the name of one of a branching card's lines to the next one's."""


def fan_order(ends: Sequence[tuple[float, float] | None]) -> list[int]:
    """The lines from top to bottom, given in their shown order with where each leads (y and x, or a row and
    anything; None: an open end).

    Those that lead somewhere stand in the order of these places. Open ends stand below them, those that come
    before all of them above.
    """
    led = sorted((end, index) for index, end in enumerate(ends) if end is not None)
    first = min((index for _, index in led), default=len(ends))
    behind = [index for index in range(first, len(ends)) if ends[index] is None]
    return [*range(first), *(index for _, index in led), *behind]


def fan_middle(count: int, straight: Collection[int]) -> float:
    """Which place of the fan's `count` is at the height of the card's middle: that of the lines that go
    `straight` on, if any do."""
    return sum(straight) / len(straight) if straight else (count - 1) / 2

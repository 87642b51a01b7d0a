"""Python's garbage collector and scenes of thousands of items."""

from __future__ import annotations

import gc

_LARGE = 500


def keep_large(cards: int) -> None:
    """After something large was made that lives long: the collector need not go through it ever again.

    Going through thousands of components takes so long that the window stutters.
    """
    if cards > _LARGE:
        gc.freeze()

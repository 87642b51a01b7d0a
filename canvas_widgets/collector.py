"""What Python's garbage collector need not go through: the program itself, and scenes of thousands of items.

A full collection goes through every object there is, and the window waits meanwhile: 110 ms and more for the
program alone. What is frozen is left out.
"""

from __future__ import annotations

import gc
from collections.abc import Mapping

_LARGE = 500
_AT_ITS_END = "stop"
_FULL = 2


def keep_program() -> None:
    """Once the program is there: what it is made of lives as long as it does."""
    gc.freeze()


def keep_large(cards: int) -> None:
    """After something large was made that lives long."""
    if cards > _LARGE:
        gc.freeze()


def let_go(cards: int) -> None:
    """Something goes that was kept if it was large: the next full collection finds what of it is garbage.

    After that the rest is kept again.
    """
    if cards > _LARGE:
        gc.unfreeze()
        if _keep_again not in gc.callbacks:
            gc.callbacks.append(_keep_again)


def _keep_again(phase: str, about: Mapping[str, int]) -> None:
    if phase == _AT_ITS_END and about["generation"] == _FULL:
        gc.callbacks.remove(_keep_again)
        gc.freeze()

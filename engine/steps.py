"""Long work in steps: whoever must not wait advances it a few at a time, whoever can takes its outcome."""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeVar

T = TypeVar("T")

Steps = Generator[None, None, T]
"""Every step is short; the outcome is what the generator returns."""


def finished(steps: Steps[T]) -> T:
    """The outcome, worked for at once."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            outcome: T = end.value
            return outcome

"""What the garbage collector leaves out, and when it looks at it again."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from weakref import ref

import pytest

from canvas_widgets import collector


class Ring:
    """Garbage that only a collection finds, once nobody has it."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def thawed() -> Iterator[None]:
    gc.unfreeze()
    gc.collect()
    yield
    gc.unfreeze()
    gc.callbacks[:] = [one for one in gc.callbacks if one.__module__ != collector.__name__]
    gc.collect()
    gc.freeze()


def test_what_goes_is_found_and_the_rest_is_kept_again() -> None:
    kept, goes = Ring(), ref(large := Ring())
    collector.keep_large(501)
    del large
    gc.collect()
    assert goes() is not None
    collector.let_go(501)
    collector.let_go(501)
    assert gc.get_freeze_count() == 0
    gc.collect(1)
    assert gc.get_freeze_count() == 0, "only a full collection has looked at everything"
    gc.collect()
    assert goes() is None
    assert gc.get_freeze_count() > 0
    assert kept.itself is kept


def test_what_was_never_large_changes_nothing() -> None:
    collector.keep_large(500)
    assert gc.get_freeze_count() == 0
    collector.keep_program()
    collector.let_go(500)
    assert gc.get_freeze_count() > 0

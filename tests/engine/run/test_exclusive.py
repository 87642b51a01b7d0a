"""One engine to a database, and what is told where it cannot be held."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.run.answers import Refused
from engine.run.exclusive import SUFFIX, Exclusive


def test_a_second_engine_is_refused_until_the_first_lets_go(tmp_path: Path) -> None:
    first = Exclusive(tmp_path / "engine.db")
    with pytest.raises(Refused, match="Another engine already runs"):
        Exclusive(tmp_path / "engine.db")
    first.release()
    Exclusive(tmp_path / "engine.db").release()


def test_a_lock_that_cannot_be_written_is_not_taken_for_another_engine(tmp_path: Path) -> None:
    (tmp_path / f"engine.db{SUFFIX}").mkdir()
    with pytest.raises(Refused, match="The database cannot do this now: unable to open"):
        Exclusive(tmp_path / "engine.db")

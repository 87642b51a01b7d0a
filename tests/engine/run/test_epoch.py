"""A database that was restored or copied starts held; any other does not."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from engine.run.answers import IncomingEvent, Refused
from engine.run.clock import VirtualClock
from engine.run.engine import Engine
from engine.run.epoch import FOLDER, LIFE, Epoch
from engine.run.settings import EngineSettings
from engine.shapes.time import to_milliseconds as ms
from engine.store.database import Database
from tests.engine.run.drafting import DAY, EVERYBODY, HOUR, MINUTE, NOW, SMS, WAIT, ZONE, bundle, database

NODES = {
    "n_who": ("target_audience", EVERYBODY),
    "n_sms": ("text_sms", SMS),
    "n_wait": ("wait_until", WAIT),
    "n_again": ("text_sms", SMS),
    "n_end": ("end", {}),
}
LINKS = ["n_who out n_sms", "n_sms out n_wait", "n_wait out n_again", "n_again out n_end"]


@contextmanager
def started(path: Path, home: Path, moment: int = ms(NOW)) -> Iterator[Engine]:
    """The engine of a user whose data folder is `home`."""
    with Database.open(path) as store:
        engine = Engine(store, EngineSettings(ZONE), VirtualClock(moment), Epoch(store, home))
        try:
            yield engine
        finally:
            engine.close()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def path(tmp_path: Path, home: Path) -> Path:
    """A database with a campaign that has sent its first message, and waits to send the second."""
    made = database(tmp_path)
    with started(made, home) as engine:
        engine.publish(bundle(NODES, LINKS))
        engine.run_until_idle(ms(NOW) + MINUTE)
    return made


def test_a_file_that_was_emptied_is_not_taken_for_a_new_one(path: Path, home: Path) -> None:
    path.write_bytes(b"")
    for _ in range(2):
        with started(path, home) as engine:
            assert engine.status().held is not None
            with pytest.raises(Refused):
                engine.publish(bundle(NODES, LINKS))
    with started(path, home) as engine:
        engine.release()
    with started(path, home) as engine:
        assert engine.status().held is None


def test_a_file_that_was_made_and_never_used_is_a_new_one(tmp_path: Path, path: Path, home: Path) -> None:
    other = tmp_path / "other.db"
    other.touch()
    with started(other, home) as engine:
        assert engine.status().held is None


def reason(engine: Engine) -> str:
    held = engine.status().held
    return "" if held is None else str(held)


def test_a_new_database_is_not_held_and_neither_is_the_next_start(path: Path, home: Path) -> None:
    for _ in range(2):
        with started(path, home, ms(NOW) + MINUTE) as engine:
            assert engine.status().held is None
            assert engine.held() is None


def test_a_moved_folder_is_not_held(path: Path, home: Path) -> None:
    moved = path.parent / "elsewhere" / "engine.db"
    moved.parent.mkdir()
    path.rename(moved)
    with started(moved, home, ms(NOW) + MINUTE) as engine:
        assert engine.status().held is None


def test_a_copy_is_held_and_the_original_is_not(path: Path, home: Path) -> None:
    copy = path.with_name("copy.db")
    shutil.copyfile(path, copy)
    with started(copy, home) as engine:
        assert str(path) in reason(engine)
    with started(path, home) as engine:
        assert reason(engine) == ""


def test_an_earlier_state_in_the_same_file_is_held(path: Path, home: Path) -> None:
    earlier = path.read_bytes()
    with started(path, home, ms(NOW) + MINUTE) as engine:
        engine.run_until_idle(ms(NOW) + DAY)
    inode = path.stat().st_ino
    path.write_bytes(earlier)
    assert path.stat().st_ino == inode
    with started(path, home, ms(NOW) + DAY) as engine:
        assert reason(engine) == "An earlier state of the database was put back."


def test_a_backup_put_in_the_place_of_the_file_is_held(path: Path, home: Path) -> None:
    backup = path.with_name("backup.db")
    shutil.copyfile(path, backup)
    backup.replace(path)
    with started(path, home) as engine:
        assert "was replaced" in reason(engine)


def test_a_clock_that_was_set_back_while_the_engine_was_off_holds_it_until_it_is_right(
    path: Path, home: Path
) -> None:
    with started(path, home, ms(NOW) + 3 * HOUR):
        pass
    with started(path, home, ms(NOW) + HOUR) as engine:
        assert "clock is earlier" in reason(engine)
        engine.run_until_idle(ms(NOW) + DAY)
        assert "clock is earlier" in reason(engine)
        clock = engine._clock
        assert isinstance(clock, VirtualClock)
        clock.set(ms(NOW) + 3 * HOUR)
        engine.step()
        assert reason(engine) == ""
    with started(path, home, ms(NOW) + 3 * HOUR - MINUTE // 2) as engine:
        assert reason(engine) == ""


def test_whoever_knows_that_the_earlier_clock_is_right_releases_the_engine(path: Path, home: Path) -> None:
    with started(path, home, ms(NOW) + HOUR):
        pass
    for held in (True, False):
        with started(path, home, ms(NOW)) as engine:
            assert bool(reason(engine)) is held
            engine.release()


def test_a_database_of_another_computer_is_held(path: Path, tmp_path: Path) -> None:
    with started(path, tmp_path / "another home") as engine:
        assert "has not worked on this database before" in reason(engine)


def test_a_held_engine_sends_nothing_lets_nobody_in_and_keeps_events(path: Path, tmp_path: Path) -> None:
    with started(path, tmp_path / "another home", ms(NOW) + DAY) as engine:
        engine.run_until_idle(ms(NOW) + 2 * DAY)
        assert engine.step() is False
        assert engine.counts("c_1").messages == {"n_sms": {"sent": 3}}
        with pytest.raises(Refused, match="held"):
            engine.publish(bundle(NODES, LINKS, id="c_2"))
        engine.stop("c_1")
        with pytest.raises(Refused, match="held"):
            engine.restart("c_1")
        assert engine.post_events([IncomingEvent("e1", "p1", "order", ms(NOW) + DAY)]).accepted == 1


def test_what_may_have_been_sent_is_told_and_the_release_goes_on(path: Path, tmp_path: Path) -> None:
    with started(path, tmp_path / "another home", ms(NOW) + HOUR) as engine:
        state = engine.held()
        assert state is not None
        assert state.as_of == ms(NOW) + MINUTE
        (campaign,) = state.campaigns
        assert (campaign.campaign, campaign.last, campaign.people_due) == ("c_1", ms(NOW), 3)
        assert (campaign.messages_due, campaign.messages_doubtful) == (0, 0)
        engine.release()
        assert engine.held() is None
        engine.run_until_idle(ms(NOW) + 2 * HOUR)
        assert engine.counts("c_1").messages == {"n_sms": {"sent": 3}, "n_again": {"sent": 3}}
        assert engine.check() == []


def test_after_its_release_a_copy_is_a_database_of_its_own(path: Path, home: Path) -> None:
    copy = path.with_name("copy.db")
    shutil.copyfile(path, copy)
    with started(copy, home) as engine:
        engine.release()
    for file in (copy, path):
        with started(file, home) as engine:
            assert engine.status().held is None
    assert len(list((home / FOLDER).iterdir())) == 2


def test_after_its_release_a_restored_database_leaves_no_second_note(path: Path, home: Path) -> None:
    backup = path.with_name("backup.db")
    shutil.copyfile(path, backup)
    backup.replace(path)
    with started(path, home) as engine:
        engine.release()
    with started(path, home) as engine:
        assert engine.status().held is None
    assert len(list((home / FOLDER).iterdir())) == 1


def value(path: Path) -> str:
    with Database.open(path) as store, store.read() as connection:
        return str(connection.execute(text("SELECT value FROM epoch")).scalar_one())


def test_the_epoch_is_renewed_while_the_engine_works(path: Path, home: Path) -> None:
    with started(path, home, ms(NOW) + MINUTE) as engine:
        before = value_inside(engine)
        engine.post_events([IncomingEvent("e1", "p1", "order", ms(NOW))])
        engine.step()
        assert value_inside(engine) == before  # too soon
        engine._clock.set(ms(NOW) + MINUTE + LIFE)  # type: ignore[attr-defined]
        engine.step()
        assert value_inside(engine) != before


def value_inside(engine: Engine) -> str:
    with engine._database.read() as connection:
        return str(connection.execute(text("SELECT value FROM epoch")).scalar_one())


@pytest.mark.parametrize("committed", [False, True])
def test_a_crash_in_the_midst_of_a_renewal_is_no_restore(path: Path, home: Path, committed: bool) -> None:
    (note,) = (home / FOLDER).iterdir()
    content = json.loads(note.read_text())
    new = value(path) if committed else "not written any more"
    old = "the one before" if committed else value(path)
    note.write_text(json.dumps({**content, "values": [old, new]}))
    with started(path, home) as engine:
        assert engine.status().held is None


def test_where_nothing_can_be_noted_down_the_engine_runs_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file where the folder should be")
    path = database(tmp_path)
    for _ in range(2):
        with started(path, tmp_path / "home") as engine:
            assert engine.status().held is None
            assert "is not recognised" in str(engine.status().notice)


def test_what_could_not_be_noted_down_is_noted_once_that_is_possible(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.write_text("a file where the folder should be")
    with started(database(tmp_path), home) as engine:
        engine.post_events([IncomingEvent("e1", "p1", "order", ms(NOW))])
        engine._clock.set(ms(NOW) + LIFE)  # type: ignore[attr-defined]
        engine.step()
        following = engine._worker.following()
        assert following is None or following > ms(NOW) + LIFE  # or it would look for it all the time
        home.unlink()
        engine.post_events([IncomingEvent("e2", "p1", "order", ms(NOW))])
        engine._clock.set(ms(NOW) + 2 * LIFE)  # type: ignore[attr-defined]
        engine.step()
        assert engine.status().notice is None
        assert len(list((home / FOLDER).iterdir())) == 1

"""The journal of unsaved work: what is written can be read, whatever became of the file's end."""

from __future__ import annotations

import json
import os
import random
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.campaign import campaign_file, edits
from engine.campaign.edits import Edit
from engine.campaign.model import Point
from engine.campaign.ops import inverse
from engine.files import FileError
from engine.steps import finished
from engine.workspace import journal as journals
from engine.workspace import recovery
from engine.workspace.journal import Input, Journal, line
from tests.engine.campaign.building import chain, empty_campaign
from tests.engine.campaign.random_edits import random_edit


class Kept:
    """A campaign whose every change goes to a journal."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.document = empty_campaign()
        self.journal = Journal(folder, "c_test", folder / "campaigns" / "test.campaign.json", "0" * 64)
        self.document.subscribe(self.journal.record)

    def flush(self) -> None:
        part = self.journal.collect(self.document)
        if part is not None:
            self.journal.write(finished(self.journal.encoded(part)))

    def bytes(self) -> bytes:
        return campaign_file.dump(self.document)


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    found = Kept(tmp_path)
    yield found
    found.journal.remove()


def read(journal: Journal) -> bytes:
    return campaign_file.dump(recovery.read(journal.path).document)


def test_nothing_is_written_before_the_first_flush(kept: Kept) -> None:
    chain(kept.document, "target_audience")
    assert not (kept.folder / journals.FOLDER_NAME).exists()
    kept.flush()
    assert read(kept.journal) == kept.bytes()
    found = recovery.read(kept.journal.path)
    assert (found.file, found.base, found.cut) == ("test.campaign.json", "0" * 64, False)


def test_a_flush_without_news_writes_nothing(kept: Kept) -> None:
    kept.flush()
    assert kept.journal.collect(kept.document) is None


def test_only_the_owner_can_read_it(kept: Kept) -> None:
    kept.flush()
    assert kept.journal.path.stat().st_mode & 0o777 == 0o600


@settings(max_examples=60)
@given(seed=st.integers(0, 2**32), steps=st.integers(1, 40), cut=st.floats(0, 1))
def test_every_flush_can_be_read_wherever_the_file_ends(
    tmp_path_factory: pytest.TempPathFactory, seed: int, steps: int, cut: float
) -> None:
    """Edits, undo and redo in any order; what is read is the state of the last flush that is whole."""
    kept = Kept(tmp_path_factory.mktemp("journal"))
    choose = random.Random(seed)
    done: list[Edit] = []
    undone: list[Edit] = []
    states: list[tuple[int, bytes]] = []
    for _ in range(steps):
        step = choose.randrange(6)
        if step == 0 and done:
            undone.append(done.pop())
            kept.document.apply(inverse(undone[-1].ops))
        elif step == 1 and undone:
            done.append(undone.pop())
            kept.document.apply(done[-1].ops)
        elif (edit := random_edit(kept.document, choose)) is not None:
            kept.document.apply(edit.ops)
            done.append(edit)
            undone.clear()
        if choose.randrange(3) == 0:
            kept.flush()
            states.append((kept.journal.path.stat().st_size, kept.bytes()))
    kept.flush()
    states.append((kept.journal.path.stat().st_size, kept.bytes()))
    assert read(kept.journal) == kept.bytes()
    data = kept.journal.path.read_bytes()
    end = states[0][0] + int(cut * (len(data) - states[0][0]))
    kept.journal.path.write_bytes(data[:end])
    expected = [state for size, state in states if size <= end][-1]
    assert read(kept.journal) == expected
    kept.journal.remove()


def test_a_long_journal_becomes_short_again(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journals, "COMPACT_BYTES", 2000)
    (node,) = chain(kept.document, "target_audience")
    sizes = []
    for x in range(200):
        kept.document.apply(edits.move(kept.document, {node: Point(x, 7)}).ops)
        kept.flush()
        sizes.append(kept.journal.path.stat().st_size)
    assert max(sizes) < 6000
    assert read(kept.journal) == kept.bytes()


def test_input_that_was_not_confirmed_is_kept_with_the_campaign(kept: Kept) -> None:
    node, other = chain(kept.document, "target_audience", "tag")
    kept.journal.record_inputs({node: Input("Bought", "", {"mode": "now"}), other: Input("T", "m", {})})
    kept.flush()
    kept.journal.record_inputs({node: Input("Bought twice", "", {"mode": "now"})})
    kept.flush()
    assert recovery.read(kept.journal.path).inputs == {node: Input("Bought twice", "", {"mode": "now"})}


@pytest.mark.parametrize(
    "hostile",
    [
        {"name": "x", "memo": "", "config": {"no_such_field": 1}},
        {"name": "x", "memo": "", "config": {"audiences": "not a list"}},
        {"name": 7, "memo": "", "config": {}},
        {"name": "x", "config": {}},
        {"name": "\udc00", "memo": "", "config": {}},
        "text",
    ],
)
def test_input_that_no_panel_could_show_is_dropped_and_named(kept: Kept, hostile: Any) -> None:
    (node,) = chain(kept.document, "target_audience")
    kept.flush()
    with kept.journal.path.open("ab") as file:
        file.write(line({"inputs": {node: hostile, "n_gone": hostile}}))
    found = recovery.read(kept.journal.path)
    assert not found.inputs
    assert found.lost_inputs == (node,)


def test_who_edits_holds_it_and_a_crash_lets_go(kept: Kept) -> None:
    kept.flush()
    assert recovery.left_behind(kept.folder) == []
    assert kept.journal._hold is not None
    kept.journal._hold.release()  # as the end of the process does
    (left,) = recovery.left_behind(kept.folder)
    assert recovery.left_behind(kept.folder) == [], "another process offers it too"
    left.release()
    (left,) = recovery.left_behind(kept.folder)
    left.remove()
    assert not (kept.folder / journals.FOLDER_NAME).exists()


def test_removing_leaves_nothing_behind(kept: Kept) -> None:
    kept.flush()
    kept.journal.remove()
    assert not (kept.folder / journals.FOLDER_NAME).exists()


def test_a_lock_without_its_journal_is_cleared_away(kept: Kept) -> None:
    folder = kept.folder / journals.FOLDER_NAME
    folder.mkdir()
    (folder / "c_x-abc.lock").touch()
    assert recovery.left_behind(kept.folder) == []
    assert list(folder.iterdir()) == []


def test_removing_does_not_wait_for_a_write(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    reached, go_on = threading.Event(), threading.Event()
    real = os.fsync

    def slow(handle: int) -> None:
        reached.set()
        go_on.wait(20)
        real(handle)

    monkeypatch.setattr(os, "fsync", slow)
    part = kept.journal.collect(kept.document)
    assert part is not None
    writer = threading.Thread(target=kept.journal.write, args=(finished(kept.journal.encoded(part)),))
    writer.start()
    reached.wait(20)
    kept.journal.remove()
    go_on.set()
    writer.join()
    assert not (kept.folder / journals.FOLDER_NAME).exists()


@pytest.mark.parametrize("whole", [True, False])
def test_a_full_disk_is_told_and_made_up_for(
    kept: Kept, monkeypatch: pytest.MonkeyPatch, whole: bool
) -> None:
    kept.flush()
    before = kept.bytes()
    chain(kept.document, "target_audience")
    if whole:
        kept.journal._whole = True

    def full(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(FileError, match="No space left"):
        kept.flush()
    assert read(kept.journal) in (before, kept.bytes())
    monkeypatch.undo()
    kept.flush()
    assert read(kept.journal) == kept.bytes()


def test_a_folder_that_somebody_deleted_is_made_again(kept: Kept) -> None:
    kept.flush()
    kept.journal.path.unlink()
    chain(kept.document, "target_audience")
    with pytest.raises(FileError):
        kept.flush()
    kept.flush()
    assert read(kept.journal) == kept.bytes()


HEADER = {"format": "journal", "version": 1, "campaign": "c_test", "file": None, "base": None}
CAMPAIGN = {"campaign": campaign_file.content(empty_campaign())}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "no journal"),
        (b"\0" * 5000, "no journal"),
        (random.Random(1).randbytes(5000), "no journal"),
        (b"00000000 {}\n", "no journal"),
        (line({**HEADER, "version": 2}), "newer version"),
        (line({**HEADER, "version": "1"}), None),
        (line({**HEADER, "more": 1}), "not known"),
        (line({**HEADER, "file": "../../x.campaign.json"}) + line(CAMPAIGN), "no journal"),
        (line({**HEADER, "file": "passwd"}) + line(CAMPAIGN), "no journal"),
        (line(HEADER), "no journal"),
        (line(HEADER) + line({"campaign": []}), "no journal"),
        (line(HEADER) + line({"campaign": {"format": "campaign"}}), "version"),
        (line(HEADER) + line(CAMPAIGN)[:-1], "no journal"),
        (line({"campaign": "c_test"}), "no journal"),
        (line(HEADER) + line(CAMPAIGN) + line({"nodes": {"n_1": {"kind": "no_such"}}}), None),
        (line(HEADER) + line(CAMPAIGN) + line({"nodes": {"n_1": float("nan")}}), None),
        (line(HEADER) + b"%08x " % 0 + b"[" * 100_000 + b"\n", "no journal"),
    ],
    ids=range(17),
)
def test_what_is_no_journal_is_refused_in_words(tmp_path: Path, data: bytes, said: str | None) -> None:
    path = tmp_path / "a.journal"
    path.write_bytes(data)
    with pytest.raises(FileError, match=said):
        recovery.read(path)


def test_a_huge_one_is_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recovery, "MAX_BYTES", 100)
    (tmp_path / "a.journal").write_bytes(b"x" * 101)
    with pytest.raises(FileError, match="too long"):
        recovery.read(tmp_path / "a.journal")


@pytest.mark.parametrize(
    "damage",
    [b"garbage\n", line({"nodes": []}), line({"unknown": {}}), line({"links": {}})[:-3], b"00000000 {}\n"],
)
def test_damage_ends_what_can_be_read(kept: Kept, damage: bytes) -> None:
    chain(kept.document, "target_audience")
    kept.flush()
    with kept.journal.path.open("ab") as file:
        file.write(damage + line({"attributes": {"name": "Not reached"}}))
    found = recovery.read(kept.journal.path)
    assert found.cut
    assert campaign_file.dump(found.document) == kept.bytes()


def test_lines_are_plain_json_behind_a_checksum(kept: Kept) -> None:
    chain(kept.document, "target_audience")
    kept.flush()
    first, second = kept.journal.path.read_text().splitlines()
    assert json.loads(first[9:])["format"] == "journal"
    assert json.loads(second[9:])["campaign"]["name"] == "Test"

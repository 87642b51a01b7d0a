"""A process that edits and saves a campaign and is killed on the way, and another that starts it.

`Nursery` keeps a process that has everything imported and forks a new one for each life. A life tells what it
did, a line each, through a pipe: what was written there outlives it.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import resource
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, Self

from PySide6.QtCore import QCoreApplication

import dev
from app import tasks
from app.editor import keeping, session
from app.editor.session import EditorSession
from engine.campaign import campaign_file
from engine.campaign.document import CampaignDocument
from engine.files import FileError
from engine.workspace import journal
from engine.workspace.workspace import Workspace
from tests.engine.campaign.random_edits import random_edit

MOST_STEPS = 3000
POINTS = ("fsync", "line", "replace", "unlink")
"""Where a life can die by itself: before or after the call; in the middle of a journal's line."""
COMPACT_BYTES = 1000
"""Journals are made short often, so that lives die of that, too."""


@dataclass(frozen=True)
class Life:
    """What one process does, and when it dies: at the `nth` call of `point`, `before` or after it; without a
    point, from outside, when it has told `nth` lines, wherever it is by then. saves: of so many steps one
    saves (0: none). full: the disk is full after some steps.
    """

    workspace: str
    path: str
    seed: int
    saves: int
    nth: int
    point: str = ""
    before: bool = True
    full: bool = False


@dataclass(frozen=True)
class Told:
    """What a life told: `states` (digest of the document after each step), `kept` and `saved` (the last steps
    whose outcome is on the disk), `saving` (the step whose save had begun), `words` (what else it said)."""

    states: list[str]
    kept: int
    saved: int
    saving: int
    words: list[str]


class Editing:
    """An `EditorSession` at work, as the editor uses it, without a window."""

    def __init__(self, life: Life, tell: Callable[..., None]) -> None:
        path = Path(life.path)
        self.life, self.tell = life, tell
        self.choose = random.Random(life.seed)
        self.session = EditorSession(Workspace.open(Path(life.workspace)), campaign_file.load(path), path)
        self.steps = self.collected = 0
        self._collect = journal.Journal.collect
        journal.Journal.collect = self.collect  # type: ignore[method-assign,assignment]
        self.session.keeper.kept.connect(lambda: self.tell(kept=self.collected))
        self.tell(state=state(self.session.document))

    def collect(self, document: CampaignDocument) -> journal.Part | None:
        """Remember which step is the last one that the next write holds."""
        kept = self.session.keeper._journal
        assert kept is not None
        part = self._collect(kept, document)
        if part is not None:
            self.collected = self.steps
        return part

    def step(self) -> None:
        """One edit, undo or redo, and now and then a save."""
        session, stack = self.session, self.session.undo_stack
        turn = self.choose.randrange(8)
        if turn == 0 and stack.canUndo():
            stack.undo()
        elif turn == 1 and stack.canRedo():
            stack.redo()
        elif (edit := random_edit(session.document, self.choose)) is not None and (
            len(session.document.nodes) < 40 or len(edit.ops) == 1
        ):
            session.push(edit)
        self.steps += 1
        self.tell(state=state(session.document))
        if self.life.saves and not session.saving and self.choose.randrange(self.life.saves) == 0:
            self.tell(saving=self.steps)
            session.save(partial(self.tell, saved=self.steps))


def live(life: Life, tell: Callable[..., None]) -> None:
    """Edit until the process dies."""
    keeping.FLUSH_MS = 0
    if life.seed % 3 == 0:
        session.LARGE = 0  # as if the campaign were large: it is saved in the background
    journal.COMPACT_BYTES = COMPACT_BYTES
    application = QCoreApplication([])
    editing = Editing(life, tell)
    if life.point:
        _lay_trap(life)
    for _ in range(MOST_STEPS):
        editing.step()
        application.processEvents()
    tell(word="alive")


def live_on_a_full_disk(life: Life, tell: Callable[..., None]) -> None:
    """Edit while nothing more can be written, and after that."""
    keeping.FLUSH_MS = keeping.RETRY_MS = 0
    application = QCoreApplication([])
    editing = Editing(life, tell)

    def flush() -> None:
        editing.session.keeper.flush()
        while tasks.running():
            application.processEvents()

    for _ in range(20):
        editing.step()
    flush()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64, limits[1]))
    for _ in range(5):
        editing.step()
        flush()
    tell(word=f"trouble: {editing.session.keeper.trouble}")
    try:
        editing.session.save()
    except FileError as error:
        tell(word=f"refused: {error}")
    resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    editing.step()
    flush()
    tell(word=f"trouble: {editing.session.keeper.trouble}")
    _die()


def state(document: CampaignDocument) -> str:
    return campaign_file.digest(campaign_file.dump(document))


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _lay_trap(life: Life) -> None:
    """Die at the call that the life names."""
    calls = itertools.count(1)  # of any thread

    def trapped(call: Callable[..., Any], *, half: bool = False) -> Callable[..., Any]:
        def wrapped(*args: Any, **named: Any) -> Any:
            last = next(calls) == life.nth
            if last and life.before and not half:
                _die()
            result = call(*args, **named)
            if last and half:
                _write_half(Path(life.workspace), result)
            if last:
                _die()
            return result

        return wrapped

    match life.point:
        case "fsync":
            os.fsync = trapped(os.fsync)
        case "replace":
            Path.replace = trapped(Path.replace)  # type: ignore[method-assign]
        case "unlink":
            Path.unlink = trapped(Path.unlink)  # type: ignore[method-assign]
        case "line":
            journal.line = trapped(journal.line, half=True)


def _write_half(workspace: Path, data: bytes) -> None:
    for path in (workspace / journal.FOLDER_NAME).glob("*" + journal.SUFFIX):
        with path.open("ab") as file:
            file.write(data[: len(data) // 2])


class Nursery:
    """Starts lives, one after the other, and sees to it that they die."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.app.editor.killing"]
        self._process = subprocess.Popen(
            command, cwd=dev.ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def live(self, life: Life) -> Told:
        """What a life told before it was killed. Fails where it ended otherwise."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps(asdict(life)), file=self._process.stdin, flush=True)
        answer = json.loads(self._process.stdout.readline())
        assert answer["killed"], answer["lines"][-1:]
        return _told(answer["lines"])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()


def _told(lines: list[dict[str, Any]]) -> Told:
    def last(name: str) -> int:
        return max((line[name] for line in lines if name in line), default=0)

    states = [line["state"] for line in lines if "state" in line]
    words = [line["word"] for line in lines if "word" in line]
    return Told(states, last("kept"), last("saved"), last("saving"), words)


def _fork(life: Life) -> dict[str, Any]:
    said, says = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(said)

        def tell(**what: object) -> None:
            os.write(says, json.dumps(what).encode() + b"\n")

        try:
            (live_on_a_full_disk if life.full else live)(life, tell)
        except BaseException:  # noqa: BLE001 - whatever it is, the parent is told
            tell(word=traceback.format_exc()[-3000:])
        os._exit(0)
    os.close(says)
    lines = []
    for line in _lines(said):
        lines.append(json.loads(line))
        if not life.point and not life.full and len(lines) == life.nth:
            os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return {"killed": os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL, "lines": lines}


def _lines(pipe: int) -> Iterator[str]:
    with os.fdopen(pipe) as told:
        yield from told


def main() -> None:
    for line in sys.stdin:
        print(json.dumps(_fork(Life(**json.loads(line)))), flush=True)


if __name__ == "__main__":
    main()

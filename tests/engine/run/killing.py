"""A process that carries the script of `scenario` on and is killed on the way, and another that starts it.

`Nursery` keeps a process that has everything imported and forks a new one for each life: that costs a
hundredth of a second, importing costs a whole one.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import traceback
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

import dev
from engine.audience import updates
from engine.run import retention, running
from engine.shapes.time import Duration
from engine.shapes.time import to_milliseconds as ms
from engine.store.imports import session
from engine.workspace.settings import Retention
from tests.databases import Target
from tests.engine.run.drafting import DAY, NOW
from tests.engine.run.interference import transactions_told, watched
from tests.engine.run.scenario import DAYS, Action, Shop, script

KILLED, DONE = "killed", "done"
SHORT = Retention(**dict.fromkeys(("visits", "messages", "events"), Duration(amount=1, unit="day")))
LONG_AFTER = 60 * DAY


@dataclass(frozen=True)
class Kill:
    """When a process dies: at the `nth` transaction of a name, `before` or `after` its commit; or (`call`)
    before the `nth` call of the database's driver.
    """

    point: str
    when: str
    nth: int = 1


@dataclass(frozen=True)
class Life:
    """What one process does: the script from the action on that `journal` names, or the round of retention,
    or (without `script`) what is due within a day.

    sizes: people of a wave, rows of a chunk. late: it begins when the next action is due, so that everything
    before it is overdue.
    """

    target: str
    folder: str
    sizes: tuple[int, int]
    late: bool = False
    retention: bool = False
    script: bool = True

    @property
    def journal(self) -> Path:
        return Path(self.folder) / "journal"


def live(life: Life) -> None:
    """Carry the script on, noting each action that is done."""
    wave, chunk = life.sizes
    running.WAVE = wave  # type: ignore[attr-defined]
    updates._CHUNK = session.CHUNK = retention.CHUNK = chunk
    target: Target = life.target if "://" in life.target else Path(life.target)
    if life.retention:
        end = ms(NOW) + DAYS * DAY + LONG_AFTER
        shop = Shop(target, end, SHORT)
        shop.engine.run_until_idle(end)
        shop.close()
        return
    if not life.script:
        shop = Shop(target, ms(NOW))
        shop.engine.run_until_idle(ms(NOW) + DAY)
        shop.close()
        return
    actions = script(Path(life.folder) / "data")
    done = int(life.journal.read_text()) if life.journal.exists() else 0
    shop = Shop(target, _wakes_at(actions, done, late=life.late))
    for number, action in enumerate(actions[done:], start=done + 1):
        shop.carry_out(action)
        life.journal.write_text(str(number))
    shop.engine.run_until_idle(shop.clock.now())
    shop.close()


def _wakes_at(actions: list[Action], done: int, *, late: bool) -> int:
    return actions[min(done, len(actions) - 1)].at if late else actions[max(0, done - 1)].at


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def live_until(life: Life, kill: Kill | None) -> None:
    """Carry the script on until the process dies."""
    left = 0 if kill is None else kill.nth

    def count(counts: bool) -> None:
        nonlocal left
        left -= counts
        if counts and left == 0:
            _die()

    with ExitStack() as stack:
        if kill is not None and kill.when == "call":
            stack.enter_context(watched(lambda _connection, what: count(what != "committed")))
        elif kill is not None:
            stack.enter_context(transactions_told(lambda *what: count(what == (kill.point, kill.when))))
        live(life)


class Nursery:
    """Starts lives, one after the other."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.engine.run.killing"]
        self._process = subprocess.Popen(
            command, cwd=dev.ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def live(self, life: Life, kill: Kill | None = None) -> str:
        """How a life ended: `killed` or `done`; otherwise what went wrong."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        asked = {"life": asdict(life), "kill": None if kill is None else asdict(kill)}
        print(json.dumps(asked), file=self._process.stdin, flush=True)
        answer: str = json.loads(self._process.stdout.readline())
        return answer

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()


def _fork(asked: dict[str, Any]) -> str:
    said, says = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(said)
        with os.fdopen(says, "w") as out:
            try:
                life = asked["life"]
                kill = asked["kill"]
                live_until(
                    Life(**{**life, "sizes": tuple(life["sizes"])}), None if kill is None else Kill(**kill)
                )
            except BaseException:  # noqa: BLE001 - whatever it is, the parent is told
                out.write(traceback.format_exc())
        os._exit(0)
    os.close(says)
    with os.fdopen(said) as told:
        wrong = told.read()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        return KILLED
    return wrong or DONE


def main() -> None:
    for line in sys.stdin:
        print(json.dumps(_fork(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()

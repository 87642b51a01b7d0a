"""A process that carries the script of `scenario` on and is killed on the way."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from engine.audience import updates
from engine.run import retention
from engine.run.waves import WaveRunner
from engine.shapes.time import Duration
from engine.shapes.time import to_milliseconds as ms
from engine.store.imports import session
from engine.workspace.settings import Retention
from tests.databases import Target
from tests.engine import nursery
from tests.engine.nursery import DONE, KILLED
from tests.engine.run.drafting import DAY, NOW
from tests.engine.run.interference import transactions_told, watched
from tests.engine.run.scenario import DAYS, Action, Shop, script

__all__ = ["DONE", "KILLED", "Kill", "Life", "Nursery"]

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
    WaveRunner.MOST = wave
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


def live_until(life: Life, kill: Kill | None) -> None:
    """Carry the script on until the process dies."""
    left = 0 if kill is None else kill.nth

    def count(counts: bool) -> None:
        nonlocal left
        left -= counts
        if counts and left == 0:
            nursery.die()

    with ExitStack() as stack:
        if kill is not None and kill.when == "call":
            stack.enter_context(watched(lambda _connection, what: count(what != "committed")))
        elif kill is not None:
            stack.enter_context(transactions_told(lambda *what: count(what == (kill.point, kill.when))))
        live(life)


class Nursery(nursery.Nursery):
    """Starts lives, one after the other."""

    def __init__(self) -> None:
        super().__init__("tests.engine.run.killing")

    def live(self, life: Life, kill: Kill | None = None) -> str:
        """How a life ended: `killed` or `done`; otherwise what went wrong."""
        return self.ask({"life": asdict(life), "kill": None if kill is None else asdict(kill)})


def _live(asked: dict[str, Any]) -> None:
    life, kill = asked["life"], asked["kill"]
    live_until(Life(**{**life, "sizes": tuple(life["sizes"])}), None if kill is None else Kill(**kill))


if __name__ == "__main__":
    nursery.serve(_live)

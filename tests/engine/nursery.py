"""A process that has everything imported and forks a new one for each life: that costs a hundredth of a
second, importing costs a whole one."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable
from typing import Any, Self

import dev

KILLED, DONE = "killed", "done"


class Nursery:
    """Starts lives, one after the other. module: calls `serve` when it is run."""

    def __init__(self, module: str) -> None:
        command = [sys.executable, "-m", module]
        self._process = subprocess.Popen(
            command, cwd=dev.ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def ask(self, asked: dict[str, Any]) -> str:
        """How a life ended: `killed` or `done`; otherwise what went wrong."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps(asked), file=self._process.stdin, flush=True)
        answer: str = json.loads(self._process.stdout.readline())
        return answer

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()


def die() -> None:
    """End this process as nothing else can."""
    os.kill(os.getpid(), signal.SIGKILL)


def serve(live: Callable[[dict[str, Any]], None]) -> None:
    """Let a process of its own live for each that is asked."""
    for line in sys.stdin:
        print(json.dumps(_fork(live, json.loads(line))), flush=True)


def _fork(live: Callable[[dict[str, Any]], None], asked: dict[str, Any]) -> str:
    said, says = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(said)
        os.dup2(2, 1)  # what a life prints is no answer
        with os.fdopen(says, "w") as out:
            try:
                live(asked)
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

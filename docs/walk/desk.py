"""A desk: one designer with a display, a home and a person of its own, who is told what to do from elsewhere.

As a program it is the desk: each line of its input names a step and what it needs, in JSON, and each answer
begins with `done` or says what came of it. `Desk` is the other end.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import dev

if TYPE_CHECKING:
    from docs.walk.person import Person

DONE = "done"
QUIT_S = 120.0


class Desk:
    """Somebody who works in a process of their own. Raises `RuntimeError` where a step does not succeed."""

    def __init__(
        self, name: str, home: Path, language: str, out: Path, wanted: Collection[str] | None
    ) -> None:
        """It is ready once `end` has returned."""
        self.name = name
        order = [str(home), language, str(out), json.dumps(None if wanted is None else sorted(wanted))]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "docs.walk.desk", *order],
            cwd=dev.ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def begin(self, step: str, **needs: Any) -> None:
        """Let a step be taken, and do not wait for it."""
        assert self._process.stdin is not None
        print(json.dumps([step, needs]), file=self._process.stdin, flush=True)

    def end(self) -> None:
        """Wait until it has been taken."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.strip() == DONE:
                return
            print(f"{self.name}: {line}", end="", flush=True)
        raise RuntimeError(f"{self.name} did not come through")

    def do(self, step: str, **needs: Any) -> None:
        self.begin(step, **needs)
        self.end()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        """Let the person close the window; whoever does not is ended."""
        try:
            said, _ = self._process.communicate(timeout=QUIT_S)
            print("".join(f"{self.name}: {line}\n" for line in said.splitlines()), end="", flush=True)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()


def main(arguments: Sequence[str]) -> int:
    """Be a desk until the input ends; the exit status."""
    from docs.walk.frame import THEMES, seat, sit

    home, language, out, wanted = arguments

    def steps(person: Person) -> None:
        from docs.walk.steps import start
        from docs.walk.two_designers import Colleague

        start(person, language, THEMES[language])
        colleague = Colleague(person, language)
        print(DONE, flush=True)
        for line in sys.stdin:
            step, needs = json.loads(line)
            getattr(colleague, step)(**needs)
            print(DONE, flush=True)
        colleague.quit()

    with seat(Path(home)):
        return sit(steps, language, Path(out), json.loads(wanted))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

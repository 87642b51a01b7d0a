"""The bundled engine as a process of its own, which can outlive the designer."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from engine.client import EngineClient, EngineUnreachable
from engine.client import bundled as find
from engine.i18n import N_, Message
from engine.workspace.engine_folder import engine_folder

LOG, EARLIER_LOG = "engine.log", "engine.log.1"
START_TIMEOUT_S = 30.0
POLL_S = 0.05
_LOG_TAIL = 2000

Launch = Callable[[Path], "subprocess.Popen[bytes]"]


def command(workspace: Path) -> list[str]:
    """The command that runs the engine for a workspace, from a checkout or from a packed program."""
    packed = bool(getattr(sys, "frozen", False))
    program = [sys.executable] if packed else [sys.executable, str(Path(__file__).parents[2] / "main.py")]
    return [*program, "engine", "run", "--workspace", str(workspace)]


def launch(workspace: Path) -> subprocess.Popen[bytes]:
    """Start the engine apart from the designer. Its output goes to a log file of the workspace; that of the
    engine before is kept beside it."""
    folder = engine_folder(workspace)
    folder.mkdir(exist_ok=True)
    with suppress(OSError):  # there is none, or it cannot be moved: what matters is that the engine starts
        (folder / LOG).replace(folder / EARLIER_LOG)
    with (folder / LOG).open("wb") as log:
        return subprocess.Popen(
            command(workspace),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )


def ensure(
    workspace: Path,
    launch: Launch = launch,
    find: Callable[[Path], EngineClient | None] = find,
    clock: Callable[[], float] = time.monotonic,
    wait: Callable[[float], None] = time.sleep,
) -> EngineClient:
    """A client of the workspace's engine; starts the engine where none answers. Not for the GUI thread.

    Raises `EngineUnreachable` where it ends at once, or does not answer within half a minute.
    """
    if (client := find(workspace)) is not None:
        return client
    process = launch(workspace)
    give_up = clock() + START_TIMEOUT_S
    while clock() < give_up:
        if (client := find(workspace)) is not None:
            return client
        if process.poll() is not None:
            raise EngineUnreachable(_why_it_ended(workspace))
        wait(POLL_S)
    log = str(engine_folder(workspace) / LOG)
    raise EngineUnreachable(Message(N_("The engine started but does not answer. Its log is {log}."), log=log))


def _why_it_ended(workspace: Path) -> Message:
    try:
        text = (engine_folder(workspace) / LOG).read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        text = ""
    last = text[-_LOG_TAIL:].splitlines()[-1] if text else "?"
    return Message(N_("The engine could not start: {reason}"), reason=last)

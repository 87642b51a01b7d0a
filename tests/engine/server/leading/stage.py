"""A process that has everything imported and forks a server for each that is asked: importing takes longer
than most of what is tried with them."""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from typing import Any

from engine.channels.sending import pacing
from engine.run import waves, worker
from engine.server.shared import process
from engine.server.shared import worker as worker_process
from engine.server.shared.configuration import Configuration


def play(asked: dict[str, Any]) -> None:
    """Be a server, or a worker, until it is told to end; its log goes into a file. hurried: what waits for
    seconds otherwise does so for moments, and waves are small."""
    if asked["hurried"]:
        pacing.Backoff.FIRST_MS, pacing.Backoff.LONGEST_MS = 50, 500
        worker.RETRY_AFTER = 200
        waves.WaveRunner.MOST = 50
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    out = os.open(asked["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for number, target in ((nothing, 0), (out, 1), (out, 2)):
        os.dup2(number, target)
    try:
        part = process if asked["serves"] else worker_process
        part.run(Configuration.model_validate(asked["settings"]))
    except BaseException:  # noqa: BLE001 - whatever it is, it stands in the log
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def main() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # who has died is gone, and known by that
    for line in sys.stdin:
        asked = json.loads(line)
        child = os.fork()
        if child == 0:
            play(asked)
        print(child, flush=True)


if __name__ == "__main__":
    main()

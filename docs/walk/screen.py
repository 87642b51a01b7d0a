"""A display of its own, and the mouse and keys of who sits in front of it: Xvfb and xdotool."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain

import dev

SIZE = 1440, 900
PACKAGES = {"Xvfb": "xvfb", "xauth": "xauth", "xdotool": "xdotool"}
Words = list[str]
"""One command of xdotool's."""


def missing() -> list[str]:
    """The Debian packages that are not there."""
    return [package for program, package in PACKAGES.items() if shutil.which(program) is None]


def ensure() -> None:
    """Install what is missing when root. Raises `dev.SetupError`, which says what to install."""
    dev.ensure_libraries(dev.OFFSCREEN_LIBRARIES | dev.WINDOW_LIBRARIES)
    if packages := missing():
        dev.install_packages(packages, why="The walk needs a display of its own, with a mouse and keys.")


def be_in_the_sample_shop() -> None:
    """Let this machine's clock show the times of the sample shop: no picture is to name a zone for that."""
    os.environ["TZ"] = "Asia/Shanghai"
    time.tzset()


@contextmanager
def display() -> Iterator[None]:
    """A free display, which programs and xdotool find in the environment meanwhile."""
    reading, writing = os.pipe()
    command = [
        "Xvfb",
        "-displayfd",
        str(writing),
        "-screen",
        "0",
        f"{SIZE[0]}x{SIZE[1]}x24",
        "-nolisten",
        "tcp",
    ]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, pass_fds=[writing], stdout=quiet, stderr=quiet) as server:
        os.close(writing)
        with os.fdopen(reading) as answer:
            number = answer.readline().strip()
        try:
            if not number:
                raise RuntimeError(f"Xvfb ended with {server.wait()}")
            os.environ["DISPLAY"] = f":{number}"
            yield
        finally:
            server.terminate()


def act(*commands: Words) -> None:
    """Let the hands do this, one after the other."""
    subprocess.run(["xdotool", *chain.from_iterable(commands)], check=True, stdout=subprocess.DEVNULL)

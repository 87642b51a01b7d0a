"""What holds for every test: no window, no keyring, and no file of the person who runs it."""

from __future__ import annotations

import gc
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

# Before anything imports Qt: a test may neither open a window nor depend on the desktop's looks.
os.environ["QT_QPA_PLATFORM"] = "offscreen"
SCALE_VARIABLE = "CAMPAIGN_CANVAS_TEST_SCALE"
"""Set for the one process of a test that looks at a screen of another scaling."""

os.environ["QT_SCALE_FACTOR"] = os.environ.get(SCALE_VARIABLE, "1")
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.null.Keyring"
for _category in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
    os.environ.pop(_category, None)
os.environ["LC_ALL"] = "C.UTF-8"

# How long a test takes says more about the machine's load than about the code: pytest-timeout sees to hangs.
# Every run tries other examples, and there are many runs: half as many as usual are enough for each.
hypothesis.settings.register_profile("project", deadline=None, print_blob=True, max_examples=50)
hypothesis.settings.load_profile("project")

THREAD_GRACE_S = 2.0

pytest_plugins = ["tests.databases", "tests.order", "tests.sheets"]


def pytest_collection_finish() -> None:
    """Every collection of garbage would go through all modules and all tests: a tenth of the time."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An empty home folder, so that settings, caches and workspaces of the person stay untouched."""
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for variable in ("HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA"):
            patch.setenv(variable, str(folder))
        for variable in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
            patch.setenv(variable, str(folder / variable.lower()))
        yield folder


@pytest.fixture(autouse=True)
def no_stray_threads() -> Iterator[None]:
    """Fail a test that leaves a thread of its own running, which would keep the program from closing."""
    before = set(threading.enumerate())
    yield
    give_up = time.monotonic() + THREAD_GRACE_S
    stray = [t for t in threading.enumerate() if t not in before and not t.daemon]
    for thread in stray:
        thread.join(max(0.0, give_up - time.monotonic()))
    assert not [thread.name for thread in stray if thread.is_alive()], "threads left running"

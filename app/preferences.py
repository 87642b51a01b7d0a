"""What the designer remembers of its user, in a JSON file of the user's configuration folder."""

from __future__ import annotations

from pathlib import Path
from threading import Lock, Thread
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import from_json

from app.rehearsing.choice import RehearsalChoice
from engine.workspace.engine_folder import user_config_folder

Theme = Literal["system", "light", "dark", "contrast"]
ReducedMotion = Literal["system", "always", "never"]

SideBarTab = Literal["components", "outline"]

Pixels = Annotated[int, Field(gt=0, lt=1 << 15)]


class Remote(BaseModel):
    """An engine on another machine. Its token is a secret and stands elsewhere (`engine.client.tokens`)."""

    model_config = ConfigDict(frozen=True)

    name: str
    url: str


class Server(BaseModel):
    """A team's server. Its token is a secret and stands elsewhere (`engine.client.tokens`).

    user, role, workspace, four_eyes: what the server said last; user: "" while signed out.
    """

    model_config = ConfigDict(frozen=True)

    url: str
    user: str = ""
    role: str = ""
    workspace: str = ""
    four_eyes: bool = False


class Recent(BaseModel):
    """A campaign's file or a workspace's folder that was open lately, and its name then."""

    model_config = ConfigDict(frozen=True)

    path: Path
    name: str


class Preferences(BaseModel):
    """What is chosen in the dialog, and what is remembered without asking.

    Attributes:
    language: None follows the desktop.
    theme, reduced_motion.
    interface_size: per cent, 0 is the desktop's; counts from the next start on.
    shortcuts: portable keys by action id, "" for none; only those that were changed.
    autosave: every so many minutes, 0 is never; autosave_on_leave: when the window loses the focus.
    template_guide, minimap: whether they show; side_bar: which of its tabs does, side_bar_shown:
    whether it does itself.
    workspace: the last one; recent_campaigns and recent_workspaces, the latest first.
    remotes, servers.
    hidden_columns: of the campaign list.
    open_campaigns: the files in tabs, so that they come back after a crash.
    recent_commands: of the command palette, the last one first.
    rehearsals: what was chosen for the last one of a campaign, by its id, the latest last.
    size, maximized: of the window.
    """

    language: str | None = None
    theme: Theme = "system"
    reduced_motion: ReducedMotion = "system"
    interface_size: int = Field(default=0, ge=0, le=300)
    shortcuts: dict[str, str] = Field(default_factory=dict)
    autosave: int = Field(default=0, ge=0, le=120)
    autosave_on_leave: bool = False
    template_guide: bool = True
    minimap: bool = True
    side_bar: SideBarTab = "components"
    side_bar_shown: bool = True
    workspace: Path | None = None
    recent_campaigns: list[Recent] = Field(default_factory=list)
    recent_workspaces: list[Recent] = Field(default_factory=list)
    remotes: list[Remote] = Field(default_factory=list)
    servers: list[Server] = Field(default_factory=list)
    hidden_columns: list[str] = Field(default_factory=lambda: ["end"])
    recent_commands: list[str] = Field(default_factory=list)
    open_campaigns: list[Path] = Field(default_factory=list)
    rehearsals: dict[str, RehearsalChoice] = Field(default_factory=dict)
    size: tuple[Pixels, Pixels] | None = None
    maximized: bool = False

    def save(self) -> None:
        """Have the file written as they are now; a folder that cannot be written costs the memory, not the
        work."""
        _writer.write(preferences_path(), self.model_dump_json(indent=2).encode())


class _Writer:
    """Writes in a thread, one file after the other: a disk takes longer than the window may wait.

    Of several contents of a file that wait, the last one is written. The program ends only after that, since
    the interpreter waits for the thread.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._waiting: dict[Path, bytes] = {}
        self._thread: Thread | None = None

    def write(self, path: Path, data: bytes) -> None:
        with self._lock:
            self._waiting[path] = data
            if self._thread is None:
                self._thread = Thread(target=self._run, name="preferences")
                self._thread.start()

    def finish(self) -> None:
        """Wait until nothing waits any more."""
        with self._lock:
            thread = self._thread
        if thread is not None:
            thread.join()

    def _run(self) -> None:
        while True:
            with self._lock:
                if not self._waiting:
                    self._thread = None
                    return
                path, data = self._waiting.popitem()
            _write(path, data)


_writer = _Writer()


def _write(path: Path, data: bytes) -> None:
    from engine.files import FileError, save_bytes

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        save_bytes(path, data)
    except (OSError, FileError):
        return


def finish() -> None:
    """Wait until everything is written that was saved."""
    _writer.finish()


def load() -> Preferences:
    """The remembered preferences; the defaults where there are none, and for each that is none."""
    finish()
    try:
        data = preferences_path().read_bytes()
    except OSError:
        return Preferences()
    try:
        return Preferences.model_validate_json(data)
    except ValidationError as error:
        return _without_what_is_wrong(data, error)


def _without_what_is_wrong(data: bytes, error: ValidationError) -> Preferences:
    """One wrong value, of a later version or a slip of the pen, costs that value and not the others."""
    wrong = {found["loc"][0] for found in error.errors() if found["loc"]}
    if not wrong:
        return Preferences()  # the file as a whole is none
    right = {name: value for name, value in from_json(data).items() if name not in wrong}
    return Preferences.model_validate(right)


def preferences_path() -> Path:
    return user_config_folder() / "preferences.json"

#!/usr/bin/env python3
"""Set up, run, test and measure Campaign Canvas from a checkout, with nothing but the standard library.

Every command first sees to the set-up: a virtual environment in `.venv` that holds exactly what
`requirements.lock` names, and the system libraries that Qt loads. What it says about that goes to standard
error, so that `bench` can promise clean standard output.
"""

from __future__ import annotations

import ast
import contextlib
import ctypes
import hashlib
import importlib.util
import json
import os
import platform
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STAMP = VENV / "campaign-canvas.json"
LOCK = ROOT / "requirements.lock"
MINIMUM_PYTHON = (3, 11)

# The library that the loader looks for, and the Debian package that brings it.
OFFSCREEN_LIBRARIES = {
    "libglib-2.0.so.0": "libglib2.0-0",
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libxkbcommon.so.0": "libxkbcommon0",
}
WINDOW_LIBRARIES = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-shape.so.0": "libxcb-shape0",
}

# Where Debian keeps the server's programs, which are not on the path there.
POSTGRES_FOLDERS = Path("/usr/lib/postgresql")

BROWSERS = ("chromium", "chromium-browser", "google-chrome")

# The package offers its command line as a script only, not as a module.
LINT_IMPORTS = "from importlinter.cli import lint_imports_command; lint_imports_command()"
# Whole runs are spread over processes; a selection of tests starts faster without them.
MOST_TEST_PROCESSES = 4
FULL_TEST_TIMEOUT_S = 1800
CITUS_TEST_TIMEOUT_S = 600
ENGINE_TESTS = ("tests/engine",)
CITUS_VARIABLE = "CAMPAIGN_CANVAS_CITUS"  # the cluster whose databases tests use in place of PostgreSQL's
MEMORY = Path("/dev/shm")  # noqa: S108 - Linux's file system in memory
ENOUGH_MEMORY = 4 * 2**30

TEXT_SOURCES = ("app", "canvas_widgets", "engine", "main.py")
TEXT_KEYWORDS = ("tr", "ntr:1,2", "N_", "Message")
TEXT_LANGUAGES = ("zh",)
TEXT_DOMAIN = "campaign_canvas"
I18N = ROOT / "resources" / "i18n"
# Header lines that change with every update, or that nobody fills in.
IDLE_TEXT_HEADERS = (
    "Generated-By",
    "Language-Team",
    "Last-Translator",
    "PO-Revision-Date",
    "POT-Creation-Date",
    "Project-Id-Version",
    "Report-Msgid-Bugs-To",
)


class SetupError(Exception):
    """The set-up cannot go on; the message says what to do about it."""


def say(message: str) -> None:
    """Tell the person at the terminal, on standard error."""
    print(message, file=sys.stderr, flush=True)


# --- Set-up -------------------------------------------------------------------------------------------------


def check_python(version: tuple[int, ...] = sys.version_info[:3]) -> None:
    """Raise `SetupError` where the running Python is too old."""
    if version[:2] < MINIMUM_PYTHON:
        needed, found = (".".join(map(str, v)) for v in (MINIMUM_PYTHON, version))
        raise SetupError(
            f"Campaign Canvas needs Python {needed} or newer; this is {found} ({sys.executable}).\n"
            f"Start it with a newer one, for instance: python{needed} dev.py"
        )


def venv_python() -> Path:
    """The interpreter of the virtual environment, whether it exists or not."""
    return VENV / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def environment_stamp() -> dict[str, str]:
    """What the virtual environment depends on: it is rebuilt when anything but the lock changes."""
    return {
        "lock": hashlib.sha256(LOCK.read_bytes()).hexdigest(),
        "python": f"{sys.implementation.name} {sys.version_info.major}.{sys.version_info.minor}",
        "platform": f"{sys.platform} {platform.machine()}",
        "path": str(VENV),  # scripts in a virtual environment name its own path
    }


def installed_stamp() -> dict[str, str] | None:
    """The stamp of the last set-up that ran to its end; `None` if there is none or its Python is gone."""
    if not venv_python().exists():
        return None
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return stamp if isinstance(stamp, dict) else None


def set_up(*, window: bool = False) -> None:
    """Bring the system libraries and the virtual environment up to date; quick when they are."""
    ensure_libraries(OFFSCREEN_LIBRARIES | WINDOW_LIBRARIES if window else OFFSCREEN_LIBRARIES)
    if installed_stamp() == environment_stamp():
        return
    with exclusive(ROOT / ".venv.lock"):
        wanted, installed = environment_stamp(), installed_stamp()
        if installed == wanted:  # another dev.py made it while this one waited
            return
        if installed is None or installed | {"lock": wanted["lock"]} != wanted:
            create_venv()
        STAMP.unlink(missing_ok=True)
        install_locked()
        STAMP.write_text(json.dumps(wanted, indent=2) + "\n", encoding="utf-8")


def create_venv() -> None:
    """Make an empty virtual environment in the place of whatever is there."""
    if any(importlib.util.find_spec(name) is None for name in ("venv", "ensurepip")):
        # Debian ships Python without them.
        install_packages(["python3-venv"], why="This Python lacks the modules venv and ensurepip.")
    say(f"Making a virtual environment in {VENV} ...")
    # Started from inside an environment, sys.executable may lie in the folder that is to be cleared.
    base_python = getattr(sys, "_base_executable", sys.executable)
    run_step([base_python, "-m", "venv", "--clear", str(VENV)], "make the virtual environment")


def install_locked() -> None:
    """Install exactly what the lock names, each file checked against its hash."""
    say("Installing the locked libraries (about 200 MB; only now and when the lock changes) ...")
    command = [str(venv_python()), "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
    # The lock is complete, so nothing is to be resolved. Byte code is made here and not at the first start,
    # because where Python is told to write none, every start would compile again.
    command += ["--require-hashes", "--no-deps", "--compile", "-r", str(LOCK)]
    run_step(command, "install the locked libraries")


def run_step(command: Sequence[str], purpose: str, environment: Mapping[str, str] | None = None) -> None:
    """Run one command of the set-up, its output on standard error; raise `SetupError` if it fails."""
    done = subprocess.run(command, stdout=sys.stderr, env=environment, check=False)
    if done.returncode:
        raise SetupError(f"Could not {purpose}: this ended with {done.returncode}:\n  {shlex.join(command)}")


@contextlib.contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold a lock on the file `path` inside the block; the system frees it if this process dies."""
    with path.open("a+") as file:
        if sys.platform == "win32":
            import msvcrt

            while True:  # LK_LOCK gives up after ten seconds
                with contextlib.suppress(OSError):
                    msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
                    break
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX)
        yield


# --- System libraries ---------------------------------------------------------------------------------------


def can_load(library: str) -> bool:
    """Whether the system's loader finds the library."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def missing_packages(libraries: Mapping[str, str]) -> list[str]:
    """The Debian packages of those libraries that this Linux lacks; macOS and Windows bring what Qt needs."""
    if not sys.platform.startswith("linux"):
        return []
    return [package for library, package in libraries.items() if not can_load(library)]


def ensure_libraries(libraries: Mapping[str, str]) -> None:
    """Install the system libraries that are missing, or say which and how."""
    packages = missing_packages(libraries)
    if packages:
        install_packages(packages, why="Qt needs system libraries that are missing.")


def install_packages(packages: Sequence[str], *, why: str) -> None:
    """Install Debian packages when root; otherwise raise `SetupError` with the exact command."""
    if shutil.which("apt-get") is None:
        raise SetupError(f"{why} On Debian these packages bring them: {' '.join(packages)}")
    install = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    if os.geteuid() != 0:
        raise SetupError(f"{why} Run this, and then dev.py again:\n  sudo {shlex.join(install)}")
    say(f"{why} Installing {' '.join(packages)} ...")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    run_step(["apt-get", "update", "-qq"], "update the package lists", environment)
    run_step([*install, "-qq"], "install system packages", environment)


def postgres_programs() -> Path | None:
    """The folder with the programs of a PostgreSQL server, the newest one; None where there is none."""
    found = sorted(POSTGRES_FOLDERS.glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    if not found and (on_path := shutil.which("initdb")):
        found = [Path(on_path).resolve()]
    return found[-1].parent if found else None


def ensure_postgres() -> None:
    """Install a PostgreSQL server for the tests where there is none and that is possible; never fails."""
    if postgres_programs() is not None:
        return
    why = "There is no PostgreSQL server."
    try:
        if not sys.platform.startswith("linux"):
            raise SetupError(f"{why} Put its programs (initdb, postgres) on the path.")
        install_packages(["postgresql"], why=why)
    except SetupError as error:
        say(f"{'=' * 80}\nNothing will be tested on PostgreSQL. {error}\n{'=' * 80}")


def browser_program() -> str | None:
    """The Chromium that pages are tested in; None where there is none."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def ensure_browser() -> None:
    """Install a Chromium for the tests where there is none and that is possible; never fails."""
    if browser_program() is not None:
        return
    why = "There is no Chromium."
    try:
        if not sys.platform.startswith("linux"):
            raise SetupError(f"{why} Put one on the path.")
        install_packages(["chromium"], why=why)
    except SetupError as error:
        say(f"{'=' * 80}\nNo page will be tested in a browser. {error}\n{'=' * 80}")


# --- Commands -----------------------------------------------------------------------------------------------


def has_display(platform_name: str = sys.platform, environment: Mapping[str, str] = os.environ) -> bool:
    """Whether a window can be shown here."""
    if not platform_name.startswith("linux"):
        return True
    return any(environment.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))


def python(
    *arguments: str, environment: Mapping[str, str] | None = None, output: IO[bytes] | None = None
) -> int:
    """Run the environment's Python in the checkout; its exit status, 130 if interrupted from the keyboard.

    output: where what it says goes instead of the terminal.
    """
    command = [str(venv_python()), *arguments]
    surroundings = {**os.environ, **(environment or {})}
    errors = None if output is None else subprocess.STDOUT
    with subprocess.Popen(command, cwd=ROOT, env=surroundings, stdout=output, stderr=errors) as process:
        try:
            return process.wait()
        except KeyboardInterrupt:  # the child got it too, and ends in its own way
            process.wait()
            return 130


def command_run(arguments: Sequence[str]) -> int:
    """Open the designer, or run the main job without one."""
    no_arguments("run", arguments)
    if has_display():
        set_up(window=True)
        return python("main.py")
    set_up()
    return python("-m", "app.showcase", environment={"QT_QPA_PLATFORM": "offscreen"})


class StepResult(NamedTuple):
    """How one step of `test` went; `seconds` is wall time."""

    name: str
    status: int
    seconds: float


def check_steps(arguments: Sequence[str]) -> dict[str, list[str]]:
    """The steps of `test` by name: what is run with the environment's Python."""
    full, coverage = "--full" in arguments, "--coverage" in arguments
    selection = [argument for argument in arguments if argument not in ("--full", "--coverage")]
    pytest = ["-m", "pytest"]
    if full:
        pytest += ["-m", "", f"--timeout={FULL_TEST_TIMEOUT_S}"]
    if "--image-snapshot-update" not in selection:
        pytest += ["--image-snapshot-fail-if-missing"]  # or a picture without its like would pass
    if selection:
        pytest += selection
    else:
        # By file, so that what is costly to make for a module is made once; long tests are cut into parts.
        # In the order of tests/order.py, which begins with the files that take longest.
        processes = min(MOST_TEST_PROCESSES, os.cpu_count() or 1)
        spread = "worksteal" if full else "loadfile"
        pytest += ["-q", f"--numprocesses={processes}", f"--dist={spread}", "--no-loadscope-reorder"]
    if coverage:  # not by default: watching every line takes half as long again as running it
        pytest += ["--cov", "--cov-report=term"]
    return {
        "lint": ["-m", "ruff", "check", "--quiet"],
        "format": ["-m", "ruff", "format", "--check"],
        "types": ["-m", "mypy"],
        "imports": ["-c", LINT_IMPORTS, "--no-logo"],
        "tests": pytest,
    }


def command_test(arguments: Sequence[str]) -> int:
    """Run every check, also after one failed, and sum up; with `--citus`, of the tests the engine's."""
    cluster, arguments = citus_of(arguments)
    set_up()
    ensure_postgres()
    ensure_browser()
    environment = {**test_environment(), **({CITUS_VARIABLE: cluster} if cluster else {})}
    if cluster:  # whose statements wait for several machines
        arguments = [*(arguments or ENGINE_TESTS), f"--timeout={CITUS_TEST_TIMEOUT_S}"]
    results = run_steps(check_steps(arguments), environment)
    print(summary(results), flush=True)
    return 1 if any(result.status for result in results) else 0


def citus_of(arguments: Sequence[str]) -> tuple[str, Sequence[str]]:
    """The URL behind `--citus`, empty without it, and the other arguments. Raises `SetupError`."""
    if "--citus" not in arguments:
        return "", arguments
    at = list(arguments).index("--citus")
    if len(arguments) == at + 1:
        raise SetupError("--citus wants the URL of a database on the coordinator")
    return arguments[at + 1], [*arguments[:at], *arguments[at + 2 :]]


def run_steps(steps: Mapping[str, Sequence[str]], environment: Mapping[str, str]) -> list[StepResult]:
    """Run one step after the other until one is interrupted; in their order, how each went.

    The step `types` keeps a single core busy for a minute. It runs beside the others, and what it says
    stands behind theirs.
    """

    def run(name: str, output: IO[bytes] | None = None) -> StepResult:
        started = time.perf_counter()
        status = python(*steps[name], environment=environment, output=output)
        return StepResult(name, status, time.perf_counter() - started)

    results = {}
    with tempfile.TemporaryFile() as said, ThreadPoolExecutor(1) as beside:
        types = beside.submit(run, "types", said)
        for name in (name for name in steps if name != "types"):
            print(f"--- {name}", flush=True)
            results[name] = run(name)
            if results[name].status == 130:
                break
        results["types"] = types.result()
        said.seek(0)
        print("--- types", said.read().decode(errors="replace"), sep="\n", end="", flush=True)
    return [results[name] for name in steps if name in results]


def test_environment() -> dict[str, str]:
    """The variables that the checks run with, besides those that there are."""
    # Hundreds of modules would be compiled by each of the processes that tests start.
    return {**in_memory(), "PYTHONDONTWRITEBYTECODE": ""}


def in_memory(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Where temporary files go: hundreds of databases are made and dropped, which no disk has to see."""
    try:
        roomy = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free >= ENOUGH_MEMORY
    except OSError:
        return {}
    return {"TMPDIR": str(MEMORY)} if roomy and not environment.get("TMPDIR") else {}


def summary(results: Iterable[StepResult]) -> str:
    """One line a step: what it is called, whether it passed, how long it took."""
    lines = [f"{r.name:<10}{'FAILED' if r.status else 'ok':<8}{r.seconds:7.1f} s" for r in results]
    return "\n".join(["--- summary", *lines])


def benchmarks() -> dict[str, str]:
    """The benchmarks by name, with the first line of what they say about themselves."""
    found = {}
    for path in sorted((ROOT / "benchmarks").glob("[!_]*.py")):
        description = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        found[path.stem] = description.partition("\n")[0]
    return found


def command_bench(arguments: Sequence[str]) -> int:
    """Run one benchmark; without a name, list them."""
    found = benchmarks()
    if not arguments:
        print("\n".join(f"{name:<16}{description}" for name, description in found.items()))
        return 0
    name, *rest = arguments
    if name not in found:
        raise SetupError(f"There is no benchmark {name!r}; there are: {', '.join(found) or 'none yet'}.")
    set_up()
    return python("-m", f"benchmarks.{name}", *rest)


def command_fmt(arguments: Sequence[str]) -> int:
    """Mend what ruff can mend, and format."""
    no_arguments("fmt", arguments)
    set_up()
    # Not stopping at what cannot be mended: format what stands there all the same.
    statuses = [python("-m", "ruff", "check", "--fix"), python("-m", "ruff", "format")]
    return max(statuses)


def command_setup(arguments: Sequence[str]) -> int:
    """Only set up."""
    no_arguments("setup", arguments)
    set_up(window=has_display())
    say(f"Ready: {venv_python()}")
    return 0


def command_package(arguments: Sequence[str]) -> int:
    """Pack the program into one folder that needs no Python."""
    no_arguments("package", arguments)
    set_up()
    if sys.platform == "linux" and shutil.which("objdump") is None:
        install_packages(["binutils"], why="PyInstaller reads libraries with objdump.")
    return python(str(ROOT / "packaging" / "build.py"), environment={"QT_QPA_PLATFORM": "offscreen"})


def command_texts(arguments: Sequence[str]) -> int:
    """Collect the texts of the source and bring the translations' files in line with them."""
    no_arguments("texts", arguments)
    set_up()
    babel = ("-m", "babel.messages.frontend", "--quiet")
    template = ROOT / "build" / f"{TEXT_DOMAIN}.pot"
    template.parent.mkdir(exist_ok=True)
    sources = [source for source in TEXT_SOURCES if (ROOT / source).exists()]
    keywords = [part for keyword in TEXT_KEYWORDS for part in ("-k", keyword)]
    layout = ("--no-location", "--sort-output", "--no-wrap")
    title = ("--header-comment", "# Texts of Campaign Canvas.")
    extract = ("extract", "--no-default-keywords", *keywords, *layout, *title, "-o", str(template), *sources)
    status = python(*babel, *extract)
    for language in TEXT_LANGUAGES:
        options = ("-D", TEXT_DOMAIN, "-d", str(I18N), "-l", language, "-i", str(template))
        tidy = ("--init-missing", "--no-fuzzy-matching", "--ignore-obsolete", "--no-wrap")
        status = status or python(*babel, "update", *options, *tidy)
        if not status:
            drop_idle_headers(I18N / language / "LC_MESSAGES" / f"{TEXT_DOMAIN}.po")
    return status


def drop_idle_headers(path: Path) -> None:
    """Take dates and names out of a translation's header, so that a diff shows changed texts only."""
    idle = tuple(f'"{name}:' for name in IDLE_TEXT_HEADERS)
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = "".join(line for line in lines if not line.startswith(idle))
    path.write_text(kept, encoding="utf-8", newline="\n")


def no_arguments(command: str, arguments: Sequence[str]) -> None:
    """Raise `SetupError` where a command that takes no arguments got some."""
    if arguments:
        raise SetupError(f"dev.py {command} takes no arguments; it got: {shlex.join(arguments)}")


@dataclass(frozen=True)
class Command:
    """One thing that dev.py does: how it is called, what it is for, what does it."""

    usage: str
    description: str
    action: Callable[[Sequence[str]], int]


COMMANDS = {
    "run": Command("run", "open the designer; without a display, run the main job and print it", command_run),
    "test": Command(
        "test [--full] [--coverage] [--citus URL] [pytest args]",
        "every check; --full: the long tests, too; --coverage: which lines ran; --citus: on a cluster",
        command_test,
    ),
    "bench": Command("bench [NAME [args]]", "run a benchmark; without a name, list them", command_bench),
    "fmt": Command("fmt", "format, and mend what can be mended", command_fmt),
    "texts": Command("texts", "collect the texts to translate into resources/i18n", command_texts),
    "package": Command("package", "pack the program into dist/, to run without Python", command_package),
    "setup": Command("setup", "only set up", command_setup),
}


def help_text() -> str:
    """What `--help` prints."""
    lines = [f"  {command.usage:<42}{command.description}" for command in COMMANDS.values()]
    return "\n".join(["usage: python3 dev.py COMMAND", "", *lines, "", "Each sets up first what is missing."])


def main(arguments: Sequence[str]) -> int:
    """Do what the command line says; the exit status."""
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(help_text())
        return 0 if arguments else 2
    name, *rest = arguments
    if name not in COMMANDS:
        say(f"dev.py: there is no command {name!r}\n\n{help_text()}")
        return 2
    if rest[:1] in (["-h"], ["--help"]):
        print(f"usage: python3 dev.py {COMMANDS[name].usage}\n\n{COMMANDS[name].description}")
        return 0
    try:
        check_python()
        return COMMANDS[name].action(rest)
    except SetupError as error:
        say(f"dev.py: {error}")
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

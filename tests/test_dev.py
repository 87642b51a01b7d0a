"""dev.py: what it decides before it starts anything."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO

import pytest

import dev
from tests.order import LONGEST


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty checkout in a folder with a space in its name; no command is really run in it."""
    root = tmp_path / "a checkout"
    root.mkdir()
    monkeypatch.setattr(dev, "ROOT", root)
    monkeypatch.setattr(dev, "VENV", root / ".venv")
    monkeypatch.setattr(dev, "STAMP", root / ".venv" / "stamp.json")
    monkeypatch.setattr(dev, "LOCK", root / "requirements.lock")
    dev.LOCK.write_text("one==1\n")
    return root


@pytest.fixture
def commands(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The purposes of the set-up's commands, in the order in which they were asked for."""
    asked: list[str] = []

    def pretend(command: list[str], purpose: str, environment: object = None) -> None:
        asked.append(purpose)
        if "--clear" in command:
            dev.STAMP.unlink(missing_ok=True)
            dev.venv_python().parent.mkdir(parents=True, exist_ok=True)
            dev.venv_python().touch()

    monkeypatch.setattr(dev, "run_step", pretend)
    monkeypatch.setattr(dev, "can_load", lambda library: True)
    monkeypatch.setattr(dev, "postgres_programs", lambda: checkout)
    return asked


CREATE, INSTALL = "make the virtual environment", "install the locked libraries"


def test_a_second_set_up_has_nothing_to_do(commands: list[str]) -> None:
    dev.set_up()
    assert commands == [CREATE, INSTALL]
    dev.set_up()
    assert commands == [CREATE, INSTALL]


def test_a_changed_lock_is_installed_into_the_same_environment(commands: list[str]) -> None:
    dev.set_up()
    dev.LOCK.write_text("one==2\n")
    dev.set_up()
    assert commands == [CREATE, INSTALL, INSTALL]


@pytest.mark.parametrize("key", ["python", "platform", "path"])
def test_another_python_or_place_rebuilds_the_environment(commands: list[str], key: str) -> None:
    dev.set_up()
    dev.STAMP.write_text(json.dumps({**dev.environment_stamp(), key: "another"}))
    dev.set_up()
    assert commands == [CREATE, INSTALL] * 2


@pytest.mark.parametrize("stamp", ["", "{", "[]", "\0"])
def test_a_damaged_stamp_rebuilds_the_environment(commands: list[str], stamp: str) -> None:
    dev.set_up()
    dev.STAMP.write_text(stamp)
    dev.set_up()
    assert commands == [CREATE, INSTALL] * 2


def test_an_environment_whose_python_is_gone_is_rebuilt(commands: list[str]) -> None:
    dev.set_up()
    dev.venv_python().unlink()
    dev.set_up()
    assert commands == [CREATE, INSTALL] * 2


def test_an_interrupted_installation_starts_over(
    commands: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    dev.set_up()
    dev.LOCK.write_text("one==2\n")
    with monkeypatch.context() as patch:
        patch.setattr(dev, "install_locked", interrupt)
        with pytest.raises(KeyboardInterrupt):
            dev.set_up()
    assert dev.installed_stamp() is None
    dev.set_up()
    assert commands == [CREATE, INSTALL] * 2


def test_whoever_waited_for_another_set_up_does_not_repeat_it(
    commands: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    dev.set_up()
    stamps = iter([None, dev.environment_stamp()])
    monkeypatch.setattr(dev, "installed_stamp", lambda: next(stamps))
    dev.set_up()
    assert commands == [CREATE, INSTALL]


def test_the_lock_file_keeps_a_second_process_out(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    code = f"import dev, pathlib\nwith dev.exclusive(pathlib.Path({str(path)!r})): print('in', flush=True)"
    with dev.exclusive(path):
        other = subprocess.Popen([sys.executable, "-c", code], cwd=dev.ROOT, stdout=subprocess.PIPE)
        with pytest.raises(subprocess.TimeoutExpired):
            other.wait(timeout=0.5)
    assert other.communicate(timeout=20)[0].strip() == b"in"


@pytest.mark.parametrize("version", [(3, 10, 99), (3, 7, 0)])
def test_an_old_python_is_told_which_one_is_needed(version: tuple[int, ...]) -> None:
    with pytest.raises(dev.SetupError, match=r"needs Python 3\.11 or newer; this is 3\."):
        dev.check_python(version)


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 14, 1)])
def test_a_new_enough_python_passes(version: tuple[int, ...]) -> None:
    dev.check_python(version)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems bring what Qt needs")
def test_only_the_packages_of_missing_libraries_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dev, "can_load", lambda library: library != "libEGL.so.1")
    assert dev.missing_packages(dev.OFFSCREEN_LIBRARIES) == ["libegl1"]
    assert dev.missing_packages(dev.WINDOW_LIBRARIES) == []


def test_root_on_debian_installs_missing_packages(
    commands: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr("os.geteuid", lambda: 0, raising=False)
    dev.install_packages(["libegl1"], why="Qt needs it.")
    assert commands == ["update the package lists", "install system packages"]


def test_others_on_debian_get_the_exact_command(commands: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr("os.geteuid", lambda: 1000, raising=False)
    command = "sudo apt-get install -y --no-install-recommends libegl1 libgl1"
    with pytest.raises(dev.SetupError, match=command):
        dev.install_packages(["libegl1", "libgl1"], why="Qt needs it.")
    assert commands == []


def test_without_apt_the_packages_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    with pytest.raises(dev.SetupError, match="libegl1"):
        dev.install_packages(["libegl1"], why="Qt needs it.")


def test_the_newest_postgresql_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dev, "POSTGRES_FOLDERS", tmp_path)
    monkeypatch.setattr("shutil.which", lambda name: None)
    assert dev.postgres_programs() is None
    for version in ("9.6", "15", "16"):
        (tmp_path / version / "bin").mkdir(parents=True)
        (tmp_path / version / "bin" / "initdb").touch()
    assert dev.postgres_programs() == tmp_path / "16" / "bin"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere it is told, not installed")
def test_root_on_debian_gets_a_server_to_test_on(
    commands: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dev, "postgres_programs", lambda: None)
    monkeypatch.setattr(dev, "install_packages", lambda packages, why: commands.append(" ".join(packages)))
    dev.ensure_postgres()
    assert commands == ["postgresql"]


def test_a_server_that_cannot_be_installed_is_told_and_no_hindrance(
    commands: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(dev, "postgres_programs", lambda: None)
    monkeypatch.setattr("shutil.which", lambda name: None)
    dev.ensure_postgres()
    assert "Nothing will be tested on PostgreSQL. There is no PostgreSQL server." in capsys.readouterr().err
    assert commands == []


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere it is told, not installed")
def test_root_on_debian_gets_a_browser_to_test_pages_in(
    commands: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dev, "browser_program", lambda: None)
    monkeypatch.setattr(dev, "install_packages", lambda packages, why: commands.append(" ".join(packages)))
    dev.ensure_browser()
    assert commands == ["chromium"]


def test_a_browser_that_cannot_be_installed_is_told_and_no_hindrance(
    commands: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(dev, "browser_program", lambda: None)
    monkeypatch.setattr("shutil.which", lambda name: None)
    dev.ensure_browser()
    assert "No page will be tested in a browser. There is no Chromium." in capsys.readouterr().err
    assert commands == []


def test_a_python_without_ensurepip_gets_it_first(
    commands: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    monkeypatch.setattr(dev, "install_packages", lambda packages, why: commands.append(" ".join(packages)))
    dev.set_up()
    assert commands == ["python3-venv", CREATE, INSTALL]


@pytest.mark.parametrize(
    ("platform", "environment", "shown"),
    [
        ("linux", {}, False),
        ("linux", {"DISPLAY": ""}, False),
        ("linux", {"DISPLAY": ":0"}, True),
        ("linux", {"WAYLAND_DISPLAY": "wayland-0"}, True),
        ("darwin", {}, True),
        ("win32", {}, True),
    ],
)
def test_a_display_is_found(platform: str, environment: dict[str, str], shown: bool) -> None:
    assert dev.has_display(platform, environment) is shown


def test_a_whole_run_is_spread_over_processes_and_a_selection_is_not() -> None:
    assert "--dist=loadfile" in dev.check_steps([])["tests"]
    selected = dev.check_steps(["-k", "ops"])["tests"]
    assert "--dist=loadfile" not in selected
    assert selected[-2:] == ["-k", "ops"]


@pytest.mark.parametrize("selection", [[], ["-k", "ops"]])
def test_what_is_covered_is_told_on_request(selection: list[str]) -> None:
    assert "--cov" not in dev.check_steps(selection)["tests"]
    asked = dev.check_steps(["--coverage", *selection])["tests"]
    assert "--cov" in asked
    assert "--coverage" not in asked


def test_a_missing_picture_fails_unless_pictures_are_being_made() -> None:
    flag = "--image-snapshot-fail-if-missing"
    assert flag in dev.check_steps([])["tests"]
    assert flag not in dev.check_steps(["--image-snapshot-update"])["tests"]


def test_full_lifts_the_selection_of_the_configuration() -> None:
    assert dev.check_steps(["--full"])["tests"][2:4] == ["-m", ""]


def test_the_engine_s_tests_run_on_a_cluster_that_is_named(
    commands: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[tuple[tuple[str, ...], dict[str, str]]] = []

    def pretend(*arguments: str, environment: dict[str, str], output: object = None) -> int:
        ran.append((arguments, environment))
        return 0

    monkeypatch.setattr(dev, "python", pretend)
    url = "postgresql://one.example/postgres"
    assert dev.main(["test", "--citus", url]) == 0
    tests, environment = next(one for one in ran if "pytest" in one[0])
    assert tests[-2:] == ("tests/engine", f"--timeout={dev.CITUS_TEST_TIMEOUT_S}")
    assert environment[dev.CITUS_VARIABLE] == url
    assert dev.main(["test", "--citus"]) == 1


def test_every_check_runs_after_one_failed(commands: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[str] = []

    def pretend(*arguments: str, environment: object = None, output: object = None) -> int:
        ran.append(arguments[1])
        return int(arguments[1] == "ruff")

    monkeypatch.setattr(dev, "python", pretend)
    assert dev.main(["test"]) == 1
    assert len(ran) == len(dev.check_steps([]))


def test_the_files_that_a_run_begins_with_are_there() -> None:
    assert [name for name in LONGEST if not (dev.ROOT / name).is_file()] == []


STEPS = {name: [name] for name in ("lint", "types", "tests")}


def test_types_are_checked_while_the_tests_run_and_told_after_them(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tested = threading.Event()

    def pretend(name: str, environment: object = None, output: IO[bytes] | None = None) -> int:
        if output is not None:
            assert tested.wait(20)
            output.write(b"app/main.py:1: error\n")
        if name == "tests":
            tested.set()
        return int(name == "types")

    monkeypatch.setattr(dev, "python", pretend)
    results = dev.run_steps(STEPS, {})
    assert [(result.name, result.status) for result in results] == [("lint", 0), ("types", 1), ("tests", 0)]
    said = capsys.readouterr().out.splitlines()
    assert said == ["--- lint", "--- tests", "--- types", "app/main.py:1: error"]


def test_nothing_more_begins_after_an_interruption(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dev, "python", lambda name, **_: 130 if name == "lint" else 0)
    assert [result.name for result in dev.run_steps(STEPS, {})] == ["lint", "types"]


def test_processes_of_tests_keep_what_they_compile() -> None:
    code = "import sys; print(sys.dont_write_bytecode)"
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **dev.test_environment()}
    assert subprocess.check_output([sys.executable, "-c", code], env=environment).strip() == b"False"


def test_the_summary_has_a_line_for_each_step() -> None:
    results = [dev.StepResult("lint", 0, 0.31), dev.StepResult("tests", 1, 12.0)]
    assert dev.summary(results).splitlines()[1:] == [
        "lint      ok          0.3 s",
        "tests     FAILED     12.0 s",
    ]


def test_benchmarks_are_listed_with_what_they_measure(
    checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = checkout / "benchmarks"
    folder.mkdir()
    (folder / "waves.py").write_text('"""Visits a second.\n\nMore about it.\n"""\n')
    (folder / "_machine.py").write_text("")
    assert dev.main(["bench"]) == 0
    assert capsys.readouterr().out.split() == ["waves", "Visits", "a", "second."]


def test_an_unknown_benchmark_is_refused_with_the_known_ones(
    checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert dev.main(["bench", "nonsense"]) == 1
    assert "no benchmark 'nonsense'" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], ["help"]])
def test_help_names_every_command(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert dev.main(arguments) == 0
    shown = capsys.readouterr().out
    assert all(command.usage in shown for command in dev.COMMANDS.values())


@pytest.mark.parametrize("name", dev.COMMANDS)
def test_help_of_a_command_starts_nothing(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert dev.main([name, "--help"]) == 0
    assert dev.COMMANDS[name].usage in capsys.readouterr().out


@pytest.mark.parametrize("name", ["run", "fmt", "texts", "setup"])
def test_unexpected_arguments_are_refused(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert dev.main([name, "--nonsense"]) == 1
    assert "takes no arguments" in capsys.readouterr().err


def test_an_unknown_command_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert dev.main(["launch"]) == 2
    assert "no command 'launch'" in capsys.readouterr().err


def test_headers_that_change_with_every_update_are_dropped(tmp_path: Path) -> None:
    path = tmp_path / "texts.po"
    kept = 'msgid ""\nmsgstr ""\n"Language: zh\\n"\n\nmsgid "Save"\nmsgstr "保存"\n'
    dated = kept.replace('"Language', '"POT-Creation-Date: 2026-11-23 14:45+0000\\n"\n"Language')
    path.write_text(dated, encoding="utf-8")
    dev.drop_idle_headers(path)
    assert path.read_text(encoding="utf-8") == kept

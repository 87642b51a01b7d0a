"""Pack the program into `dist/campaign-canvas`: a folder that runs where there is no Python.

Run by `python3 dev.py package` in the checkout's environment. Beside the program stand what a desktop wants
to know of it (entry, icon, file type) and a script that registers it for the user. Ends with an error where
the folder is larger than it may be, or where the packed program does not start.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

HERE = Path(__file__).parent
ROOT = HERE.parent
NAME = "campaign-canvas"
FOLDER = ROOT / "dist" / NAME
MAX_MB = 200
ICON_SIZE = 256
DESKTOP_FILES = {
    "linux": (f"{NAME}.desktop", f"{NAME}.xml", "install.sh"),
    "win32": ("install.ps1",),
    "darwin": ("install-macos.sh",),
}


def main() -> int:
    compile_texts()
    pack()
    add_desktop_files()
    size = sum(file.lstat().st_size for file in FOLDER.rglob("*") if file.is_file()) / 1e6
    try_out()
    print(f"{FOLDER.relative_to(ROOT)}: {size:.0f} MB")
    if size > MAX_MB:
        print(f"That is more than {MAX_MB} MB.", file=sys.stderr)
        return 1
    return 0


def compile_texts() -> None:
    """Translations are compiled on first use, which a read-only installation could not keep."""
    from engine import i18n

    for language in i18n.LANGUAGES:
        with i18n.use_language(language):
            i18n.tr("Campaigns")


def pack() -> None:
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN"]
    folders = ["--distpath", str(FOLDER.parent), "--workpath", str(ROOT / "build" / "package")]
    subprocess.run([*command, *folders, str(HERE / f"{NAME}.spec")], check=True)


def add_desktop_files() -> None:
    from PySide6.QtGui import QGuiApplication

    from canvas_widgets.look import Look

    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QGuiApplication(sys.argv[:1])
    Look().pixmap("route", "accent", ICON_SIZE).save(str(FOLDER / f"{NAME}.png"))
    del application
    for name in DESKTOP_FILES.get(sys.platform, ()):
        shutil.copy(HERE / name, FOLDER / name)
    shutil.copy(ROOT / "LICENSE", FOLDER / "LICENSE")


def try_out() -> None:
    """The packed program takes the sample's people in, draws a campaign of it, publishes and runs it."""
    from engine.workspace.sample import write_sample

    program = FOLDER / (NAME + (".exe" if sys.platform == "win32" else ""))
    with TemporaryDirectory() as folder:
        workspace, people = Path(folder) / "workspace", Path(folder) / "people"
        write_sample(workspace, people, "en", datetime.now(UTC).date())
        campaign = min((workspace / "campaigns").iterdir())
        at_home = ("--workspace", workspace)
        for command in (
            ("--help",),
            ("data", "import", *at_home, people),
            ("picture", campaign, Path(folder) / "campaign.png"),
            ("publish", campaign, *at_home),
            ("engine", "run", *at_home, "--until-idle"),
        ):
            in_chinese = {**os.environ, "LC_ALL": "zh_CN.UTF-8"}  # its texts must have come along
            subprocess.run([program, *command], check=True, stdout=subprocess.DEVNULL, env=in_chinese)


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.exit(main())

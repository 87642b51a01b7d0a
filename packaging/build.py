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
from pathlib import Path

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
        i18n.set_language(language)


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
    """The packed command line checks the templates that were packed with it."""
    program = FOLDER / (NAME + (".exe" if sys.platform == "win32" else ""))
    subprocess.run([program, "--help"], check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.exit(main())

"""Whether things may glide: what was chosen, or what the desktop says."""

from __future__ import annotations

import configparser
import os
import shutil
import subprocess
import sys
from pathlib import Path

_SPI_GETCLIENTAREAANIMATION = 0x1042
_TIMEOUT_S = 3.0


def system_reduces_motion() -> bool:
    """Whether the desktop asks for less motion; False where it does not tell.

    May start a program of the desktop's: for a thread in the background.
    """
    try:
        if sys.platform == "win32":
            return _windows()
        if sys.platform == "darwin":
            return _said("defaults", "read", "com.apple.universalaccess", "reduceMotion") == "1"
        return _kde(_config_home() / "kdeglobals") or _gnome()
    except (OSError, ValueError, subprocess.SubprocessError, configparser.Error):
        return False


def _windows() -> bool:
    import ctypes

    animated = ctypes.c_int(1)
    user32 = ctypes.windll.user32  # type: ignore[attr-defined]  # only there on Windows
    user32.SystemParametersInfoW(_SPI_GETCLIENTAREAANIMATION, 0, ctypes.byref(animated), 0)
    return not animated.value


def _kde(file: Path) -> bool:
    settings = configparser.ConfigParser(strict=False, interpolation=None)
    settings.read(file, "utf-8")
    return settings.getfloat("KDE", "AnimationDurationFactor", fallback=1.0) == 0.0


def _gnome() -> bool:
    return _said("gsettings", "get", "org.gnome.desktop.interface", "enable-animations") == "false"


def _said(program: str, *arguments: str) -> str:
    found = shutil.which(program)
    if found is None:
        return ""
    done = subprocess.run(
        [found, *arguments], capture_output=True, text=True, timeout=_TIMEOUT_S, check=False
    )
    return done.stdout.strip()


def _config_home() -> Path:
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")

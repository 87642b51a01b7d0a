"""Paths as people read them."""

from __future__ import annotations

from pathlib import Path

from app.widgets.paths import from_home


def test_what_is_in_the_users_home_begins_there(home: Path, tmp_path: Path) -> None:
    assert from_home(home / "shops" / "CD shop") == "~/shops/CD shop"
    assert from_home(tmp_path) == str(tmp_path)

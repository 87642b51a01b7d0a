"""File names and ids."""

from __future__ import annotations

import pytest

from engine.shapes.text import new_id
from engine.workspace.folder import free_name
from engine.workspace.names import slug, unique


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("First purchase, lead to the second", "first-purchase-lead-to-the-second"),
        ("新会员 首单!", "新会员-首单"),
        ("../../etc/passwd", "etc-passwd"),
        ("CON", "con-file"),
        ("???", "unnamed"),
        ("Größe", "grösse"),
        ("a\0b\n", "a-b"),
    ],
)
def test_slug(name: str, expected: str) -> None:
    assert slug(name) == expected


def test_slug_fits_into_a_file_name() -> None:
    assert len(slug("会" * 50).encode()) <= 80
    assert set(slug("会" * 50)) == {"会"}


def test_unique_names() -> None:
    assert unique("a", set()) == "a"
    assert unique("a", {"a", "a-2"}) == "a-3"
    assert free_name("x" * 50, {"x" * 50}) == "x" * 48 + " 2"


def test_ids_are_not_taken_twice() -> None:
    ids: set[str] = set()
    for _ in range(100):
        ids.add(new_id("c", ids))
    assert len(ids) == 100
    assert all(len(id) == 8 and id.startswith("c_") for id in ids)

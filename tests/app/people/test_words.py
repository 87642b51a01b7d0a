"""What people are called."""

from __future__ import annotations

import pytest

from app.people.words import called


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"first_name": "Mia", "name": "Mia Clark"}, "Mia Clark"),
        ({"last_name": "Clark", "first_name": "Mia"}, "Mia Clark"),
        ({"last_name": "Clark"}, "Clark"),
        ({"名": "杰", "姓": "周"}, "周杰"),
        ({"nickname": "MC"}, "MC"),
        ({"name": ""}, ""),
        ({}, ""),
    ],
)
def test_a_name_is_said_once(values: dict[str, str], name: str) -> None:
    assert called(values) == name

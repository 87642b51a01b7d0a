"""Data that several tests of campaigns at work begin with."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.databases import Target
from tests.engine.run.drafting import (
    populate,
)


@pytest.fixture
def shop(target: Target, tmp_path: Path) -> Target:
    """Six people, who are the audience `a_all`."""
    return populate(target, tmp_path, people=6, codes=4)

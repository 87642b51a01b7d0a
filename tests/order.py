"""The order of a whole run: what takes longest comes first.

Such a run hands out whole files to several processes. With a long one at the end, all others would wait for
it.
"""

from __future__ import annotations

import pytest

LONGEST = frozenset(
    f"tests/{name}.py"
    for name in (
        "app/editor/test_editor",
        "app/test_accessibility",
        "app/test_actions",
        "app/test_sheets",
        "canvas_widgets/test_mirror",
        "docs/test_walk",
        "engine/channels/sending/test_kill",
        "engine/channels/test_canaries",
        "engine/channels/test_conformance",
        "engine/plan/test_splits",
        "engine/random_cases/test_cases",
        "engine/run/test_differential",
        "engine/run/test_faults",
        "engine/run/test_kill",
        "engine/run/test_kill_many",
        "engine/run/test_live",
        "engine/run/test_planted",
        "engine/run/test_rehearsing_random",
        "engine/run/test_with_running_random",
        "engine/server/shared/test_any_input",
        "engine/server/test_hostile",
        "engine/shapes/test_all_zones",
    )
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.nodeid.partition("::")[0] not in LONGEST)

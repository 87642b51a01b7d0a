"""What a campaign is refused for before it is planned."""

from __future__ import annotations

from typing import Any

import pytest

from engine.plan.graph import NotRunnable, flow_of
from tests.engine.run.drafting import EVERYBODY, Nodes, bundle

END: tuple[str, dict[str, Any]] = ("end", {})
RECURRING = {**EVERYBODY, "mode": "recurring", "every": {"unit": "day", "interval": 1, "time": "09:00"}}
FATIGUE = {"groups": [{"id": "g_1", "name": "Mail", "channel": "email"}]}


@pytest.mark.parametrize(
    ("nodes", "links", "words"),
    [
        (
            {"n_who": ("target_audience", RECURRING), "n_end": END},
            ["n_who out n_end"],
            "“n_who”: Target Audience with these settings is not yet run by this engine.",
        ),
        (
            {"n_who": ("target_audience", EVERYBODY), "n_tired": ("fatigue_judgment", FATIGUE), "n_end": END},
            ["n_who out n_tired", "n_tired group:g_1 n_end"],
            "“n_tired”: Fatigue Judgment is not yet run by this engine. Delete it to publish or rehearse.",
        ),
    ],
    ids=["settings", "kind"],
)
def test_what_is_not_yet_run_is_refused_as_settings_or_as_a_kind(
    nodes: Nodes, links: list[str], words: str
) -> None:
    with pytest.raises(NotRunnable) as refused:
        flow_of(bundle(nodes, links).campaign, {id: n for n, id in enumerate(sorted(nodes), start=1)})
    assert str(refused.value) == words

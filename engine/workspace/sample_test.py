"""The campaign test of the sample workspace: what becomes of two new members, one of whom comes back."""

from __future__ import annotations

from typing import Any

from engine.campaign import campaign_file
from engine.workspace.campaign_test import CAMPAIGN_TEST, SUFFIX
from engine.workspace.workspace import Workspace

CAMPAIGN = "c_welcome"
_NAMES = ("Ann", "小安")
_BOTH = ["n_register", "n_coupon", "n_issued", "n_care", "n_login"]


def write_test(workspace: Workspace, index: int) -> None:
    """Write the test beside its campaign. Raises `FileError`."""
    campaign = workspace.campaign_files.path_of(CAMPAIGN)
    path = campaign.with_name(campaign.name.removesuffix(campaign_file.SUFFIX) + SUFFIX)
    test = _test(_NAMES[index], workspace.messages["m_welcome"].model_dump()["content"]["text"])
    CAMPAIGN_TEST.save(CAMPAIGN_TEST.adapter.validate_python(test), path)


def _test(name: str, welcome: str) -> dict[str, Any]:
    registered, came_back = "2026-12-01T10:00:00+08:00", "2026-12-03T20:00:00+08:00"
    return {
        "campaign": CAMPAIGN,
        "from_": "2026-12-01T09:00:00+08:00",
        "people": [
            {
                "person": "comes_back",
                "ids": {"mobile": "+8613800000001", "member": "m-1"},
                "attributes": {"first_name": name},
            },
            {"person": "stays_away", "ids": {"mobile": "+8613800000002", "member": "m-2"}},
        ],
        "events": [
            {"person": "comes_back", "event": "register", "time": registered},
            {"person": "comes_back", "event": "login", "time": came_back},
            {"person": "stays_away", "event": "register", "time": registered},
        ],
        "results": [
            {"person": "stays_away", "node": "n_care", "result": "failed(blocked)", "after_seconds": 30}
        ],
        "expect": [
            {
                "person": "comes_back",
                "path": [*_BOTH, "n_expiry", "n_end"],
                "messages": [
                    {"node": "n_coupon", "state": "sent"},
                    {"node": "n_care", "state": "sent", "text": welcome.replace("${first_name}", name)},
                    {"node": "n_expiry", "state": "sent"},
                ],
            },
            {
                "person": "stays_away",
                "path": [*_BOTH, "n_end_no_login"],
                "messages": [
                    {"node": "n_coupon", "state": "sent"},
                    {"node": "n_care", "state": "failed(blocked)"},
                ],
            },
        ],
    }

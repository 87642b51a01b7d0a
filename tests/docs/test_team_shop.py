"""What is due to whom in the show of two designers."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from docs.team_shop import (
    OFFER,
    REMINDER,
    Receivers,
    differing,
    expected,
    first_draft,
    people_of,
    take_out_last_quarter,
    write_workspace,
)
from docs.walk.frame import LANGUAGES
from engine.workspace import cdnow
from engine.workspace.checking import validate
from tests.engine.channels.fakes.http_sms import HttpSmsFake
from tests.engine.channels.fakes.webhook import WebhookFake

PURCHASES = """ customer_id  date number_of_cds  dollar_value
 00001 19970101  1   11.77
 00001 19980402  2   20.76
 00002 19970112  1   12.00
 00003 19970102  2   20.00
 00003 19980331  5   77.00
 00003 19980501  1   10.00
 00003 19980401  1   15.00
"""
"""The first and the third come back in the last quarter, which begins with April."""
MOBILE = "138000{}"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """The data folder of these purchases."""
    source = tmp_path / "purchases.txt"
    source.write_text(PURCHASES)
    return cdnow.write_cdnow(tmp_path / "data", source).folder


def test_the_last_quarter_is_still_to_come(shop: Path) -> None:
    orders = take_out_last_quarter(shop)
    assert [(one.id, one.person) for one in orders] == [
        ("late-8", "00003"), ("late-3", "00001"), ("late-7", "00003"),
    ]  # fmt: skip
    known = (shop / "events.csv").read_text().splitlines()[1:]
    assert [line.split(",")[0] for line in known] == ["2", "4", "5", "6"]
    assert people_of(shop) == ["00001", "00002", "00003"]
    assert expected(3, orders, "n_1") == {OFFER: 3, "n_1": 2, REMINDER: 1}


@pytest.mark.parametrize(
    ("address", "more"),
    [("", 0), ("00002", -1), ("00001", 1), (MOBILE.format("00003"), -1), (MOBILE.format("00002"), 1)],
)
def test_what_receivers_got_is_compared_person_by_person(shop: Path, address: str, more: int) -> None:
    receivers = Receivers(WebhookFake(), HttpSmsFake())
    receivers.messages.sent = Counter({"00001": 1, "00002": 2, "00003": 1})
    receivers.sms.sent = Counter(MOBILE.format(person) for person in ("00001", "00003"))
    got = receivers.sms if address.startswith("138") else receivers.messages
    got.sent[address] += more
    differ = {address: more} if more else {}
    assert differing(receivers, people_of(shop), take_out_last_quarter(shop)) == differ


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_draft_can_be_published(language: str, tmp_path: Path) -> None:
    now = datetime(2026, 3, 2, 10, tzinfo=UTC)
    with WebhookFake() as messages, HttpSmsFake() as sms:
        workspace = write_workspace(tmp_path / "team", language, Receivers(messages, sms))
    saved = workspace.save_campaign(first_draft(language, now))
    assert validate(saved, now) == []

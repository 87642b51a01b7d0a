"""The files beside the campaign: what they accept, how they are written, what they refuse."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from engine.components.base import RefKind
from engine.files import FileError, FileFormat
from engine.workspace.account import ACCOUNT
from engine.workspace.audience import AUDIENCE
from engine.workspace.catalog import CATALOG
from engine.workspace.formats import canonical_form
from engine.workspace.message import MESSAGE
from engine.workspace.settings import SETTINGS
from tests.engine.workspace import examples
from tests.engine.workspace.examples import PATH, encoded

ALL = [value for name, value in vars(examples).items() if name.endswith("_JSON")]


@pytest.mark.parametrize("value", ALL, ids=lambda value: f"{value['format']}-{value.get('id', '')}")
def test_canonical_form_is_stable_and_loses_nothing(value: dict[str, Any]) -> None:
    data = canonical_form(encoded(value), PATH)
    assert canonical_form(data, PATH) == data
    assert canonical_form(encoded(dict(reversed(value.items()))), PATH) == data


def test_long_text_is_one_text_in_memory_and_lines_in_the_file() -> None:
    message = MESSAGE.parse(encoded(examples.MESSAGE_JSON), PATH)
    assert message.model_dump()["content"]["text"] == "Dear ${name}, your coupon waits.\nSee you soon."
    assert b'    "text": [\n      "Dear ${name}, your coupon waits.",\n      "See you' in MESSAGE.dump(
        message
    )
    single = encoded({**examples.MESSAGE_JSON, "content": {"text": ["one"]}})
    assert b'"text": "one"' in MESSAGE.dump(MESSAGE.parse(single, PATH))


def test_audience_references() -> None:
    audience = AUDIENCE.parse(encoded(examples.AUDIENCE_JSON), PATH)
    assert audience.audiences == ("a_base",)
    assert set(audience.references()) == {
        (RefKind.AUDIENCE, "a_base"),
        (RefKind.EVENT, "order"),
        (RefKind.TAG, "level"),
        (RefKind.ATTRIBUTE, "city"),
        (RefKind.STATISTICS_TABLE, "daily"),
        (RefKind.RFM_MODEL, "rfm_1"),
        (RefKind.AIPL, "aipl"),
    }


def put(value: dict[str, Any], *path: str | int, to: object) -> dict[str, Any]:
    result: Any = copy.deepcopy(value)
    place = result
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = to
    return dict(result)


A, M, W = examples.AUDIENCE_JSON, examples.MESSAGE_JSON, examples.WEBHOOK_JSON
S, C = examples.SETTINGS_JSON, examples.CATALOG_JSON


@pytest.mark.parametrize(
    ("format", "value", "field", "words"),
    [
        (AUDIENCE, put(A, "list", to={"id_type": "mobile"}), "", "either"),
        (AUDIENCE, put(A, "cards", to=[]), "cards", "Choose at least 1"),
        (AUDIENCE, put(A, "cards", 0, "join", to="and"), "", "first card"),
        (AUDIENCE, put(A, "cards", 1, "join", to=None), "", "first card"),
        (AUDIENCE, put(A, "cards", 0, "card", to="magic"), "cards.0", "no known kind"),
        (AUDIENCE, put(A, "cards", 1, "op", to="~"), "cards.1.op", "Choose one of"),
        (AUDIENCE, put(A, "cards", 1, "op", to="between"), "cards.1", "two numbers"),
        (AUDIENCE, put(A, "cards", 1, "value", to=True), "cards.1.value", "number"),
        (AUDIENCE, put(A, "cards", 1, "measure", to="total"), "cards.1.measure", "right form"),
        (AUDIENCE, put(A, "cards", 2, "range", to={}), "cards.2.range.from", "Fill this in"),
        (AUDIENCE, put(A, "cards", 7, "range", "from_", to="x"), "cards.7.range.from_", "not known"),
        (AUDIENCE, put(A, "cards", 2, "where", "op", to="is"), "cards.2.where", "text"),
        (AUDIENCE, put(A, "cards", 7, "stages", to=["A"]), "cards.7", "Choose stages"),
        (AUDIENCE, put(A, "update", to="hourly"), "update", "manual"),
        (AUDIENCE, put(A, "update", "interval", to=0), "update.interval", "1 or more"),
        (MESSAGE, put(M, "kind", to="fax"), "", "no known kind"),
        (MESSAGE, put(M, "content", "html", to=""), "content.html", "not known"),
        (MESSAGE, put(M, "content", to={}), "content.text", "Fill this in"),
        (MESSAGE, put(M, "status", to="done"), "status", "Choose one of"),
        (ACCOUNT, put(W, "settings", "batch_size", to=501), "settings.batch_size", "500 or less"),
        (ACCOUNT, put(W, "settings", "auth", to={"Access-Token": "x"}), "settings.auth", "keyring"),
        (ACCOUNT, put(examples.ACCOUNT_JSON, "settings", "password", to="x"), "settings", "keyring"),
        (SETTINGS, put(S, "time_zone", to="Mars/Base"), "time_zone", "time zone"),
        (SETTINGS, put(S, "time_zone", to="../etc/passwd"), "time_zone", "time zone"),
        (SETTINGS, put(S, "quiet", "holidays", 0, "from", to="2026-02-30"), "quiet.holidays.0.from", "date"),
        (SETTINGS, put(S, "quiet", "holidays", 0, "from", to="0001-01-01"), "quiet.holidays.0.from", "date"),
        (SETTINGS, put(S, "quiet", "holidays", 0, "to", to="9999-12-31"), "quiet.holidays.0.to", "date"),
        (SETTINGS, put(S, "fatigue", "global", 0, "per", to="year"), "fatigue.global.0.per", "one of"),
        (CATALOG, put(C, "marketing_campaigns", "mc_1", "parent", to="mc_2"), "", "primary campaign"),
        (CATALOG, put(C, "events", "order", "attributes", "amount", to="money"), "events.order", "one of"),
        (CATALOG, put(C, "tables", "daily", "metrics", to={}), "tables.daily.metrics", "at least 1"),
        (CATALOG, put(C, "tables", "daily", "metrics", "visits", to="total"), "tables.daily", "right form"),
        (CATALOG, put(C, "tables", "daily", "dimensions", to=["shop", "shop"]), "tables.daily", "once"),
        (CATALOG, put(C, "rfm_models", "rfm_1", "recency", "bounds", to=[30, 30]), "rfm_models", "rising"),
        (CATALOG, put(C, "rfm_models", "rfm_1", "money", "bounds", to=[]), "rfm_models", "at least 1"),
        (CATALOG, put(C, "rfm_models", "rfm_1", "money", "compare", to=9), "rfm_models", "from 1 to 3"),
        (CATALOG, put(C, "aipl", "B", to=[]), "aipl", "one of"),
        (CATALOG, put(C, "aipl", "A", 0, "join", to="and"), "aipl", "first card"),
        (CATALOG, put(C, "aipl", "A", 0, "card", to="tags"), "aipl.A.0.card", "one of"),
        (CATALOG, put(C, "coupons", "../x", to={"name": "x"}), "coupons.../x", "right form"),
    ],
)  # fmt: skip
def test_refuses(format: FileFormat[Any], value: dict[str, Any], field: str, words: str) -> None:
    with pytest.raises(FileError) as caught:
        format.parse(encoded(value), PATH)
    assert caught.value.field.startswith(field)
    assert words in str(caught.value.message)
    assert caught.value.line is not None


def test_refuses_a_file_of_no_known_format() -> None:
    with pytest.raises(FileError, match="must be one of: campaign, audience"):
        canonical_form(b'{"format": "sheet"}', PATH)

"""What a rule needs and the catalogue lacks, and rules in words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from engine.components.base import Reference, RefKind
from engine.files import FileError
from engine.i18n import use_language
from engine.workspace.audience import AUDIENCE, Card
from engine.workspace.catalog import CATALOG, Catalog, Event
from engine.workspace.needs import Need, needs_of_references, needs_of_rule
from engine.workspace.rule_errors import model_errors, rule_errors, table_errors
from engine.workspace.rule_words import sentence, summary
from engine.workspace.template import load_templates
from engine.workspace.workspace import Workspace

BIG_ORDER: dict[str, Any] = {
    "card": "behaviour",
    "event": "order",
    "where": {"all": [{"field": "item", "op": "is", "value": ["Shoe"]}]},
    "range": {"last": {"amount": 12, "unit": "month"}},
    "measure": "avg:amount",
    "op": ">=",
    "value": 50,
}
PERSON: dict[str, Any] = {
    "card": "tags",
    "condition": {
        "any": [
            {"field": "tag:level", "op": "is", "value": ["VIP", "Gold"]},
            {"field": "tag:interests", "op": "has_any", "value": ["books"]},
            {"field": "attr:birthday", "op": "in_next", "value": {"amount": 7, "unit": "day"}},
            {"field": "attr:age", "op": "between", "value": [20, 30]},
        ]
    },
}


def cards(*raw: dict[str, Any]) -> tuple[Card, ...]:
    joined = [{"join": None if index == 0 else "and", **card} for index, card in enumerate(raw)]
    file = AUDIENCE.adapter.validate_python(
        {"format": "audience", "version": 1, "id": "a", "name": "A", "cards": joined}, strict=False
    )
    assert file.cards is not None
    return file.cards


def counted(op: str, value: object) -> tuple[Card, ...]:
    return cards({"card": "behaviour", "event": "order", "op": op, "value": value})


def test_an_unknown_event_is_needed_once_with_its_attributes() -> None:
    rule = cards(BIG_ORDER, {"card": "behaviour", "event": "order"})
    assert needs_of_rule(rule, Catalog()) == [
        Need(RefKind.EVENT, "order", attributes={"amount": "number", "item": "text"})
    ]


def test_of_a_known_event_only_what_it_lacks_is_needed() -> None:
    catalog = Catalog(events={"order": Event(name="Order", attributes={"item": "text"})})
    (need,) = needs_of_rule(cards(BIG_ORDER), catalog)
    assert need == Need(RefKind.EVENT, "order", known=True, attributes={"amount": "number"})
    assert str(need.remedy) == "Add amount to event “order”"
    event = need.met(catalog).events["order"]
    assert (event.name, event.attributes) == ("Order", {"amount": "number", "item": "text"})


def test_tags_and_attributes_take_the_type_that_the_comparison_asks_for() -> None:
    needs = needs_of_rule(cards(PERSON), Catalog())
    assert [(need.kind, need.id, need.type, need.values) for need in needs] == [
        (RefKind.TAG, "level", "text", ("VIP", "Gold")),
        (RefKind.TAG, "interests", "multi", ("books",)),
        (RefKind.ATTRIBUTE, "birthday", "time", ()),
        (RefKind.ATTRIBUTE, "age", "number", ()),
    ]


@pytest.mark.parametrize("raw", [BIG_ORDER, PERSON], ids=["behaviour", "tags"])
def test_a_catalogue_that_meets_the_needs_leaves_none(raw: dict[str, Any]) -> None:
    rule, catalog = cards(raw), Catalog()
    assert list(rule_errors(rule, catalog))
    for need in needs_of_rule(rule, catalog):
        catalog = need.met(catalog)
    assert needs_of_rule(rule, catalog) == []
    assert list(rule_errors(rule, catalog)) == []
    assert CATALOG.parse(CATALOG.dump(catalog), Path("catalog.json")) == catalog


def test_errors_stand_at_their_rows() -> None:
    catalog = Catalog(events={"order": Event(attributes={"amount": "text"})})
    found = {error.field: str(error.message) for error in rule_errors(cards(PERSON, BIG_ORDER), catalog)}
    assert set(found) == {
        *(f"0.condition.any.{leaf}.field" for leaf in range(4)),
        "1.measure",
        "1.where.all.0.field",
    }
    assert found["1.measure"] == "“amount” is no number: choose another measure."


def test_definitions_and_the_cards_that_name_them_go_with_the_catalogue() -> None:
    raw: dict[str, Any] = {
        "events": {"order": {"attributes": {"amount": "number", "shop": "text"}}},
        "tables": {"good": {"event": "order", "dimensions": ["shop"], "metrics": {"spent": "sum:amount"}}},
    }
    raw["tables"]["bad"] = {"event": "order", "dimensions": ["city"], "metrics": {"most": "max:shop"}}
    scale = {"bounds": [1, 2]}
    scales = {"recency": scale, "frequency": scale, "money": scale}
    raw["rfm_models"] = {"rfm_1": {"name": "Model", "event": "order", "amount": "total", **scales}}
    catalog = CATALOG.adapter.validate_python(raw)
    assert list(table_errors(catalog.tables["good"], catalog)) == []
    found = [error.field for error in table_errors(catalog.tables["bad"], catalog)]
    assert found == ["dimensions.0", "metrics.most"]
    assert [error.field for error in model_errors(catalog.rfm_models["rfm_1"], catalog)] == ["amount"]
    shop, spent = {"field": "shop", "op": "is", "value": "a"}, {"field": "spent", "op": ">", "value": 1}
    rule = cards(
        {"card": "metrics", "table": "good", "where": spent, "filter": shop},
        {"join": "and", "card": "metrics", "table": "good", "where": shop, "filter": spent},
        {"join": "and", "card": "metrics", "table": "none"},
        {"join": "and", "card": "rfm", "model": "rfm_2", "types": [1]},
        {"join": "and", "card": "aipl", "stages": ["A"]},
    )
    fields = [error.field for error in rule_errors(rule, catalog)]
    assert fields == ["1.where.field", "1.filter.field", "2.table", "3.model", "4.stages"]


def test_a_rule_is_told_as_running_text(tmp_path: Path) -> None:
    rule = cards(
        {"card": "behaviour", "event": "order", "op": ">=", "value": 3},
        {"join": "minus", "card": "rfm", "model": "rfm_1", "types": [1, 8]},
        {"join": "or", "card": "aipl", "stages": ["A", "L"]},
    )
    nothing = Workspace.create(tmp_path / "shop", "Shop", "UTC", "en")
    assert str(summary(rule, nothing)) == (
        "People with: order: at least 3 times, at any time until now. "
        "Without those with: RFM “rfm_1”: Important value, General win-back. "
        "Besides, people with: AIPL stage: A (Awareness), L (Loyalty)."
    )
    assert summary((), nothing) is None


def test_what_components_refer_to_is_needed_too() -> None:
    references = [
        Reference("event", RefKind.EVENT, "register"),
        Reference("coupon", RefKind.COUPON, "cp_1"),
        Reference("again", RefKind.EVENT, "register"),
        Reference("platform", RefKind.ACCOUNT, "acc"),
    ]
    needs = needs_of_references(references, Catalog())
    assert [(need.kind, need.id) for need in needs] == [
        (RefKind.EVENT, "register"),
        (RefKind.COUPON, "cp_1"),
    ]
    assert needs[1].met(Catalog()).coupons["cp_1"].name == "cp_1"


def test_amending_keeps_what_others_wrote_meanwhile(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path, "Shop", "UTC", "en")
    CATALOG.save(Catalog(events={"login": Event()}), tmp_path / "catalog.json")
    workspace.amend_catalog(Need(RefKind.EVENT, "order").met)
    assert set(workspace.catalog.events) == {"login", "order"}
    assert CATALOG.load(tmp_path / "catalog.json") == workspace.catalog


def test_a_broken_catalogue_is_not_replaced(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path, "Shop", "UTC", "en")
    (tmp_path / "catalog.json").write_bytes(b"{")
    with pytest.raises(FileError):
        workspace.amend_catalog(Need(RefKind.EVENT, "order").met)
    assert (tmp_path / "catalog.json").read_bytes() == b"{"


@pytest.mark.parametrize(
    ("op", "value", "words"),
    [
        ("=", 1, "exactly once"),
        ("=", 0, "never"),
        ("<", 1, "never"),
        (">", 0, "at least once"),
        ("<", 3, "fewer than 3 times"),
        ("between", [2, 4], "2 to 4 times"),
    ],
)
def test_counts_in_words(tmp_path: Path, op: str, value: object, words: str) -> None:
    workspace = Workspace.create(tmp_path, "Shop", "UTC", "en")
    (card,) = counted(op, value)
    assert str(sentence(card, workspace)) == f"order: {words}, at any time until now"


def test_rules_in_words(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path, "Shop", "UTC", "en")
    workspace.save_catalog(Catalog(events={"order": Event(name="Order")}))
    said = [
        str(sentence(card, workspace))
        for template in load_templates()[0]
        for entry in template.guide
        for card in (entry.rule.cards if entry.rule is not None else ())
    ]
    assert said == [
        "Order: exactly once, at any time until now",
        "Order: never, in the last 30 days",
        "Order: average of amount ≥ 50, in the last 12 months",
        "Order: fewer than 3 times, in the last 12 months",
    ]
    first, second = cards(BIG_ORDER, PERSON)
    assert str(sentence(first, workspace)).startswith("Order where item is Shoe: average of amount ≥ 50")
    with use_language("zh"):
        assert str(sentence(first, workspace)).startswith("Order（item")
        assert "属于" not in str(sentence(second, workspace))

"""What holds for every kind."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.components.base import Category, RefKind
from engine.components.hints import form, hint_of
from engine.components.registry import COMPONENTS, component, palette
from engine.i18n import use_language
from tests.engine.components.samples import CHOOSE, CONFIGS, SUMMARIES
from tests.engine.components.small_workspace import SmallWorkspace

KINDS = list(COMPONENTS)
WORKSPACE = SmallWorkspace()


@pytest.fixture(autouse=True)
def english() -> Any:
    with use_language("en"):
        yield


def test_the_palette_holds_the_23_kinds_in_their_sections() -> None:
    sections = palette()
    assert {section: [item.kind for item in items] for section, items in sections.items()} == {
        Category.TRIGGER: ["target_audience", "behavior_event"],
        Category.TOUCH: [
            "text_sms",
            "digital_sms",
            "email",
            "wechat_message",
            "template_message",
            "app_push",
            "issue_coupon",
            "tag",
            "generate_audience",
        ],
        Category.CONTROL: ["wait_until", "ab_test", "random_grouping", "end"],
        Category.JUDGMENT: [
            "tag_judgment",
            "event_judgment",
            "attribute_judgment",
            "result_judgment",
            "audience_judgment",
            "fatigue_judgment",
        ],
        Category.PUSH: ["webhook", "push_kafka"],
    }
    assert set(COMPONENTS) == {kind for kinds in sections.values() for kind in [k.kind for k in kinds]} | {
        "start",
        "ab_target",
    }
    assert [item.kind for item in COMPONENTS.values() if not item.deletable] == ["start", "ab_target"]
    with pytest.raises(KeyError):
        component("nothing")


@pytest.mark.parametrize("kind", KINDS)
def test_a_complete_config_is_valid_and_written_as_it_was_read(kind: str) -> None:
    item, raw = component(kind), CONFIGS[kind]
    assert item.errors(raw, WORKSPACE) == ()
    assert json.dumps(item.canonical(raw)) == json.dumps(raw)  # the same order of keys, too
    config = item.parse(raw).config
    assert config is not None
    for field, ref_kind, id in item.references(config):
        assert at(raw, field).rpartition(":")[2] == id, (field, ref_kind)


def at(raw: Any, path: str) -> Any:
    for part in path.split("."):
        raw = raw[int(part)] if isinstance(raw, list) else raw[part]
    return raw


@pytest.mark.parametrize("kind", KINDS)
def test_the_card_sums_up_or_asks(kind: str) -> None:
    item = component(kind)
    assert str(item.summary(CONFIGS[kind], WORKSPACE)) == SUMMARIES[kind]
    new = item.defaults()
    if kind in CHOOSE:
        assert str(item.summary(new, WORKSPACE)) == CHOOSE[kind]
        assert item.parse(new).errors
    else:
        assert item.errors(new, WORKSPACE) == ()


@pytest.mark.parametrize("kind", KINDS)
def test_everything_referred_to_is_missed_when_it_is_gone(kind: str) -> None:
    item = component(kind)
    config = item.parse(CONFIGS[kind]).config
    assert config is not None
    for reference in item.references(config):
        workspace = SmallWorkspace()
        del workspace.tables[reference.kind][reference.id]
        found = {(error.field, error.code) for error in item.errors(CONFIGS[kind], workspace)}
        assert (reference.field, "missing_reference") in found
        assert str(item.summary(CONFIGS[kind], workspace))


@pytest.mark.parametrize("kind", KINDS)
def test_a_missing_or_wrong_or_unknown_field_is_found(kind: str) -> None:
    item = component(kind)
    assert any(error.field == "unheard" for error in item.parse({**CONFIGS[kind], "unheard": 1}).errors)
    for entry in form(item.Config):
        if entry.name in CONFIGS[kind]:
            broken = item.parse({**CONFIGS[kind], entry.name: {"?": 1}}).errors
            assert any(error.field.split(".")[0] == entry.name for error in broken), entry.name
            assert all(str(error.message) for error in broken)
        missing = {key: value for key, value in CONFIGS[kind].items() if key != entry.name}
        if entry.required and entry.name in CONFIGS[kind]:
            found = [str(error.message) for error in item.parse(missing).errors if error.field == entry.name]
            assert found == [entry.hint.missing], entry.name


def test_every_field_of_a_form_says_what_it_is() -> None:
    without = {
        (kind, name)
        for kind, item in COMPONENTS.items()
        for name, info in item.Config.model_fields.items()
        if hint_of(info) is None
    }
    # The unit is chosen beside its amount; a coupon has one address only.
    assert without == {("wait_until", "unit"), ("issue_coupon", "send_to_all_ids")}
    for item in COMPONENTS.values():
        for entry in form(item.Config):
            assert entry.hint.label
            assert entry.hint.missing or not entry.required
            assert set(entry.hint.visible_when) <= set(item.Config.model_fields)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=8,
)


@st.composite
def damaged(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """A complete config with up to three values, at any depth, replaced by anything."""
    kind = draw(st.sampled_from(KINDS))
    raw = json.loads(json.dumps(CONFIGS[kind]))
    for _ in range(draw(st.integers(0, 3))):
        place: Any = raw
        while isinstance(place, dict | list) and place:
            keys = list(place) if isinstance(place, dict) else list(range(len(place)))
            key = draw(st.sampled_from(keys))
            if not isinstance(place[key], dict | list) or not place[key] or draw(st.booleans()):
                place[key] = draw(json_values)
                break
            place = place[key]
    return kind, raw


@settings(max_examples=300)
@given(damaged())
def test_no_config_makes_a_component_stumble(sample: tuple[str, dict[str, Any]]) -> None:
    kind, raw = sample
    item = component(kind)
    names = [port.name for port in item.ports(raw)]
    assert len(set(names)) == len(names)
    assert all(str(port.label) for port in item.ports(raw) if port.label is not None)
    assert str(item.summary(raw, WORKSPACE)) or kind == "start"
    parsed = item.parse(raw)
    assert (parsed.config is None) == bool(parsed.errors)
    assert all(str(error.message) for error in item.errors(raw, WORKSPACE))
    canonical = item.canonical(raw)
    assert item.canonical(canonical) == canonical
    assert item.ports(canonical) == item.ports(raw)
    assert item.parse(canonical).config == parsed.config


@given(
    st.sampled_from(KINDS), st.dictionaries(st.sampled_from(["groups", "results", "other", "x"]), json_values)
)
def test_ports_of_anything(kind: str, raw: dict[str, Any]) -> None:
    names = [port.name for port in component(kind).ports(raw)]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("kind", KINDS)
def test_ports_of_an_empty_config_are_those_of_a_new_node(kind: str) -> None:
    item = component(kind)
    assert [port.name for port in item.ports({})] == [port.name for port in item.ports(item.defaults())]


def test_the_model_gives_a_json_schema() -> None:
    for item in COMPONENTS.values():
        schema = item.Config.model_json_schema()
        assert schema["additionalProperties"] is False
        json.dumps(schema)


def test_references_are_named_in_their_sentence() -> None:
    workspace = SmallWorkspace()
    del workspace.tables[RefKind.EVENT]["order"]
    (error, *_) = component("behavior_event").errors(CONFIGS["behavior_event"], workspace)
    assert str(error.message) == "The event “order” is not in the catalogue. Choose another, or add it."

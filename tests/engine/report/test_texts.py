"""What messages of every kind say, as the trace shows it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from engine.campaign.document import CampaignDocument
from engine.campaign.model import Attributes
from engine.components.behaviour import (
    Content,
    DrawCoupon,
    FromTemplate,
    Inline,
    Payload,
    Send,
)
from engine.plan.graph import FlowNode
from engine.report.texts import renderer
from engine.shapes.variables import Binding
from engine.workspace.bundle import Bundle
from engine.workspace.catalog import Catalog
from engine.workspace.message import MESSAGE

TEMPLATES: dict[str, dict[str, Any]] = {
    "text_sms": {"text": ["Hello ${name},", "${name}: $${name} from ${city}"]},
    "email": {"subject": "Hi", "html": "<p>${name}</p>", "text": "Dear ${name}"},
    "digital_sms": {
        "subject": "For ${name}",
        "blocks": [{"text": "One ${city}"}, {"image": "a.png"}, {"text": ["Two", "Three"]}],
    },
}
VALUES = json.dumps(["Köln", 'A "B" <c>'], ensure_ascii=False)


def bundle(kind: str | None = None) -> Bundle:
    messages = {}
    if kind is not None:
        file = {"id": "m_1", "name": "M", "kind": kind, "content": TEMPLATES[kind]}
        messages = {"m_1": MESSAGE.adapter.validate_python(file)}
    document = CampaignDocument(Attributes(id="c_1", name="C"), {}, {})
    return Bundle(document, {}, messages, {}, Catalog())


def text(content: Content, values: str | None, within: Bundle, *names: str) -> str:
    bindings = {name: Binding.model_validate({"from": "attribute", "key": name}) for name in names}
    send = Send(id_type="mobile", account="acc", content=content, variables=bindings)
    return renderer(within, FlowNode("n", 1, 0, "kind", send, ("out",)))(values)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("text_sms", 'Hello A "B" <c>,\nA "B" <c>: ${name} from Köln'),
        ("email", 'Dear A "B" <c>'),
        ("digital_sms", 'For A "B" <c>\nOne Köln\nTwo\nThree'),
    ],
)
def test_a_template_with_its_variables(kind: str, expected: str) -> None:
    assert text(FromTemplate("m_1"), VALUES, bundle(kind), "name", "city") == expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("Sale", "Dear ${name}"), 'Sale\nDear A "B" <c>'),  # app push: title and content
        (("${city}", "", "x"), "Köln\n\nx"),  # keywords, one of them empty
        ((), ""),  # a WeChat picture
    ],
)
def test_a_text_in_the_component(lines: tuple[str, ...], expected: str) -> None:
    assert text(Inline(lines), VALUES, bundle(), "name", "city") == expected


def test_a_payload_is_compact_json_with_sorted_keys() -> None:
    values = json.dumps(["1", "Köln", 'A "B"'])
    assert (
        text(Payload(), values, bundle(), "name", "city", "b") == '{"b":"1","city":"Köln","name":"A \\"B\\""}'
    )
    assert text(Payload(), None, bundle()) == "{}"


def test_a_text_without_values_bound() -> None:
    assert text(Inline(("Hello",)), None, bundle()) == "Hello"


def test_a_coupon_says_its_code_or_nothing() -> None:
    node = FlowNode("n", 1, 0, "issue_coupon", DrawCoupon("cp_1", "member", None), ("out",))
    render = renderer(bundle(), node)
    assert (render('["C1"]'), render(None)) == ("C1", "")

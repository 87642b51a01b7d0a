"""What messages of every kind say, as the trace shows it."""

from __future__ import annotations

import json
import re
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
from engine.report.texts import Planned, Render, renderer
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
    return renderer(within, FlowNode("n", 1, 0, "kind", send, ("out",)))(planned(values))


def planned(values: str | None, person: str = "p1", entry: int = 1) -> Planned:
    return Planned(values, person, entry, f"+86{person}")


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
    assert (render(planned('["C1"]')), render(planned(None))) == ("C1", "")


LANGUAGES = {
    "attribute": "language",
    "contents": {"de": {"text": "Hallo ${name}"}, "zh-TW": {"text": "您好 ${name}"}},
}


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("de", "Hallo Li"),
        ("DE_at", "Hallo Li"),
        (" zh-tw ", "您好 Li"),
        ("zh", "Hello Li"),
        ("fr", "Hello Li"),
        ("", "Hello Li"),
    ],
)
def test_each_person_gets_their_language_or_the_usual_one(language: str, expected: str) -> None:
    within = bundle_with({"content": {"text": "Hello ${name}"}, "languages": LANGUAGES})
    assert text(FromTemplate("m_1"), json.dumps([language, "Li"]), within, "name") == expected


def test_short_links_say_whose_click_it_was() -> None:
    shop, terms = "https://shop.example.com/spring?who=${name}", "https://shop.example.com/spring"
    links = {
        "address": "https://s.example.com/",
        "shorten": [{"url": shop}, {"url": terms, "per_person": False}],
    }
    said = f"${{name}}: {shop}. Terms ({terms}), https://other.example.com"
    render = rendering(bundle_with({"content": {"text": said}, "links": links}), "name")
    one, again, second, other = (
        render(planned('["Li"]', *who)) for who in (("p1", 1), ("p1", 1), ("p1", 2), ("p2", 1))
    )
    begin, (mine, shared) = one.split(": ")[0], short_links(one)
    assert begin == "Li"
    assert one == f"Li: {mine}. Terms ({shared}), https://other.example.com"
    assert one == again
    assert len({mine, short_links(second)[0], short_links(other)[0]}) == 3
    assert {short_links(said)[1] for said in (one, second, other)} == {shared}


def short_links(said: str) -> list[str]:
    return re.findall(r"https://s\.example\.com/[0-9A-Za-z]{10}", said)


def bundle_with(more: dict[str, Any]) -> Bundle:
    file = {"id": "m_1", "name": "M", "kind": "text_sms", **more}
    document = CampaignDocument(Attributes(id="c_1", name="C"), {}, {})
    return Bundle(document, {}, {"m_1": MESSAGE.adapter.validate_python(file)}, {}, Catalog())


def rendering(within: Bundle, *names: str) -> Render:
    bindings = {name: Binding.model_validate({"from": "attribute", "key": name}) for name in names}
    send = Send(id_type="mobile", account="acc", content=FromTemplate("m_1"), variables=bindings)
    return renderer(within, FlowNode("n", 1, 0, "kind", send, ("out",)))

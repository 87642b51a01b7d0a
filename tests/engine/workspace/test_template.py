"""Templates: those that ship, and making a campaign of one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.campaign import campaign_file
from engine.campaign.layout import ROW, layered
from engine.campaign.rules import problems
from engine.components.base import RefKind
from engine.files import FileError
from engine.workspace.checking import fmt
from engine.workspace.template import SHIPPED, TEMPLATE, TemplateFile, instantiate, load_templates
from tests.engine.workspace.examples import NOW, PATH

TEMPLATES, BROKEN = load_templates()


NOWHERE = {"from": "n", "port": "out", "to": None}


class Anything:
    def name_of(self, kind: RefKind, id: str) -> str | None:
        return id

    def detail(self, kind: RefKind, id: str) -> None:
        return None


def test_the_three_templates_ship() -> None:
    assert BROKEN == []
    assert [template.name.en for template in TEMPLATES] == [
        "New member first order",
        "First purchase, lead to the second",
        "High order value, low frequency",
    ]
    assert not any(fmt(path, check=True) for path in SHIPPED.iterdir())


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.id)
class TestShipped:
    def test_only_configuring_is_left_to_do(self, template: TemplateFile) -> None:
        doc = template.document()
        left = problems(doc, Anything(), NOW)
        assert {problem.code for problem in left} == {"unconfigured"}
        assert {problem.node for problem in left} == {entry.node for entry in template.guide}
        assert all(link.target is not None for link in doc.links.values())

    def test_cards_stand_on_the_grid_without_overlap(self, template: TemplateFile) -> None:
        doc = template.document()
        assert set(doc.layout) == set(doc.nodes)
        columns = layered(doc)
        for node, place in doc.layout.items():
            assert place.x == columns[node].x
            assert place.y % ROW == 0
        assert len(set(doc.layout.values())) == len(doc.layout)

    def test_guide_recommends_rules_and_contents(self, template: TemplateFile) -> None:
        doc = template.document()
        for entry in template.guide:
            kind = doc.nodes[entry.node].kind
            assert (entry.rule is not None) == (kind == "target_audience")
            assert (entry.content is not None) == (kind == "text_sms")
            assert entry.prompt.en != entry.prompt.zh

    @pytest.mark.parametrize("language", ["en", "zh"])
    def test_instantiate(self, template: TemplateFile, language: str) -> None:
        doc = instantiate(template, "Mine", language)
        other = instantiate(template, "Mine", language)
        assert doc.attributes.name == "Mine"
        assert doc.attributes.template == template.id
        assert doc.attributes.id not in {other.attributes.id, template.campaign.id}
        assert {entry.node for entry in template.guide} <= set(doc.nodes)
        names = [node.name for node in doc.nodes.values()]
        assert all(any("\u4e00" <= char <= "\u9fff" for char in name) == (language == "zh") for name in names)
        data = campaign_file.dump(doc)
        assert campaign_file.dump(campaign_file.parse(data, PATH)) == data


def test_words_follow_the_language() -> None:
    assert TEMPLATES[2].name.text == "High order value, low frequency"
    content = TEMPLATES[2].guide[1].content
    assert content is not None
    assert content.content == content.en


@pytest.mark.parametrize(
    ("field", "value", "place"),
    [
        ("guide", [{"node": "n_gone", "prompt": {"en": "", "zh": ""}}], "guide.0.node"),
        ("names", {"n_gone": {"en": "", "zh": ""}}, "names.n_gone"),
        ("name", {"en": "x"}, "name.zh"),
        ("campaign", {"id": "c", "name": "x", "links": {"l": NOWHERE}}, "campaign.links.l.from"),
    ],
)  # fmt: skip
def test_refuses(field: str, value: object, place: str) -> None:
    path = next(SHIPPED.iterdir())
    content = {**json.loads(path.read_bytes()), field: value}
    with pytest.raises(FileError) as caught:
        TEMPLATE.parse(json.dumps(content).encode(), path)
    assert caught.value.field.startswith(place)


def test_broken_templates_are_listed(tmp_path: Path) -> None:
    (tmp_path / "a.template.json").write_bytes(b"{}")
    TEMPLATE.save(TEMPLATES[0], tmp_path / "b.template.json")
    templates, broken = load_templates(tmp_path)
    assert templates == [TEMPLATES[0]]
    assert [error.path.name for error in broken] == ["a.template.json"]

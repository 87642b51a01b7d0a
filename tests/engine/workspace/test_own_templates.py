"""Templates that a workspace makes itself: round trip, what they keep and recommend, hostile files."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.campaign import campaign_file
from engine.campaign.document import CampaignDocument
from engine.campaign.edits import append, configure, end_open_links
from engine.campaign.layout import with_missing_places
from engine.campaign.model import START_ID, Attributes, Link, Node
from engine.campaign.status import is_configured
from engine.components.base import OUT, RefKind
from engine.components.registry import COMPONENTS
from engine.files import FileError
from engine.workspace.audience import AudienceFile
from engine.workspace.message import TextSms
from engine.workspace.own_templates import (
    both,
    delete_own,
    emptied,
    flow_order,
    made_from,
    own_templates,
    save_own,
    usual_prompt,
)
from engine.workspace.template import (
    SHIPPED,
    TEMPLATE,
    TemplateFile,
    Words,
    find_template,
    instantiate,
    load_templates,
)
from engine.workspace.workspace import Workspace
from tests.app.panels.samples import CONFIGS, sample_workspace

BRANCHING = ["ab_test", "random_grouping", "wait_until", "tag_judgment", "text_sms"]
NAME, NOTHING = Words(en="Ours", zh="我们的"), Words(en="", zh="")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return sample_workspace(tmp_path_factory.mktemp("shop") / "shop")


@pytest.fixture
def workspace(shop: Workspace, tmp_path: Path) -> Workspace:
    return Workspace.open(Path(shutil.copytree(shop.folder, tmp_path / "shop")))


def flow(*configured: tuple[str, dict[str, Any]]) -> CampaignDocument:
    """A chain of configured components, every branch ended."""
    start = Link(source=START_ID, port=OUT, target=None)
    document = CampaignDocument(
        Attributes(id="c_1", name="Spring", group="Retention", start="2026-12-01T09:00:00+08:00"),
        links={"l": start},
    )
    link_id = "l"
    for kind, config in configured:
        edit = append(document, link_id, kind)
        document.apply(edit.ops)
        assert edit.focus is not None
        node = document.node(edit.focus)
        document.apply(configure(document, edit.focus, name=node.name, memo="", config=config).ops)
        links = document.links
        link_id = next(id for id, link in links.items() if link.target is None)
    document.apply(end_open_links(document).ops)
    return document


def audience_flow() -> CampaignDocument:
    sms = {
        "platform": "acc_sms",
        "sms_type": "promotional",
        "signature": "Brand",
        "template": "m_any",
    }
    return flow(("target_audience", {"audiences": ["a_once"]}), ("text_sms", sms))


def made(document: CampaignDocument, workspace: Workspace, *, keep: bool = True) -> TemplateFile:
    prompts = {id: usual_prompt(document.node(id).name) for id in flow_order(document)[:2]}
    return made_from(document, workspace, name=NAME, description=NOTHING, prompts=prompts, keep_settings=keep)


def test_round_trip(workspace: Workspace) -> None:
    document = audience_flow()
    template = made(document, workspace)
    path = save_own(workspace.templates_folder, template)
    assert path.name == "ours.template.json"
    (own,), broken = own_templates(workspace.templates_folder)
    assert own.path == path
    assert TEMPLATE.dump(own.template) == TEMPLATE.dump(template)
    assert broken == []
    assert find_template(workspace.templates_folder, template.id) == own.template
    assert workspace.name_of(RefKind.TEMPLATE, template.id) == "Ours"
    assert workspace.name_of(RefKind.TEMPLATE, load_templates()[0][0].id) == load_templates()[0][0].name.text
    assert workspace.name_of(RefKind.TEMPLATE, "t_gone") is None
    campaign = instantiate(template, "Again", "zh")
    for part in ("nodes", "links", "layout"):
        assert campaign_file.content(campaign)[part] == campaign_file.content(document)[part]
    attributes = campaign.attributes
    assert (attributes.template, attributes.group, attributes.start) == (template.id, "", None)
    assert attributes.id != document.attributes.id


def test_what_is_configured_becomes_what_is_recommended(workspace: Workspace) -> None:
    rule = load_templates()[0][1].guide[0].rule
    assert rule is not None
    workspace.save_audience(AudienceFile(id="a_once", name="Bought once", cards=rule.cards))
    template = made(audience_flow(), workspace, keep=False)
    trigger, sms = template.guide
    assert trigger.rule == rule
    assert sms.content is not None
    assert sms.content.en == sms.content.zh == TextSms(text="Hi")
    document = instantiate(template, "Again", "en")
    assert not any(is_configured(document.node(entry.node), workspace) for entry in template.guide)
    assert document.node(trigger.node).config == {}


def test_the_guide_of_the_campaigns_own_template_is_handed_on(workspace: Workspace) -> None:
    source = load_templates()[0][1]
    document = instantiate(source, "Ours", "en")
    prompts = {entry.node: entry.prompt for entry in source.guide}
    template = made_from(
        document, workspace, name=NAME, description=NOTHING, prompts=prompts, keep_settings=True
    )
    assert template.guide == source.guide


@pytest.mark.parametrize("kind", [kind for kind, it in COMPONENTS.items() if it.in_palette])
def test_without_its_settings_a_component_keeps_its_branches(kind: str) -> None:
    for config in CONFIGS[kind]:
        node = Node(kind=kind, name="A", config=config, confirmed=True)
        bare = emptied(node)
        assert [port.name for port in bare.ports] == [port.name for port in node.ports]
        assert bare.confirmed == (not COMPONENTS[kind].Config.model_fields)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    keep=st.booleans(),
    kinds=st.lists(st.sampled_from(BRANCHING), max_size=4),
)
def test_every_flow_makes_a_template(shop: Workspace, keep: bool, kinds: list[str]) -> None:
    chosen = [("target_audience", {"audiences": ["a_once"]})]
    document = flow(*chosen, *((kind, dict(CONFIGS[kind][0])) for kind in kinds))
    template = made(document, shop, keep=keep)
    again = TEMPLATE.parse(TEMPLATE.dump(template), Path("x"))
    assert TEMPLATE.dump(again) == TEMPLATE.dump(template)
    assert set(again.document().links.values()) == set(document.links.values())


def test_flow_order_is_that_of_reading() -> None:
    document = load_templates()[0][0].document()
    places = with_missing_places(document)
    order = flow_order(document)
    assert order[:3] == ["n_register", "n_coupon", "n_issued"]
    assert [places[id].x for id in order] == sorted(places[id].x for id in order)


def test_names_are_taken_once(workspace: Workspace) -> None:
    folder = workspace.templates_folder
    template = made(audience_flow(), workspace)
    path = save_own(folder, template)
    other = template.model_copy(update={"id": "t_other"})
    with pytest.raises(FileError) as caught:
        save_own(folder, other)
    assert caught.value.field == "name"
    renamed = template.model_copy(update={"name": both("Theirs", "", "en")})
    assert save_own(folder, renamed) == path  # a rename is no new file
    assert save_own(folder, other).name == "ours-2.template.json"
    assert [own.template.name.en for own in own_templates(folder)[0]] == ["Ours", "Theirs"]
    delete_own(own_templates(folder)[0][0])
    assert [own.template.name.en for own in own_templates(folder)[0]] == ["Theirs"]


@pytest.mark.parametrize(
    "data",
    [b"", b"\x00" * 64, b"{}", b'{"format": "template", "version": 9}', b"[" * 100_000],
    ids=["empty", "zeros", "bare", "newer", "deep"],
)
def test_hostile_files_are_refused_one_by_one(workspace: Workspace, data: bytes) -> None:
    folder = workspace.templates_folder
    save_own(folder, made(audience_flow(), workspace))
    (folder / "bad.template.json").write_bytes(data)
    found, broken = own_templates(folder)
    assert [own.template.name.en for own in found] == ["Ours"]
    assert [error.path.name for error in broken] == ["bad.template.json"]
    assert str(broken[0].message)


def test_names_that_no_component_may_have_are_refused(workspace: Workspace) -> None:
    folder = workspace.templates_folder
    folder.mkdir()
    content = json.loads(min(SHIPPED.iterdir()).read_bytes())
    content |= {"id": "t_long", "names": {"n_care": {"en": "x" * 51, "zh": "关怀"}}}
    (folder / "long.template.json").write_bytes(json.dumps(content).encode())
    found, broken = own_templates(folder)
    assert found == []
    assert [error.field for error in broken] == ["names.n_care.en"]


def test_a_shipped_id_is_not_taken_over(workspace: Workspace) -> None:
    folder = workspace.templates_folder
    folder.mkdir()
    shipped = sorted(SHIPPED.iterdir())[0]
    content = json.loads(shipped.read_bytes())
    content["name"] = {"en": "False friend", "zh": "冒名"}
    (folder / "twin.template.json").write_bytes(json.dumps(content).encode())
    found, broken = own_templates(folder)
    assert found == []
    assert [error.field for error in broken] == ["id"]
    template = find_template(folder, content["id"])
    assert template is not None
    assert template.name.en == "New member first order"


def test_a_folder_that_cannot_be_read_is_one_refusal(tmp_path: Path) -> None:
    assert own_templates(tmp_path / "none") == ([], [])
    assert find_template(tmp_path / "none", "t_gone") is None


@pytest.mark.parametrize(
    ("text", "other", "expected"),
    [("a", "", ("a", "a")), ("a", "b", ("a", "b")), ("", "b", ("b", "b"))],
)
def test_a_missing_language_is_stood_in_for(text: str, other: str, expected: tuple[str, str]) -> None:
    words = both(text, other, "en")
    assert (words.en, words.zh) == expected
    words = both(text, other, "zh")
    assert (words.zh, words.en) == expected

"""Three-way merges: nothing is lost, nothing made up, and the result is whole."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest
from pydantic import JsonValue

from engine.campaign import edits
from engine.campaign.campaign_file import canonical_config
from engine.campaign.document import CampaignDocument
from engine.campaign.layout import CARD_HEIGHT, CARD_WIDTH
from engine.campaign.merging import Kind, Merge, Side, merge
from engine.campaign.model import Node, Note, Point
from tests.engine.campaign.building import chain, empty_campaign, link_between, open_end, run
from tests.engine.campaign.random_edits import assert_whole, random_edit, state


def edited(document: CampaignDocument, choose: random.Random, count: int) -> CampaignDocument:
    after = document.copy()
    for _ in range(count):
        if (edit := random_edit(after, choose)) is not None:
            after.apply(edit.ops)
    return after


def both_named(
    ours: CampaignDocument, theirs: CampaignDocument, choose: random.Random
) -> list[CampaignDocument]:
    """Sometimes both sides rename or annotate the same component."""
    both = sorted(ours.nodes.keys() & theirs.nodes.keys())
    if not both or choose.random() < 0.8:
        return [ours, theirs]
    node = choose.choice(both)
    return [
        configured(document, node, **{choose.choice(("name", "memo")): f"{choose.randrange(10**9)}"})
        for document in (ours, theirs)
    ]


def started(choose: random.Random) -> CampaignDocument:
    document = empty_campaign()
    chain(document, "target_audience", "random_grouping")
    return edited(document, choose, choose.randrange(2, 20))


def all_of(merged: Merge, side: Side) -> CampaignDocument:
    return merged.document({conflict.key: side for conflict in merged.conflicts})


def judge(base: CampaignDocument, ours: CampaignDocument, theirs: CampaignDocument) -> Merge:
    """Everything that must hold of any merge."""
    found, turned = merge(base, ours, theirs), merge(base, theirs, ours)
    assert {conflict.key for conflict in found.conflicts} == {conflict.key for conflict in turned.conflicts}
    for side in Side:
        document = all_of(found, side)
        assert_whole(document)
        assert state(document) == state(all_of(turned, side.other))
    mixed = {conflict.key: list(Side)[at % 2] for at, conflict in enumerate(found.conflicts)}
    if found.proven:
        assert found.goes_together(mixed)
    if found.goes_together(mixed):
        assert_whole(found.document(mixed))
    if not found.conflicts:
        judge_clean(base, ours, theirs, found.document())
    return found


def judge_clean(
    base: CampaignDocument, ours: CampaignDocument, theirs: CampaignDocument, merged: CampaignDocument
) -> None:
    """Held against a plain reading of three-way: what one side changed is as that side has it."""
    renamed = {name for name, n in Counter(node.name for node in merged_names(ours, theirs)).items() if n > 1}
    for id in {*base.nodes, *ours.nodes, *theirs.nodes}:
        base_node, our_node, their_node, found = (
            document.nodes.get(id) for document in (base, ours, theirs, merged)
        )
        judge_node(base_node, our_node, their_node, found, renamed)
    before, mine, other = (ends(document) for document in (base, ours, theirs))
    assert ends(merged) == (mine & other) | (mine - before) | (other - before)
    for id in {*base.notes, *ours.notes, *theirs.notes}:
        assert one_side(*(document.notes.get(id) for document in (base, ours, theirs, merged)))
    for id in merged.layout:
        places = [document.layout.get(id) for document in (base, ours, theirs, merged)]
        if id in base.layout:
            assert one_side(*places)
        else:
            moved_down = places[3].x in {place.x for place in places[1:3] if place}  # type: ignore[union-attr]
            assert one_side(*places) or moved_down
    for field in type(merged.attributes).model_fields:
        values = [getattr(document.attributes, field) for document in (base, ours, theirs, merged)]
        assert one_side(*values)


def merged_names(ours: CampaignDocument, theirs: CampaignDocument) -> list[Node]:
    """Every component of both, those of both once where they are called the same."""
    return list({(id, node.name): node for doc in (ours, theirs) for id, node in doc.nodes.items()}.values())


def judge_node(
    base: Node | None, ours: Node | None, theirs: Node | None, merged: Node | None, renamed: set[str]
) -> None:
    if base is None or ours is None or theirs is None or merged is None:
        fits = one_side(base, ours, theirs, merged)
        alike = merged is not None and any(
            side is not None
            and side.model_copy(update={"name": merged.name}) == merged
            and side.name in renamed
            for side in (ours, theirs)
        )
        assert fits or alike
        return
    assert one_side(base.name, ours.name, theirs.name, merged.name) or {ours.name, theirs.name} & renamed
    assert one_side(base.memo, ours.memo, theirs.memo, merged.memo)
    configs: list[Mapping[str, Any]] = [canonical_config(node) for node in (base, ours, theirs, merged)]
    for key in {key for config in configs for key in config}:
        assert one_side(*(config.get(key) for config in configs))


def one_side(base: object, ours: object, theirs: object, merged: object) -> bool:
    """Whether the value is that of the side that changed it."""
    return merged == (theirs if ours == base else ours) and (ours in (base, theirs) or theirs in (base, ours))


def ends(document: CampaignDocument) -> set[tuple[str, str, str | None]]:
    return {(link.source, link.port, link.target) for link in document.links.values()}


def judge_seeds(seeds: range) -> Counter[str]:
    """Merge that many pairs of random edits; how many of them were clean."""
    seen: Counter[str] = Counter()
    for seed in seeds:
        choose = random.Random(seed)
        base = started(choose)
        first, second = (edited(base, choose, choose.randrange(1, 9)) for _ in range(2))
        ours, theirs = both_named(first, second, choose)
        try:
            found = judge(base, ours, theirs)
            for side in (ours, theirs):
                for same in (merge(base, side, base), merge(base, base, side), merge(base, side, side)):
                    assert same.conflicts == ()
                    assert state(same.document()) == state(side)
        except Exception as error:
            raise AssertionError(f"seed {seed}") from error
        seen["clean" if not found.conflicts else "conflicts"] += 1
        seen.update(conflict.kind.value for conflict in found.conflicts)
    return seen


def test_two_hundred_random_pairs() -> None:
    seen = judge_seeds(range(200))
    assert seen["clean"] > 40
    assert {"component", "field", "layout"} <= seen.keys()


@pytest.mark.full
def test_eight_hundred_more() -> None:
    judge_seeds(range(200, 1_000))


# ---- one at a time


def grouped() -> tuple[CampaignDocument, str, str, str]:
    """A trigger with a grouping behind it, whose two branches lead to a tag and a wait."""
    document = empty_campaign()
    _, grouping = chain(document, "target_audience", "random_grouping")
    first, second = [
        run(document, edits.append(document, open_end(document, grouping, port.name), kind))
        for port, kind in zip(document.ports(grouping), ("tag", "wait_until"), strict=False)
    ]
    return document, grouping, first, second


def after(document: CampaignDocument, *made: edits.Edit) -> CampaignDocument:
    changed = document.copy()
    for edit in made:
        changed.apply(edit.ops)
    return changed


def configured(document: CampaignDocument, id: str, **fields: Any) -> CampaignDocument:
    node = document.nodes[id]
    config = {**node.config, **fields.pop("config", {})}
    given = {"name": node.name, "memo": node.memo, **fields}
    return after(document, edits.configure(document, id, config=config, **given))


def kinds(merged: Merge) -> list[Kind]:
    return [conflict.kind for conflict in merged.conflicts]


def test_components_on_different_lines_come_together_without_covering_each_other() -> None:
    base, grouping, first, second = grouped()
    ours = after(base, edits.insert(base, link_between(base, grouping, first), "tag"))
    theirs = after(base, edits.append(base, open_end(base, second), "tag"))
    found = merge(base, ours, theirs)
    merged = found.document()
    assert found.conflicts == ()
    assert merged.nodes.keys() == ours.nodes.keys() | theirs.nodes.keys()
    names = [node.name for node in merged.nodes.values()]
    assert len(set(names)) == len(names)
    places = list(merged.layout.values())
    assert not any(
        abs(one.x - other.x) < CARD_WIDTH and abs(one.y - other.y) < CARD_HEIGHT
        for index, one in enumerate(places)
        for other in places[:index]
    )


def test_two_components_in_one_place_are_a_choice() -> None:
    base, grouping, first, _ = grouped()
    link = link_between(base, grouping, first)
    ours, theirs = (
        after(base, edits.insert(base, link, "email")),
        after(base, edits.insert(base, link, "text_sms")),
    )
    found = judge(base, ours, theirs)
    assert kinds(found) == [Kind.COMPONENT]
    assert all_of(found, Side.OURS).nodes.keys() == ours.nodes.keys()
    assert all_of(found, Side.THEIRS).nodes.keys() == theirs.nodes.keys()


def test_deleted_here_and_edited_there_is_a_choice() -> None:
    base, _, first, _ = grouped()
    found = judge(base, after(base, edits.take_out(base, first)), configured(base, first, memo="Keep it"))
    assert kinds(found) == [Kind.COMPONENT]
    assert first not in found.document().nodes
    assert all_of(found, Side.THEIRS).nodes[first].memo == "Keep it"


def test_lines_that_would_run_in_a_circle_are_a_choice() -> None:
    base, _, first, second = grouped()
    ours = after(base, edits.join(base, open_end(base, first), second))
    theirs = after(base, edits.join(base, open_end(base, second), first))
    assert kinds(judge(base, ours, theirs)) == [Kind.LINES]


def test_a_branch_whose_two_lines_went_on_the_two_sides_is_a_choice() -> None:
    base, _, first, second = grouped()
    base = after(base, edits.join(base, open_end(base, first), second))
    (end,) = chain(base, "end", source=second)
    base = after(base, edits.grow(base, first, "out", end))
    one, other = base.out_links(first)
    removed = [
        CampaignDocument(
            base.attributes, base.nodes, {k: v for k, v in base.links.items() if k != id}, {}, base.layout
        )
        for id in (one, other)
    ]
    assert kinds(judge(base, *removed)) == [Kind.LINES]


def test_the_same_line_drawn_on_both_sides_is_one() -> None:
    base, _, first, second = grouped()
    (end,) = chain(base, "end", source=second)
    base = after(base, edits.join(base, open_end(base, first), second))
    ours, theirs = (after(base, edits.grow(base, first, "out", end)) for _ in range(2))
    found = judge(base, ours, theirs)
    assert found.conflicts == ()
    assert len(found.document().links) == len(ours.links)


def test_fields_are_merged_one_by_one() -> None:
    base, _, _, wait = grouped()
    base = configured(base, wait, config={"mode": "duration", "amount": 1, "unit": "day"})
    ours = configured(base, wait, name="Ours", config={"amount": 2})
    found = judge(base, ours, configured(base, wait, memo="Theirs"))
    assert found.conflicts == ()
    merged = found.document().nodes[wait]
    assert (merged.name, merged.memo, merged.config["amount"]) == ("Ours", "Theirs", 2)
    found = judge(base, ours, configured(base, wait, name="Theirs", config={"amount": 3}))
    assert [conflict.fields for conflict in found.conflicts] == [("name",), ("amount",)]
    mixed = found.document({f"name:{wait}": Side.THEIRS}).nodes[wait]
    assert (mixed.name, mixed.config["amount"]) == ("Theirs", 2)


def test_what_depends_on_a_field_is_taken_with_it() -> None:
    base, _, _, wait = grouped()
    base = configured(base, wait, config={"mode": "duration", "amount": 1, "unit": "day"})
    ours = configured(base, wait, config={"amount": 2})
    for theirs in ({"unit": "week"}, {"mode": "next_time", "amount": None, "unit": None, "time": "09:00"}):
        found = judge(base, ours, configured(base, wait, config=theirs))
        assert kinds(found) == [Kind.FIELD]
        taken = all_of(found, Side.THEIRS).nodes[wait].config
        assert all(taken.get(key) == value for key, value in theirs.items())


def test_notes_places_and_the_campaigns_fields_are_choices_of_their_own() -> None:
    base, _, first, _ = grouped()
    base = CampaignDocument(
        base.attributes,
        base.nodes,
        base.links,
        {"t_1": Note(text="Base", at=Point(0, 300), size=Point(160, 64))},
        base.layout,
    )
    sides = []
    for number, name in enumerate(("Ours", "Theirs")):
        doc = after(
            base, edits.write_note(base, "t_1", name), edits.move(base, {first: Point(500 + number * 8, 400)})
        )
        sides.append(after(doc, edits.set_attributes(doc, doc.attributes.model_copy(update={"name": name}))))
    found = judge(base, *sides)
    assert kinds(found) == [Kind.ATTRIBUTES, Kind.NOTE, Kind.LAYOUT]
    mixed = found.document({"note:t_1": Side.THEIRS, "layout": Side.THEIRS})
    assert (mixed.attributes.name, mixed.notes["t_1"].text, mixed.layout[first]) == (
        "Ours",
        "Theirs",
        Point(508, 400),
    )


def test_a_start_and_an_end_that_do_not_go_together_are_a_choice() -> None:
    base, *_ = grouped()

    def at(start: str | None, end: str | None) -> CampaignDocument:
        return after(
            base,
            edits.set_attributes(base, base.attributes.model_copy(update={"start": start, "end": end})),
        )

    early, late = "2026-12-01T00:00:00+08:00", "2026-12-10T00:00:00+08:00"
    found = judge(base, at(late, None), at(None, early))
    assert kinds(found) == [Kind.ATTRIBUTES]
    assert found.conflicts[0].fields == ("end", "start")
    for side, wanted in ((Side.OURS, (late, None)), (Side.THEIRS, (None, early))):
        taken = all_of(found, side).attributes
        assert (taken.start, taken.end) == wanted
    clean = judge(base, at(early, None), at(None, late)).document().attributes
    assert (clean.start, clean.end) == (early, late)


def test_many_contested_components_stay_choices_of_their_own() -> None:
    base = empty_campaign()
    _, grouping = chain(base, "target_audience", "random_grouping")
    groups: list[JsonValue] = [{"id": f"g_{n}", "name": f"G{n}", "percent": "1"} for n in range(6)]
    base = configured(base, grouping, config={"groups": groups})
    ports = [port.name for port in base.ports(grouping)]
    tags = [run(base, edits.append(base, open_end(base, grouping, port), "tag")) for port in ports[:6]]
    ours, theirs = base, base
    for tag in tags:
        ours = configured(ours, tag, name=f"Kept {tag}")
        theirs = after(theirs, edits.take_out(theirs, tag))
    found = judge(base, ours, theirs)
    assert kinds(found) == [Kind.COMPONENT] * 6
    assert not found.proven


def test_without_a_common_state_what_is_alike_is_it() -> None:
    ours, _, first, _ = grouped()
    theirs = configured(ours, first, memo="Theirs")
    found = merge(None, ours, theirs)
    assert kinds(found) == [Kind.COMPONENT]
    assert state(all_of(found, Side.OURS)) == state(ours)
    assert state(all_of(found, Side.THEIRS)) == state(theirs)


def test_without_a_common_state_the_campaigns_own_fields_are_a_choice_too() -> None:
    """Ours once went for nothing here, without a word."""
    ours = empty_campaign()
    theirs, mine = ours.copy(), ours.copy()
    for side, fields in (
        (mine, {"name": "Ours", "start": "2027-01-01T00:00:00+08:00"}),
        (theirs, {"name": "Theirs", "group": "Spring"}),
    ):
        attributes = side.attributes.model_copy(update=fields)
        side.apply(edits.set_attributes(side, attributes).ops)
    found = merge(None, mine, theirs)
    (conflict,) = found.conflicts
    assert (conflict.kind, conflict.fields) == (Kind.ATTRIBUTES, ("name",))
    merged = found.document().attributes
    assert (merged.name, merged.group, merged.start) == ("Ours", "Spring", "2027-01-01T00:00:00+08:00")
    assert all_of(found, Side.THEIRS).attributes.name == "Theirs"

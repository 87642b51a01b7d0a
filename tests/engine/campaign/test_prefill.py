"""New touches begin with what touches of their kind have, or with the only choice there is."""

from __future__ import annotations

from engine.campaign.edits import append, configure, prefill, prefilled
from engine.campaign.edits.edit import Edit
from engine.campaign.fixes import Known, fix
from engine.campaign.model import Node
from engine.campaign.ops import Op, Table
from engine.campaign.rules import problems
from tests.engine.campaign.building import Everything, chain, empty_campaign, open_end, run
from tests.engine.campaign.test_rules import NOW

ONE = {"a1": "simulated"}
TWO = {"a1": "simulated", "a2": "alibaba_sms", "a3": "wechat"}


def _config(edit: Edit) -> dict[str, object]:
    (node,) = (op.after for op in edit.ops if isinstance(op.after, Node))
    assert not node.confirmed
    return dict(node.config)


def test_the_only_account_is_chosen_for_a_new_touch() -> None:
    document = empty_campaign()
    (trigger,) = chain(document, "target_audience")
    edit = append(document, open_end(document, trigger), "text_sms")
    assert _config(prefilled(document, edit, Everything(), ONE)) == {"platform": "a1"}
    assert _config(prefilled(document, edit, Everything(), TWO)) == {}
    other = append(document, open_end(document, trigger), "wait_until")
    assert prefilled(document, other, Everything(), ONE) == other


def test_what_was_used_last_in_the_campaign_is_used_again() -> None:
    document = empty_campaign()
    _, sms = chain(document, "target_audience", "text_sms")
    used = {"platform": "a2", "sms_type": "promotional", "signature": "Shop", "template": "m1"}
    run(document, configure(document, sms, name="SMS", memo="", config=used))
    edit = append(document, open_end(document, sms), "text_sms")
    found = _config(prefilled(document, edit, Everything(), TWO))
    assert found == {"platform": "a2", "sms_type": "promotional", "signature": "Shop"}
    assert "platform" not in _config(
        prefilled(document, edit, Everything(), {"a1": "simulated", "a3": "http_sms"})
    )


def test_what_a_template_left_open_begins_with_the_only_choice_and_keeps_the_rest() -> None:
    document = empty_campaign()
    _, sms, other = chain(document, "target_audience", "text_sms", "text_sms")
    for id, config in ((sms, {"sms_type": "promotional"}), (other, {"platform": "a2"})):
        before = document.node(id)
        document.apply((Op(Table.NODES, id, before, before.model_copy(update={"config": config})),))
    prefill(document, Everything(), {**ONE, "a3": "wechat"})
    assert document.node(sms).config == {"sms_type": "promotional", "platform": "a1"}
    assert document.node(other).config == {"platform": "a2"}
    assert not document.node(sms).confirmed


def test_the_only_account_is_a_cure() -> None:
    document = empty_campaign()
    _, sms = chain(document, "target_audience", "text_sms")
    found = next(
        one for one in problems(document, Everything(), NOW) if (one.node, one.field) == (sms, "platform")
    )
    names = {id: (kind, "Simulated") for id, kind in ONE.items()}
    edit = fix(document, found, Known(accounts=names))
    assert edit is not None
    assert str(edit.label) == "Use “Simulated”"
    document.apply(edit.ops)
    assert document.node(sms).config == {"platform": "a1"}
    assert fix(document, found, Known(accounts={id: (kind, id) for id, kind in TWO.items()})) is None

"""The obvious cure of a problem, where there is one: an edit that the designer can take in one click.

A person has to decide, and nothing is offered, where several answers are as good: which trigger
(`no_trigger`), where to stand (`placement`), which other object a component uses instead of one that is gone
(`missing_reference`), which later time (`time_past` of a component, `time_outside`, `waits_past_end`), which
people (`empty_audience`), and whether a result may be shared (`shared_result`).
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from engine.campaign.document import CampaignDocument
from engine.campaign.edits import Edit, Refused, end_open_links
from engine.campaign.fixes import configs, lines, nodes
from engine.campaign.fixes.attributes import mend_times, remove_exit, remove_goal, rename, workspace_clock
from engine.campaign.model import START_ID
from engine.campaign.ops import Op
from engine.campaign.problem import Problem
from engine.i18n import Message

_MOST_AT_ONCE = 200  # problems cured one after the other: each cure looks at the whole flow


class Known(NamedTuple):
    """What a cure has to know beside the document: the time, the names of the other campaigns, and of each
    account, by id, its kind and its name."""

    now: datetime | None = None
    taken: Container[str] = ()
    accounts: Mapping[str, tuple[str, str]] = {}


NOTHING = Known()


def fix(document: CampaignDocument, problem: Problem, known: Known = NOTHING) -> Edit | None:
    """The edit that cures the problem, named for a button; None where a person has to decide.

    None also where the document has changed and no longer holds what the problem is about.
    """
    if problem.link is not None and problem.link not in document.links:
        return None
    if problem.node not in (None, START_ID) and problem.node not in document.nodes:
        return None
    try:
        edit = _cure(document, problem, known)
    except Refused:
        return None
    return edit if edit is not None and edit.ops else None


def fix_all(document: CampaignDocument, problems: Iterable[Problem], code: str) -> Edit | None:
    """One edit that cures every problem of a kind; None where that kind is not safe to cure unseen."""
    if not fixable_together(code):
        return None
    if code == "open_end":
        try:
            return end_open_links(document)._replace(label=Message("Add End to open lines"))
        except Refused:
            return None
    working = CampaignDocument(
        document.attributes, document.nodes, document.links, document.notes, document.layout
    )
    ops: list[Op] = []
    label: Message | None = None
    count = 0
    for problem in problems:
        if problem.code == code and count < _MOST_AT_ONCE and (edit := fix(working, problem)) is not None:
            working.apply(edit.ops)
            ops += edit.ops
            label, count = label or edit.label, count + 1
    if label is None:
        return None
    return Edit(tuple(ops), label if count == 1 else Message("{what} ({count})", what=label, count=count))


def fixable_together(code: str) -> bool:
    """Whether all problems of a kind may be cured unseen: that deletes no component and confirms nothing."""
    return code in _SAFE


def _cure(document: CampaignDocument, problem: Problem, known: Known) -> Edit | None:
    match problem.code:
        case "name_taken":
            return rename(document, known.taken)
        case "no_trigger":
            return lines.lead_start_to_trigger(document)
        case "time_past" if problem.node is None:
            return mend_times(document, known.now)
        case _ if problem.node is None and problem.field.startswith("exits."):
            return remove_exit(document, problem)
        case _ if problem.node is None and problem.field.startswith("goal."):
            return remove_goal(document)
        case _ if problem.node is None and problem.field == "send_window.zone":
            return workspace_clock(document)
        case "unconfigured" if edit := configs.use_only_account(document, problem, known.accounts):
            return edit
    cure = _CURES.get(problem.code)
    return cure(document, problem) if cure is not None else None


_CURES: Mapping[str, Callable[[CampaignDocument, Problem], Edit | None]] = {
    "open_end": lines.close,
    "bad_link": lines.remove_line,
    "cycle": lines.cut_cycle,
    "unreachable": nodes.remove_unreached,
    "second_trigger": nodes.remove_trigger,
    "ab_escape": nodes.mend_test,
    "percent_sum": configs.even_out,
    "skipped_cycles": configs.run_again,
    "unconfigured": configs.complete,
}
_SAFE = frozenset({"open_end", "bad_link", "percent_sum", "skipped_cycles"})

"""What must be said of the engine, and of a campaign's run, wherever they are looked at."""

from __future__ import annotations

from typing import NamedTuple
from zoneinfo import ZoneInfo

from app.campaign_list.status import Status
from app.engine.situation import Rows, Run, Situation, State, earlier_entered, earlier_inside
from app.widgets import moments
from engine.components.delivery import provider_reason
from engine.i18n import ntr, tr
from engine.shapes.time import instant


class Notice(NamedTuple):
    """A sentence that stands until it is no longer true.

    tone: a state colour of the look: danger, warn or muted. action: the id of the action that leads out of
    it, and link: its words; both "" where there is none. more: further actions and their words.
    """

    tone: str
    text: str
    action: str = ""
    link: str = ""
    more: tuple[tuple[str, str], ...] = ()


def of_engine(situation: Situation, *, waits: bool) -> list[Notice]:
    """What keeps the engine from its work. `waits`: something that is looked at needs it to run."""
    condition, off = situation.condition, situation.state is State.OFF
    start = ("run.start", tr("Start the engine")) if off else ("", "")
    if condition.held:
        text = tr("The engine is held: nobody enters and nothing is sent. {reason}", reason=condition.held)
        return [Notice("danger", text, "run.release", tr("What to do…"))]
    if condition.problem:
        return [Notice("danger", str(condition.problem), *start)]
    if off and waits:
        return [Notice("warn", tr("Nothing is sent while the engine does not run."), *start)]
    return [Notice("warn", condition.notice)] if condition.notice else []


def of_run(run: Run | None) -> list[Notice]:
    """That and why a campaign ended abnormally, its messages do not go out, or may have gone out or not."""
    if run is None:
        return []
    found = [Notice("danger", run.failure)] if run.failure else []
    if run.cannot_send:
        text = tr("Messages do not go out: {reason}", reason=provider_reason(run.cannot_send))
        found.append(Notice("danger", text, "run.sending", tr("Sending status")))
    if run.doubtful:
        found.append(Notice("warn", run.doubt, "run.sending", tr("Decide…")))
    return found


def of_draft(status: Status, run: Run | None, draft_hash: str | None, *, editable: bool) -> list[Notice]:
    """That the draft on show is not what was published. `draft_hash`: of its bundle, None while unknown."""
    if run is None or draft_hash is None or draft_hash == run.hash:
        return []
    if editable and status is not Status.IN_PROGRESS:
        return []
    if editable:
        text = tr(
            "Version {version} runs. What you change here goes out when you publish it as the next version.",
            version=run.version,
        )
    elif status is Status.IN_PROGRESS:
        text = tr("This is your draft, which differs from version {version} that runs.", version=run.version)
    else:
        text = tr(
            "This is your draft, which differs from version {version} that was published.",
            version=run.version,
        )
    return [Notice("muted", text)]


def of_people_in_earlier(rows: Rows) -> list[Notice]:
    """That people are still in versions that are no longer on show, or went through them."""
    found = earlier_inside(rows)
    if not found:
        return _of_people_through(earlier_entered(rows))
    n = sum(row.inside for row in found)
    if len(found) == 1:
        text = ntr(
            "{n:,} person is still in version {version}, which is not on show here.",
            "{n:,} people are still in version {version}, which is not on show here.",
            n,
            version=found[0].number,
        )
    else:
        text = ntr(
            "{n:,} person is still in earlier versions, which are not on show here.",
            "{n:,} people are still in earlier versions, which are not on show here.",
            n,
        )
    return [Notice("muted", text, "run.earlier", tr("Show version {version}", version=found[0].number))]


def _of_people_through(found: Rows) -> list[Notice]:
    """That earlier versions had people whom the counts on show do not tell of."""
    if not found:
        return []
    n = sum(row.entries for row in found)
    if len(found) == 1:
        text = ntr(
            "{n:,} person went through version {version}, which is not on show here.",
            "{n:,} people went through version {version}, which is not on show here.",
            n,
            version=found[0].number,
        )
    else:
        text = ntr(
            "{n:,} person went through earlier versions, which are not on show here.",
            "{n:,} people went through earlier versions, which are not on show here.",
            n,
        )
    return [Notice("muted", text, "run.earlier", tr("Show version {version}", version=found[0].number))]


def of_earlier_version(number: int, rows: Rows, zone: ZoneInfo) -> list[Notice]:
    """Which version is on show, and that it is not the newest."""
    row = next((row for row in rows if row.number == number), None)
    if row is None:
        text = tr("This is version {version}, as it was published.", version=number)
    else:
        time = moments.told(instant(row.published_at), zone)
        text = tr(
            "This is version {version}, as it was published on {time}. Its people finish it; "
            "nobody enters it any more.",
            version=number,
            time=time,
        )
    return [Notice("muted", text, "run.newest", tr("Back to the newest"))]

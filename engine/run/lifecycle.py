"""The life of published campaigns in the database: publish, stop, restart, finish, delete (components,
section 10).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, and_, delete, func, insert, select, tuple_, update

from engine.campaign.rules import problems
from engine.components.base import RefKind
from engine.components.behaviour import Send
from engine.files.errors import FileError
from engine.i18n import N_, Message
from engine.logs import get_logger
from engine.plan.contact import ContactRules, Cuts
from engine.plan.graph import Flow, NotRunnable
from engine.plan.plan import Plan
from engine.run import failures
from engine.run.answers import Backlog, Refused, UnknownCampaign
from engine.run.backlog import backlogs
from engine.run.compiling import VersionKeys, cuts_for
from engine.run.entering import asks_who_is_inside, audiences_of, counts_events_of, has_schedule_of
from engine.run.kept_contacts import keep_of_deleted
from engine.shapes.time import from_milliseconds, instant, to_milliseconds
from engine.store import reasons
from engine.store.fields import DataFields, DataSchema, SchemaConflict
from engine.store.tables.operations import deleted_message, deleted_visit, version_lease
from engine.store.tables.runs import (
    ACTIVE,
    COMPLETED,
    ENDED,
    HALTED,
    STOPPED,
    agenda,
    arrival,
    campaign,
    campaign_goal,
    campaign_node,
    campaign_version,
    claim,
    conversion_counter,
    counter,
    coupon_issue,
    cycle,
    entry,
    finished,
    gathered,
    generated_audience,
    goal,
    goal_counter,
    marketing_node,
    message,
    message_counter,
    path,
    pending_match,
    skipped_cycle,
    tag_write,
    test_state,
    token,
    token_watched,
    visit,
)
from engine.store.tables.sending import doubt, link_token, outbox, reference
from engine.store.times import NEVER
from engine.store.versions import NO_CAMPAIGN, stored_bundle, versions_of
from engine.workspace import bundle as bundles
from engine.workspace.bundle import Bundle
from engine.workspace.settings import MAX_IN_PROGRESS

log = get_logger()

_BY_VERSION = (
    agenda, arrival, token, token_watched, visit, counter, finished, message_counter, goal_counter,
    campaign_goal, conversion_counter, path, deleted_visit, outbox,
)  # fmt: skip
_BY_CAMPAIGN = (
    entry, cycle, skipped_cycle, pending_match, claim, message, tag_write, test_state, goal, gathered,
    deleted_message, campaign_node, doubt, reference, link_token,
)  # fmt: skip


def refuse_problems(bundle: Bundle, now: int) -> None:
    """Refuse what the structure rules call an error. Raises `Refused`."""
    found = problems(bundle.campaign, bundle, from_milliseconds(now))
    errors = [problem.message for problem in found if problem.severity == "error"]
    if errors:
        raise Refused(*dict.fromkeys(errors))


def refuse_accounts(bundle: Bundle, flow: Flow) -> None:
    """Refuse what would be sent through a real provider: for engines that have no sending loop."""
    refused: list[Message] = []
    for node in flow.nodes.values():
        if isinstance(node.behaviour, Send):
            account = bundle.detail(RefKind.ACCOUNT, node.behaviour.account) or {}
            if account.get("kind") != "simulated":
                refused.append(
                    Message(
                        N_(
                            "“{name}” sends through the account “{account}”, but this engine reaches no "
                            "providers. Choose a simulated account."
                        ),
                        name=bundle.campaign.nodes[node.id].name,
                        account=str(account.get("name", node.behaviour.account)),
                    )
                )
    if refused:
        raise Refused(*refused)


def declare_catalogue(connection: Connection, fields: DataFields, bundle: Bundle) -> None:
    """Make room for the attributes, tags and events that the bundle uses. Raises `Refused`."""
    try:
        fields.declare(connection, DataSchema.of(bundle.catalog))
    except SchemaConflict as error:
        raise Refused(error.message) from error


def number_of(connection: Connection, id: str) -> int:
    """The database's number of a campaign. Raises `UnknownCampaign`."""
    number = connection.execute(select(campaign.c.number).where(campaign.c.id == id)).scalar()
    if number is None:
        raise UnknownCampaign(id)
    return int(number)


def new_version(
    connection: Connection, bundle: Bundle, now: int, contact: ContactRules, *, mails: bool = False
) -> VersionKeys:
    """Enter the bundle as a campaign's new version; its plan's paths are still to be written. mails: what
    goes through real accounts waits for the sending loop."""
    attributes = bundle.campaign.attributes
    found = connection.execute(select(campaign).where(campaign.c.id == attributes.id)).first()
    if found is not None and found.state in (COMPLETED, HALTED, ENDED):
        raise Refused(Message(N_("This campaign is finished. Copy it to run it again.")))
    if found is None:
        refuse_too_many(connection, now)
    starts = now if attributes.start is None else max(now, to_milliseconds(instant(attributes.start)))
    ends = None if attributes.end is None else to_milliseconds(instant(attributes.end))
    number = _next(connection, campaign.c.number) if found is None else int(found.number)
    key = _next(connection, campaign_version.c.key)
    earlier = select(func.max(campaign_version.c.version)).where(campaign_version.c.campaign == number)
    version = (connection.execute(earlier).scalar() or 0) + 1
    values = {"name": attributes.name, "version": key, "ends_at": ends}
    runs_from = None if found is None else _follow(connection, number, found.version, bundle, now)
    if found is None:
        fixed = {
            "number": number,
            "id": attributes.id,
            "state": ACTIVE,
            "published_at": now,
            "starts_at": starts,
        }
        connection.execute(insert(campaign).values(**fixed, **values))
    else:
        if found.starts_at > now:
            values["starts_at"] = starts
        connection.execute(update(campaign).where(campaign.c.number == number).values(**values))
    text = bundles.write(bundle).decode()
    row = {"key": key, "campaign": number, "version": version, "hash": bundle.hash, "bundle": text}
    nodes = _number_nodes(connection, number, bundle.campaign.nodes)
    cuts = cuts_for(bundle, nodes, contact, mails=mails)
    if found is not None:
        cuts |= Cuts.FOLLOWS
    made = {"published_at": now, "cuts": int(cuts), "runs_from": runs_from}
    connection.execute(insert(campaign_version).values(**row, **made))
    return VersionKeys(number, key, nodes, cuts)


def _follow(connection: Connection, number: int, before: int, bundle: Bundle, now: int) -> int | None:
    """Let a version follow the one of the key `before`. What this has counted of people on the way to the
    n-th event stands where the later one counts the same; a cycle that not everybody has entered yet goes on
    where audiences enter that, too. Returns from when its schedule counts: where both have the same, as from
    when it does there, so that a run is made that is due; any other from now on. Raises `NotRunnable`."""
    if not audiences_of(bundle):
        open_one = (cycle.c.campaign == number) & (cycle.c.done == 0)
        connection.execute(update(cycle).where(open_one).values(done=1))
    if asks_who_is_inside(bundle):
        _track(connection, number)
    try:
        earlier = stored_bundle(connection, before)
        same_events, same_schedule = counts_events_of(bundle, earlier), has_schedule_of(bundle, earlier)
    except (FileError, NotRunnable):  # this program cannot run the earlier one: nothing of it goes on
        same_events = same_schedule = False
    if not same_events:
        connection.execute(delete(pending_match).where(pending_match.c.campaign == number))
    if not same_schedule:
        return now
    query = select(campaign_version.c.runs_from).where(campaign_version.c.key == before)
    found: int | None = connection.execute(query).scalar_one()
    return found


def _track(connection: Connection, number: int) -> None:
    """From now on entries of all the campaign's versions count their tokens: so far those do that may have
    several."""
    versions = versions_of(connection, number)
    # Waves that others run are over by then, and none begins before it is known.
    held = select(version_lease.c.version).where(version_lease.c.version.in_(versions))
    connection.execute(held.with_for_update())
    mine = campaign_version.c.campaign == number
    tracked = campaign_version.c.cuts.bitwise_or(int(Cuts.TRACKED))
    connection.execute(update(campaign_version).where(mine).values(cuts=tracked))
    for table in (token, token_watched):
        inside = select(table.c.person, table.c.entry).where(table.c.version.in_(versions))
        untracked = (entry.c.campaign == number, entry.c.live.is_(None))
        key = tuple_(entry.c.person, entry.c.entry)
        connection.execute(update(entry).where(*untracked, key.in_(inside)).values(live=1))


def _number_nodes(connection: Connection, number: int, ids: Iterable[str]) -> dict[str, int]:
    """Numbers of nodes: a node keeps its number through all versions."""
    known = {
        row.id: row.node
        for row in connection.execute(select(campaign_node).where(campaign_node.c.campaign == number))
    }
    first = max(known.values(), default=0) + 1
    new = {id: node for node, id in enumerate(sorted(set(ids) - known.keys()), start=first)}
    if new:
        rows = [{"campaign": number, "node": node, "id": id} for id, node in new.items()]
        connection.execute(insert(campaign_node), rows)
    return known | new


def write_paths(connection: Connection, plan: Plan) -> None:
    """Keep what the version's path numbers mean, what its messages count as, and its goal."""
    connection.execute(insert(path), list(plan.path_rows()))
    if marketing := list(plan.marketing_rows()):
        connection.execute(insert(marketing_node), marketing)
    if (goal_row := plan.goal_row()) is not None:
        connection.execute(insert(campaign_goal), goal_row)


def note_held_back(connection: Connection, plan: Plan) -> None:
    """Keep what the path of those who are held back means, where the workspace has begun to do so since the
    version was published."""
    row = plan.held_back_row()
    if row is not None:
        mine = (path.c.version == row["version"]) & (path.c.path == row["path"])
        if connection.execute(select(path.c.path).where(mine)).first() is None:
            connection.execute(insert(path), row)


def refuse_too_many(connection: Connection, now: int) -> None:
    """At most 100 campaigns are in progress. Raises `Refused`."""
    running = select(func.count()).where(campaign.c.state == ACTIVE, campaign.c.starts_at <= now)
    if connection.execute(running).scalar_one() >= MAX_IN_PROGRESS:
        message = N_("{max} campaigns are in progress. Wait for one to finish, or stop one.")
        raise Refused(Message(message, max=MAX_IN_PROGRESS))


def stop(connection: Connection, id: str) -> None:
    """Stop a campaign, or what waits of a finished one. Raises `UnknownCampaign`, `Refused`."""
    number = number_of(connection, id)
    if backlogs(connection).get(id) is Backlog.GOING:
        _change(connection, number, COMPLETED, HALTED)
        _put_off(connection, number)
        return
    if not _change(connection, number, ACTIVE, STOPPED):
        raise Refused(Message(N_("This campaign is not running.")))
    connection.execute(delete(arrival).where(arrival.c.version.in_(versions_of(connection, number))))
    _put_off(connection, number)


def restart(connection: Connection, id: str, now: int) -> None:
    """Take a stopped campaign up again: what fell due meanwhile happens now. A finished one stays finished,
    but what waits of it goes out."""
    number = number_of(connection, id)
    if _change(connection, number, HALTED, COMPLETED):
        versions = versions_of(connection, number)
        connection.execute(delete(agenda).where(agenda.c.version.in_(versions)))
        _put_on_messages(connection, number, versions, now)
        return
    refuse_too_many(connection, now)
    if not _change(connection, number, STOPPED, ACTIVE):
        raise Refused(Message(N_("This campaign is not stopped.")))
    versions = versions_of(connection, number)
    connection.execute(delete(agenda).where(agenda.c.version.in_(versions)))
    for table in (token, token_watched):
        mine = table.c.version.in_(versions)
        connection.execute(update(table).where(mine, table.c.due < now).values(due=now))
        waiting = select(table.c.version, table.c.place, func.min(table.c.due)).where(
            mine, table.c.due.is_not(None)
        )
        waiting = waiting.group_by(table.c.version, table.c.place)
        connection.execute(insert(agenda).from_select(["version", "place", "due"], waiting))
    _put_on_messages(connection, number, versions, now)
    _go_on_entering(connection, number, now)
    connection.execute(update(campaign).where(campaign.c.number == number).values(resumed_at=now))


def _go_on_entering(connection: Connection, number: int, now: int) -> None:
    """A cycle that was cut off goes on, or ends where the campaign's end has come."""
    ends = connection.execute(select(campaign.c.ends_at).where(campaign.c.number == number)).scalar()
    cut_off = update(cycle).where(cycle.c.campaign == number, cycle.c.done == 0)
    if ends is not None and ends <= now:
        connection.execute(cut_off.values(done=1))
    else:
        connection.execute(cut_off.where(cycle.c.at < now).values(at=now))


def _put_on_messages(connection: Connection, number: int, versions: list[int], now: int) -> None:
    """What waits for its time is handed over when that comes, at the earliest now."""
    held = and_(message.c.campaign == number, message.c.state == "planned")
    late = update(message).where(held, message.c.due_at < now)
    connection.execute(late.values(due_at=now, contact_at=now))
    waiting = (
        select(message.c.version, marketing_node.c.place, func.min(message.c.due_at))
        .join(
            marketing_node,
            and_(marketing_node.c.version == message.c.version, marketing_node.c.node == message.c.node),
        )
        .where(held, message.c.version.in_(versions), message.c.due_at.is_not(None))
        .group_by(message.c.version, marketing_node.c.place)
    )
    connection.execute(insert(agenda).from_select(["version", "place", "due"], waiting))


def _put_off(connection: Connection, number: int) -> None:
    """Nothing of the campaign is due any more: the scheduler reads the agenda of all campaigns at once."""
    mine = agenda.c.version.in_(versions_of(connection, number))
    connection.execute(update(agenda).where(mine).values(due=NEVER))


def _change(connection: Connection, number: int, before: str, after: str) -> bool:
    changed = connection.execute(
        update(campaign).where(campaign.c.number == number, campaign.c.state == before).values(state=after)
    )
    return bool(changed.rowcount)


def complete(connection: Connection, number: int) -> None:
    """Everybody is through and nobody can enter any more."""
    _change(connection, number, ACTIVE, COMPLETED)


def end_abnormally(connection: Connection, number: int, id: str, error: Exception) -> None:
    """A component failed as such: the campaign ends, its people stay where they are."""
    if failures.is_known(error):
        log.warning("campaign ended abnormally", campaign=id, reason=str(error))
    else:
        log.error("campaign failed", campaign=id, exc_info=error)
    reason = reasons.dump(failures.reason_of(error))
    connection.execute(update(campaign).where(campaign.c.number == number).values(state=ENDED, reason=reason))
    _put_off(connection, number)


def remove(connection: Connection, id: str, now: int, contact: ContactRules) -> None:
    """Delete a campaign with all its rows, but for the messages that these rules still look back on. Raises
    `UnknownCampaign`, `Refused`."""
    number = number_of(connection, id)
    row = connection.execute(select(campaign).where(campaign.c.number == number)).one()
    if row.state == ACTIVE and row.starts_at <= now:
        raise Refused(Message(N_("This campaign is in progress. Stop it before you delete it.")))
    versions = versions_of(connection, number)
    keep_of_deleted(connection, number, now - max((limit.per for limit in contact.limits), default=0))
    for table in _BY_VERSION:
        connection.execute(delete(table).where(table.c.version.in_(versions)))
    for table in _BY_CAMPAIGN:
        connection.execute(delete(table).where(table.c.campaign == number))
    _remove_versions(connection, number)
    # Codes that were issued stay issued, though nobody asks any more by whom; and audiences stay: one that
    # the workspace has had no file of yet still gets it.
    mine = generated_audience.c.campaign == number
    connection.execute(delete(generated_audience).where(mine, generated_audience.c.filed_at.is_not(None)))
    for table in (coupon_issue, generated_audience):
        connection.execute(update(table).where(table.c.campaign == number).values(campaign=NO_CAMPAIGN))
    connection.execute(delete(campaign).where(campaign.c.number == number))


def _remove_versions(connection: Connection, number: int) -> None:
    """Delete a campaign's versions. The last key of all stays taken, by a row of no campaign: what is
    remembered under a key is never another version's."""
    last = select(func.max(campaign_version.c.key)).scalar_subquery()
    gone = delete(campaign_version).where(campaign_version.c.campaign.in_((NO_CAMPAIGN, number)))
    connection.execute(gone.where(campaign_version.c.key < last))
    taken = update(campaign_version).where(campaign_version.c.campaign == number)
    connection.execute(taken.values(campaign=NO_CAMPAIGN, hash="", bundle=""))


def reason_of(connection: Connection, id: str) -> Message | None:
    """Why a campaign ended abnormally, or None."""
    reason = connection.execute(select(campaign.c.reason).where(campaign.c.id == id)).scalar()
    return None if reason is None else reasons.load(reason)


def _next(connection: Connection, column: Any) -> int:
    return int(connection.execute(select(func.coalesce(func.max(column), 0))).scalar_one()) + 1

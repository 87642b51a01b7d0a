"""One poll of an engine: everything that is shown of it, asked at once in the background."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from app.engine.situation import Condition, Counts, Run, Runs, Sizes, VersionRow, Watched

if TYPE_CHECKING:
    from engine.client import EngineClient
    from engine.server.wire.campaigns import Campaign
    from engine.server.wire.sending import SendingAnswer

Find = Callable[[Path], "EngineClient | None"]
"""Gives a client of a workspace's engine where that runs."""


class Answer(NamedTuple):
    """What one poll brought; `runs` None where the engine could not read its campaigns, `sizes` and `sending`
    None where they were not asked for."""

    condition: Condition
    runs: Runs | None
    watched: Watched
    counts: Counts
    versions: tuple[VersionRow, ...]
    sizes: Sizes | None
    sending: SendingAnswer | None


def run_of(campaign: Campaign) -> Run:
    return Run(
        campaign.status,
        campaign.inside,
        campaign.entries,
        campaign.reason,
        campaign.next_run,
        campaign.version,
        campaign.hash,
        campaign.published_at,
        campaign.doubtful,
        campaign.cannot_send,
        campaign.backlog,
    )


def ask(
    find: Find,
    workspace: Path,
    watched: Watched,
    *,
    with_sizes: bool,
    with_sending: bool,
) -> Answer | None:
    from engine.client import EngineRefused

    client = find(workspace)
    if client is None:
        return None
    with client:
        state = client.status()
        condition = Condition(state.held or "", state.problem or "", state.notice or "")
        try:
            runs = {campaign.id: run_of(campaign) for campaign in client.campaigns()}
            counts, versions = _of_watched(client, runs, watched)
            sizes = _sizes_of(client) if with_sizes else None
            sending = client.sending() if with_sending else None
        except EngineRefused as refused:
            # Its database refuses: what it said of itself is still worth telling.
            condition = condition._replace(problem=condition.problem or str(refused))
            return Answer(condition, None, watched, {}, (), None, None)
        return Answer(condition, runs, watched, counts, versions, sizes, sending)


def _sizes_of(client: EngineClient) -> Sizes:
    found = client.sizes()
    return Sizes(
        {id: one.size for id, one in found.audiences.items()},
        {id: (one.left, one.more) for id, one in found.coupons.items()},
    )


def _of_watched(client: EngineClient, runs: Runs, watched: Watched) -> tuple[Counts, tuple[VersionRow, ...]]:
    """Counts of the campaign on show, of its newest version where there are several; and these."""
    id, version, cycle = watched
    run = runs.get(id) if id is not None else None
    if id is None or run is None:
        return {}, ()
    if run.version < 2:
        return client.counts(id, cycle=cycle).model_dump(), ()
    rows = tuple(
        VersionRow(one.version, one.published_at, one.current, one.entries, one.inside)
        for one in client.versions(id)
    )
    return client.counts(id, version or run.version, cycle).model_dump(), rows

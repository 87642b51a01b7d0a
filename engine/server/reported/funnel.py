"""The funnel in words: what became of those who did not go on along the path, and who is asked for."""

from __future__ import annotations

from engine.i18n import listed, ntr
from engine.server.reported.numbers import Ask
from engine.server.wire.reporting import FunnelStep, Report


def who_came(report: Report, place: int) -> Ask | None:
    """Who came to a step along the path; over several lines at once that cannot be asked."""
    step = report.funnel[place]
    if not step.came:
        return None
    if step.arrived == step.came:
        return {"what": "arrived", "place": step.node, "cycle": report.cycle}
    before = report.funnel[place - 1].node
    links = [flow.link for flow in report.flows if (flow.source, flow.target) == (before, step.node)]
    return {"what": "line", "place": links[0], "cycle": report.cycle} if len(links) == 1 else None


def rest_words(step: FunnelStep) -> str:
    """Those who did not go on along the path, and those who came another way, in a few words."""
    said = []
    if joined := step.arrived - step.came:
        said.append(ntr("{n:,} more by other ways", "{n:,} more by other ways", joined))
    if step.elsewhere and step.on:
        said.append(ntr("{n:,} another way", "{n:,} another way", step.elsewhere))
    if step.waiting:
        said.append(ntr("{n:,} waiting", "{n:,} waiting", step.waiting))
    if step.left:
        said.append(ntr("{n:,} left", "{n:,} left", step.left))
    if step.exited:
        said.append(ntr("{n:,} left early", "{n:,} left early", step.exited))
    if step.merged:
        said.append(ntr("{n:,} were there already", "{n:,} were there already", step.merged))
    return listed(said)

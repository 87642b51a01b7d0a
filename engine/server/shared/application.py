"""The API of a shared server: the engine's, with users, health, numbers and rules of its own."""

from __future__ import annotations

import time
from collections.abc import Callable
from urllib.parse import urlsplit

from starlette.types import ASGIApp

from engine.server.api import assembled
from engine.server.guard import Guard, OwnToken
from engine.server.identity import calls, proposing
from engine.server.identity.accounts import DAY_MS, Accounts
from engine.server.identity.calls import Cookie
from engine.server.identity.doorkeeper import Team
from engine.server.identity.recording import Recorder
from engine.server.identity.roles import Role
from engine.server.identity.throttle import Rate, Tries
from engine.server.identity.users import MINUTE_MS
from engine.server.service import Service, TeamRules
from engine.server.serving import LOOPBACK
from engine.server.shared import health
from engine.server.shared.configuration import Configuration
from engine.server.shared.headers import Headed
from engine.server.shared.metrics import Metrics, Watched
from engine.server.shared.topic_events import TopicEvents
from engine.server.web import routes as web
from engine.server.web.front import Front
from engine.server.wire.identity import Me


def team_rules(configuration: Configuration) -> TeamRules:
    """What holds for those who publish and send events."""
    approval, events = configuration.approval, configuration.events
    lasts = approval.days * DAY_MS
    return TeamRules(approval.four_eyes, lasts, events.signing_secret, events.signed_only)


def shared_application(
    service: Service,
    configuration: Configuration,
    token: str,
    monotonic: Callable[[], float] = time.monotonic,
    ending: Callable[[], bool] = lambda: False,
    topic: TopicEvents | None = None,
    metrics: Metrics | None = None,
) -> ASGIApp:
    """All that a shared server answers. token: what programs on its own computer show. ending: whether the
    server is to end, or its engine. topic: by which events come. metrics: the process's, where it has several
    engines one after the other."""
    address = configuration.public_url
    cookie = Cookie(secure=configuration.is_over_tls)
    rate = Rate(configuration.limits.per_second, configuration.limits.burst, monotonic)
    team = Team(
        service.database, service.clock, OwnToken(token), rate,
        cookie=cookie.name, idle_ms=configuration.sign_in.idle_minutes * MINUTE_MS,
        proxies=configuration.proxies, monotonic=monotonic,
    )  # fmt: skip
    accounts = Accounts(service.database, service.clock, Tries(monotonic), configuration.sign_in)

    def me(name: str, role: Role) -> Me:
        four_eyes = configuration.approval.four_eyes
        return Me(name=name, role=role.value, workspace=service.name, four_eyes=four_eyes)

    metrics = metrics or Metrics()
    metrics.engine, metrics.topic = service.engine, topic
    health_routes = health.router(lambda: health.readiness(service.engine), metrics)
    further = (
        calls.router(accounts, cookie, me), proposing.router(service), health_routes,
        web.router(service, accounts, cookie, address, ending),
    )  # fmt: skip
    app = assembled(service, further, (*calls.ORDERS, *proposing.ORDERS))
    recorder = Recorder(service.engine, service.database, service.clock, team.forget)
    # Whoever calls by another name than the known ones may be a page that made its own point here.
    hosts = None if address is None else LOOPBACK | {str(urlsplit(address).hostname)}
    pages = Front(Guard(app, team, hosts, recorder), service.name, secure=cookie.secure)
    return Watched(Headed(pages, secure=cookie.secure), metrics, monotonic)

"""What the server counts, as Prometheus reads it, and a line in the log for each request."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.types import Message as Event

from engine.logs import get_logger
from engine.run.engine import Engine
from engine.server.identity.callers import CALL, Call
from engine.server.problems import REFUSED
from engine.server.shared.leading import Leadership
from engine.server.shared.topic_events import TopicEvents

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
_SUSPICIOUS = frozenset([401, 403, 413, 421, 429])
"""What may be somebody's attempt to do what is not allowed."""
ELSEWHERE = "elsewhere"
"""What a request's address is called that no route is declared for: whoever guesses makes no new series."""

log = get_logger()


class Metrics:
    """Belongs to one server. engine: the one that runs in this process, None while it stands by; topic: by
    which events come to it, if any do."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self._registry = CollectorRegistry()
        labels = ("method", "route")
        self.requests = Counter(
            "campaign_canvas_requests", "Requests answered.", (*labels, "status"), registry=self._registry
        )
        self.seconds = Histogram(
            "campaign_canvas_request_seconds",
            "How long requests took.",
            labels,
            buckets=SECONDS,
            registry=self._registry,
        )
        ProcessCollector(registry=self._registry)
        PlatformCollector(registry=self._registry)
        self.engine: Engine | None = None
        self.topic: TopicEvents | None = None
        self._registry.register(EngineCollector(self))
        self._registry.register(TopicCollector(self))

    def follow(self, leadership: Leadership) -> None:
        """Tell also whether this process leads."""
        self._registry.register(LeadershipCollector(leadership))

    def text(self) -> bytes:
        """All of them, as Prometheus asks for them."""
        return generate_latest(self._registry)


class EngineCollector(Collector):
    """How the engine is, asked when somebody wants to know."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def describe(self) -> Iterator[Metric]:
        """Nothing is asked of the engine only to learn the names."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        engine = self._metrics.engine
        if engine is None:
            return
        state = engine.status()
        late = 0 if state.next_due is None else max(0, state.now - state.next_due) / 1000
        yield _gauge("up", "Whether the engine runs what is due.", state.running)
        yield _gauge("held", "Whether the engine is held.", state.held is not None)
        yield _gauge(
            "problem", "Whether something keeps the engine from its work.", state.problem is not None
        )
        yield _gauge("campaigns_in_progress", "Campaigns in progress.", state.campaigns_in_progress)
        yield _gauge("people_inside", "People who are in campaigns.", state.people_inside)
        yield _gauge("workers", "Workers that run waves, too.", engine.workers)
        yield _gauge("due_seconds", "For how long the earliest work has been due.", late)
        yield _gauge("doubtful", "Messages of which nobody knows whether they were sent.", state.doubtful)
        if state.problem is None:
            yield from self._accounts(engine)

    def _accounts(self, engine: Engine) -> Iterator[Metric]:
        waiting = GaugeMetricFamily(
            "campaign_canvas_waiting", "Messages that wait to be sent.", labels=["account"]
        )
        for account in engine.accounts():
            waiting.add_metric([account.account], account.waiting)
        yield waiting


class TopicCollector(Collector):
    """How it goes with events that come by a topic."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def collect(self) -> Iterator[Metric]:
        topic = self._metrics.topic
        if topic is None:
            return
        reached = not topic.trouble
        yield _gauge("topic_reached", "Whether the topic of events can be read.", reached)
        events = CounterMetricFamily(
            "campaign_canvas_topic_events", "Events of the topic, by what became of them.", labels=["outcome"]
        )
        for outcome, count in topic.tally._asdict().items():
            events.add_metric([outcome], count)
        yield events


class LeadershipCollector(Collector):
    """Whether this server leads, of several on one database."""

    def __init__(self, leadership: Leadership) -> None:
        self._leadership = leadership

    def describe(self) -> Iterator[Metric]:
        return iter(())

    def collect(self) -> Iterator[Metric]:
        one = self._leadership
        yield _gauge("leads", "Whether this server leads.", one.leads)
        yield _gauge("lease_number", "The number of its lease; one more with each that leads.", one.number)
        yield CounterMetricFamily(
            "campaign_canvas_takeovers", "How often this server has begun to lead.", value=one.terms
        )


def _gauge(name: str, what: str, value: float) -> Metric:
    return GaugeMetricFamily(f"campaign_canvas_{name}", what, value=float(value))


class Watched:
    """Counts and logs what an application answers; the outermost of all."""

    def __init__(
        self,
        app: ASGIApp,
        metrics: Metrics,
        monotonic: Callable[[], float] = time.monotonic,
        *,
        quiet: bool = False,
    ) -> None:
        """quiet: refusals are nothing to tell of."""
        self._quiet = quiet
        self._app = app
        self._metrics = metrics
        self._monotonic = monotonic

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = self._monotonic(), 500

        async def sent(event: Event) -> None:
            nonlocal status
            if event["type"] == "http.response.start":
                status = event["status"]
            await send(event)

        try:
            await self._app(scope, receive, sent)
        finally:
            self._note(scope, status, self._monotonic() - began)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        # The route as it was declared: what stands in its place may be people's.
        route = getattr(scope.get("route"), "path", ELSEWHERE)
        method = scope["method"] if route != ELSEWHERE else ELSEWHERE
        said = {"method": method, "route": route, "status": status, "ms": round(seconds * 1000, 1)}
        self._metrics.requests.labels(method, route, status).inc()
        self._metrics.seconds.labels(method, route).observe(seconds)
        if status < 400 or self._quiet:
            log.debug("answered", **said)
        elif status in _SUSPICIOUS:
            log.warning("refused", **said, **_by_whom(scope))
        else:
            log.info("answered", **said, **_by_whom(scope))


def _by_whom(scope: Scope) -> dict[str, str]:
    """Who was refused, from where, and by which code; as far as that is known."""
    call: Call | None = scope.get(CALL)
    said = {"code": scope.get(REFUSED, ""), "address": "" if call is None else call.address}
    if call is not None and call.caller is not None:
        said |= {"who": call.caller.name, "credential": call.caller.credential}
    return {name: value for name, value in said.items() if value}

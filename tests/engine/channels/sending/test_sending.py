"""From the outbox to a provider and back: what becomes of messages, and who is judged when."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from engine.channels.adapter import Accepted, Later, Outcome, Refused, Traits, Unknown
from engine.store.tables.runs import message
from engine.store.tables.sending import doubt, outbox
from tests.engine.channels.sending.provider import REAL, Provider
from tests.engine.run.drafting import EVERYBODY, HOUR, MINUTE, SMS, Running, bundle, database

JUDGED: dict[str, tuple[str, dict[str, Any]]] = {
    "n_who": ("target_audience", EVERYBODY),
    "n_sms": ("text_sms", SMS),
    "n_result": (
        "result_judgment",
        {"judge_after": {"amount": 1, "unit": "hour"}, "by": "send", "results": ["success", "failed"]},
    ),
    "n_yes": ("end", {}),
    "n_no": ("end", {}),
    "n_other": ("end", {}),
}
LINKS = [
    "n_who out n_sms", "n_sms out n_result", "n_result result:success n_yes", "n_result result:failed n_no",
    "n_result other n_other",
]  # fmt: skip


def judged() -> Any:
    return bundle(JUDGED, LINKS, account=REAL)


def states(run: Running) -> dict[str, str]:
    """Address → state and reason."""
    with run.database.read() as connection:
        rows = connection.execute(select(message.c.address, message.c.state, message.c.reason))
        return {address: f"{state} {reason}".strip() for address, state, reason in rows}


def left(run: Running, table: Any = outbox) -> int:
    with run.database.read() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def ended(run: Running) -> dict[str, int]:
    counts = run.engine.counts("c_1")
    return {end: counts.nodes[end].arrived for end in ("n_yes", "n_no", "n_other") if end in counts.nodes}


def test_messages_go_out_and_their_results_are_judged_at_once(tmp_path: Path) -> None:
    provider = Provider()
    with Running(database(tmp_path), open_adapter=provider.open) as run:
        run.engine.publish(judged())
        run.advance(MINUTE)
        assert [one.content.text for one in provider.given] == ["Hello P1", "Hello P2", "Hello P3"]  # type: ignore[union-attr]
        assert set(states(run).values()) == {"sent"}
        assert ended(run)["n_yes"] == 3
        assert left(run) == 0
        assert run.engine.check() == []


def test_each_answer_leads_where_it_should(tmp_path: Path) -> None:
    provider = Provider(Traits(batch=3))
    answers: dict[str, Outcome] = {"p1": Refused("blocked"), "p2": Unknown("reset")}
    provider.answer = lambda one: answers.get(one.person, Accepted())
    with Running(database(tmp_path), open_adapter=provider.open) as run:
        run.engine.publish(judged())
        run.advance(MINUTE)
        assert sorted(states(run).values()) == ["failed blocked", "sent", "unknown"]
        assert ended(run) == {"n_yes": 1, "n_no": 1, "n_other": 0}
        run.advance(HOUR)
        assert ended(run) == {"n_yes": 1, "n_no": 1, "n_other": 1}
        assert left(run, doubt) == 1
        assert len(provider.given) == 3
        assert run.engine.check() == []


def test_what_was_not_taken_is_tried_again_with_the_same_key(tmp_path: Path) -> None:
    provider = Provider()
    provider.answer = lambda one: Later("429") if len(provider.given) < 3 else Accepted()
    with Running(database(tmp_path, people=1), open_adapter=provider.open) as run:
        run.engine.publish(judged())
        run.advance(10 * MINUTE)
        assert len({one.key for one in provider.given}) == 1
        assert len(provider.given) == 3
        assert set(states(run).values()) == {"sent"}
        assert run.engine.check() == []


def test_a_provider_that_is_told_no_names_is_given_none(tmp_path: Path) -> None:
    provider = Provider(Traits(batch=3, named=False))
    with Running(database(tmp_path), open_adapter=provider.open) as run:
        run.engine.publish(judged())
        run.advance(MINUTE)
        assert [(one.key, one.reference) for one in provider.given] == [("", "")] * 3
        assert set(states(run).values()) == {"sent"}
        assert run.engine.check() == []

"""What users change, written into the audit log."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from engine.logs import get_logger
from engine.run.clock import Clock
from engine.run.engine import Engine
from engine.server.identity.callers import Call
from engine.server.identity.roles import Rule, Span
from engine.store import audit_log
from engine.store.audit_log import Entry
from engine.store.database import Database

log = get_logger()


class Recorder:
    """Writes down what calls change. Any thread may use it."""

    def __init__(
        self, engine: Engine, database: Database, clock: Clock, changed: Callable[[], None] = lambda: None
    ) -> None:
        """changed: told of each change, once it holds."""
        self._engine = engine
        self._database = database
        self._clock = clock
        self._changed = changed

    @contextmanager
    def recording(self, rule: Rule, call: Call) -> Iterator[None]:
        """What is changed inside the block is written down; nothing where it raises."""
        if rule.span is Span.ENTRY:
            yield
            with self._database.write() as connection:
                self._write(connection, rule, call)
        else:
            one = self._engine.together() if rule.span is Span.ENGINE else self._database.write()
            with one as connection:
                yield
                self._write(connection, rule, call)
        self._changed()

    def _write(self, connection: Connection, rule: Rule, call: Call) -> None:
        said = dict(call.noted)
        target, who = str(said.pop("target", "")), str(said.pop("who", ""))
        role = ""
        if call.caller is not None:
            who, role = call.caller.name, call.caller.role.value
        detail = {**said, "address": call.address} if call.address else said
        entry = Entry(self._clock.now(), who, role, rule.did, target, detail)
        logged = audit_log.append(connection, entry)
        # The hash stands elsewhere, too: whoever cuts the log off cannot take that back.
        log.info("changed", number=logged.number, hash=logged.hash, who=who, did=rule.did, target=target)

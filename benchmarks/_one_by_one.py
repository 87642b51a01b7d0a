"""The journey as a loop over people through an ORM: objects and a commit for everybody's every step."""

from __future__ import annotations

import time
from pathlib import Path

from sqlalchemy import BigInteger, Text, create_engine, event, select
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from benchmarks._journey import DAY, HOUR, JUDGE_DAYS, LIST, START, WAIT_HOURS
from engine.plan.salt import Salt
from engine.store.database import url_of
from engine.store.dialect import SQLITE_PRAGMAS
from engine.store.tables.people import audience_member, person, person_id, tag_value
from engine.store.tables.people import event as events

SALT = Salt.of("c_bench", "n_1")


class Base(DeclarativeBase):
    """The loop's own tables."""


class Step(Base):
    """One visit of a node."""

    __tablename__ = "loop_step"
    id: Mapped[int] = mapped_column(primary_key=True)
    person: Mapped[int]
    node: Mapped[str] = mapped_column(Text)
    at: Mapped[int] = mapped_column(BigInteger)


class Place(Base):
    """Where somebody is."""

    __tablename__ = "loop_place"
    person: Mapped[int] = mapped_column(primary_key=True)
    node: Mapped[str] = mapped_column(Text)
    due: Mapped[int] = mapped_column(BigInteger, index=True)


class Letter(Base):
    """A message."""

    __tablename__ = "loop_letter"
    id: Mapped[int] = mapped_column(primary_key=True)
    person: Mapped[int]
    node: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(Text)


def run_one_by_one(target: Path | str) -> float:
    """Visits a second."""
    engine = create_engine(url_of(target))

    @event.listens_for(engine, "connect")
    def connected(connection: DBAPIConnection, _record: object) -> None:
        if engine.dialect.name == "sqlite":
            for pragma in SQLITE_PRAGMAS:
                connection.cursor().execute(pragma)

    Base.metadata.create_all(engine)
    begun = time.perf_counter()
    with Session(engine) as session:
        people = session.scalars(select(audience_member.c.person).where(audience_member.c.list == LIST)).all()
        for one in people:
            _enter(session, one)
        for moment in (START + WAIT_HOURS * HOUR, START + WAIT_HOURS * HOUR + JUDGE_DAYS * DAY):
            due = select(Place.person).where(Place.due <= moment)
            for one in session.scalars(due.order_by(Place.person)).all():
                _go_on(session, session.get_one(Place, one))
        taken = time.perf_counter() - begun
        visits = session.query(Step).count()
    engine.dispose()
    return visits / taken


def _enter(session: Session, who: int) -> None:
    hashed = session.execute(select(person.c.hash).where(person.c.id == who)).scalar_one()
    _visit(session, who, START, "n_0", "n_1")
    if SALT.bucket(SALT.seed(hashed, 1)) < 5000:
        _send(session, who, START, "n_2", "mobile")
        session.add(Place(person=who, node="n_3", due=START + WAIT_HOURS * HOUR))
        _visit(session, who, START, "n_3")
    else:
        _visit(session, who, START, "n_9")
    session.commit()


def _go_on(session: Session, place: Place) -> None:
    who, now = place.person, place.due
    if place.node == "n_3":
        place.node, place.due = "n_4", now + JUDGE_DAYS * DAY
        _visit(session, who, now, "n_4")
    else:
        _judge(session, who, now)
        session.delete(place)
    session.commit()


def _judge(session: Session, who: int, now: int) -> None:
    seen = select(events.c.time).where(
        events.c.code == "visit", events.c.person == who, events.c.time <= now, events.c.time > now - DAY
    )
    if session.execute(seen).first() is not None:
        _visit(session, who, now, "n_5")
        level = select(tag_value.c.value).where(tag_value.c.tag == "level", tag_value.c.person == who)
        if session.execute(level).scalar() == "VIP":
            _send(session, who, now, "n_6", "email")
            session.commit()
            _visit(session, who, now, "n_7", "n_8")
            changed = tag_value.update().where(tag_value.c.tag == "level", tag_value.c.person == who)
            session.execute(changed.values(value="reached"))
    _visit(session, who, now, "n_9")


def _send(session: Session, who: int, now: int, node: str, kind: str) -> None:
    newest = (
        select(person_id.c.value)
        .where(person_id.c.person == who, person_id.c.type == kind)
        .order_by(person_id.c.time.desc(), person_id.c.seq.desc())
    )
    address = session.execute(newest).scalars().first()
    session.add(Letter(person=who, node=node, address=address or ""))
    _visit(session, who, now, node)


def _visit(session: Session, who: int, now: int, *nodes: str) -> None:
    session.add_all(Step(person=who, node=node, at=now) for node in nodes)

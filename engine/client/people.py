"""What a client asks of people."""

from __future__ import annotations

from urllib.parse import urlencode

from engine.client.calls import Calls
from engine.server.wire.people import (
    Erased,
    EraseOrder,
    People,
    Person,
    PersonEvents,
    PersonMessages,
    PersonVisit,
    PersonVisits,
)


class PeopleCalls(Calls):
    """Every method raises `EngineUnreachable` and `EngineRefused`."""

    def people(self, search: str = "", after: int = 0) -> People:
        """A page of people, `after` being that of the page before; or those who are found by a text."""
        asked = urlencode({"search": search, "after": after})
        return self._call(People, "GET", f"/people?{asked}", long=True)

    def person(self, id: str) -> Person:
        """Who a person is."""
        return self._call(Person, "GET", f"/person?{urlencode({'id': id})}")

    def person_events(self, id: str, before: tuple[int, str] | None = None) -> PersonEvents:
        """What a person did. before: time (ms) and id of the last event of the page before."""
        place = {} if before is None else {"before_time": before[0], "before_id": before[1]}
        return self._call(PersonEvents, "GET", f"/person/events?{urlencode({'id': id, **place})}")

    def person_visits(self, id: str) -> list[PersonVisit]:
        """Every visit of every campaign."""
        found = self._call(PersonVisits, "GET", f"/person/visits?{urlencode({'id': id})}", long=True)
        return found.visits

    def person_messages(self, id: str, skip: int = 0) -> PersonMessages:
        """What was sent to a person, behind the first `skip`."""
        return self._call(PersonMessages, "GET", f"/person/messages?{urlencode({'id': id, 'skip': skip})}")

    def erase_person(self, id: str, *, suppress: bool = False) -> dict[str, int]:
        """Forget a person for ever; what there was of it."""
        body = EraseOrder(person_id=id, suppress=suppress).model_dump_json().encode()
        return self._call(Erased, "POST", "/person/erase", body=body, long=True).counts

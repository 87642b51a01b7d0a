"""Random people, addresses, tags, events, audiences and answers of the providers."""

from __future__ import annotations

from tests.engine.interpreter.case import Address, Case, Event, Json, Person
from tests.engine.interpreter.clock import DAY, HOUR, MINUTE, iso
from tests.engine.random_cases import stock
from tests.engine.random_cases.trees import PERSON, Chance


def add_people(chance: Chance, case: Case) -> None:
    rng = chance.rng
    count = rng.choice([3, 6, 12, 18, 25, 25])
    names = [f"{rng.choice('pqé')}{rng.randint(0, 9)}{number}" for number in range(count)]
    for who in names[: rng.randint(max(1, count - 2), count)]:
        person = Person(who)
        for type in stock.ID_TYPES:
            if rng.random() < 0.85:
                person.ids[type] = _address(chance, type, who)
        _describe(chance, person.attributes)
        case.people.append(person)
    _add_events(chance, case, names)
    everybody = {person.id for person in case.people} | {event.person for event in case.events}
    known = [who for who in names if who in everybody]
    for who in known:
        for _ in range(rng.choice([0, 0, 1, 2, 4])):
            type = rng.choice([*stock.ID_TYPES, "mobile", "email", "openid:acc", "openid:acc"])
            time = rng.choice(["", *(f"2025-01-0{day}T00:00:00+08:00" for day in (1, 2, 2, 3))])
            follower = rng.choice(["", "0", "0", "1"]) if type.startswith("openid") else ""
            case.ids.append(
                Address(who, type, _address(chance, type, f"{who}-{rng.randint(0, 2)}"), time, follower)
            )
        _add_tags(chance, case, who)
    used = [(type, value) for p in case.people for type, value in p.ids.items()]
    used += [(row.type, row.value) for row in case.ids]
    case.suppressed = rng.sample(used, min(len(used), rng.choice([0, 2, 5, len(used) // 6])))
    for coupon in ("cp_1", "cp_2"):
        case.coupons += [
            (coupon, f"C{rng.randint(0, 99)}-{n}") for n in range(rng.choice([0, 3, 15, 60, 60]))
        ]
    for audience in stock.LISTS:
        case.members[audience] = rng.sample(known, rng.randint(len(known) // 2, len(known)))


def _address(chance: Chance, type: str, own: str) -> str:
    """Somebody's own address, or one that several people share."""
    shared = chance.rng.random() < 0.25
    return f"{type}/{'shared' + str(chance.rng.randint(0, 1)) if shared else own}"


def _describe(chance: Chance, cells: dict[str, str]) -> None:
    rng = chance.rng
    values = {
        "city": rng.choice(stock.CITIES),
        "score": rng.choice(["0", "1", "2.50", "-1", "3"]),
        "born": iso(chance.moment()),
        "likes": "|".join(rng.sample(stock.INTERESTS, rng.randint(1, 3))),
    }
    cells.update({name: value for name, value in values.items() if rng.random() < 0.75})


def _add_tags(chance: Chance, case: Case, who: str) -> None:
    rng = chance.rng
    if rng.random() < 0.6:
        case.tags += [(who, "level", rng.choice(stock.LEVELS)) for _ in range(rng.choice([1, 1, 2]))]
    if rng.random() < 0.6:
        case.tags += [(who, "interests", word) for word in rng.sample(stock.INTERESTS, rng.randint(1, 3))]
    if rng.random() < 0.5:
        case.tags.append((who, "points", str(rng.choice([0, 1, "2.5", 3]))))
    if rng.random() < 0.5:
        case.tags.append((who, "seen", iso(chance.moment())))


def _add_events(chance: Chance, case: Case, people: list[str]) -> None:
    rng = chance.rng
    step, span = rng.choice([1, MINUTE, HOUR, HOUR, 6 * HOUR]), rng.choice([1, 3, 8]) * DAY
    if chance.focus == "fatigue":  # messages exactly as far apart as limits are long
        step, span = HOUR, DAY
    for number in range(rng.randint(4, 12) * len(people)):
        time = chance.moment(0, 0) if rng.random() < 0.2 else None
        if time is None:
            time = chance.since + rng.randint(-span // 2, span) // step * step
        attributes: Json = {
            "amount": chance.number(),
            "word": rng.choice(stock.WORDS),
            "on": iso(time + rng.choice([-DAY, -HOUR, 0, HOUR, DAY])),
            "items": rng.sample(stock.INTERESTS, rng.randint(1, 2)),
        }
        kept = {name: value for name, value in attributes.items() if rng.random() < 0.7}
        event = Event(
            f"e{rng.randint(0, 99):02d}-{number}", rng.choice(people), rng.choice(stock.EVENTS), time, kept
        )
        case.events += [event] * (2 if rng.random() < 0.04 else 1)  # some are delivered twice


def add_audiences(chance: Chance, case: Case) -> None:
    """Two lists, a rule over tags, one over events, one over other audiences."""
    head: Json = {"format": "audience", "version": 1}
    for id in stock.LISTS:
        case.audiences[id] = {**head, "id": id, "name": id, "list": {"id_type": "mobile"}}
    likely = {"any": [chance.tree(PERSON), {"field": "attr:city", "op": "not_empty"}]}
    tree = likely if chance.rng.random() < 0.7 else chance.tree(PERSON)
    tags = [{"join": None, "card": "tags", "condition": tree}]
    acts = [{"join": None, **_behaviour(chance)}]
    if chance.rng.random() < 0.5:
        acts.append({"join": chance.rng.choice(["and", "or", "minus"]), **_behaviour(chance)})
    both: list[Json] = [{"join": None, "card": "audience", "audience": chance.rng.choice(["a_1", "r_acts"])}]
    further: list[Json] = [
        {"card": "tags", "condition": chance.tree(PERSON)},
        {"card": "audience", "audience": "r_tags"},
    ]
    both += [{"join": chance.rng.choice(["and", "or", "minus"]), **card} for card in further]
    for id, cards in zip(stock.RULES, (tags, acts, both), strict=True):
        unit = chance.rng.choice(["hour", "day", "day", "week", "month"])
        update = every(chance, unit) if chance.rng.random() < 0.7 else "manual"
        case.audiences[id] = {**head, "id": id, "name": id, "update": update, "cards": cards}


def _behaviour(chance: Chance) -> Json:
    rng = chance.rng
    measure = rng.choice(["count", "count", "sum:amount", "avg:amount", "max:amount", "min:amount"])
    op = rng.choice(["=", "!=", ">", ">=", ">=", "<", "<=", "between"])
    numbers = sorted([chance.number(), chance.number()])
    first, last = sorted([chance.moment(), chance.moment()])
    ranges = [None, {"last": chance.duration()}, {"from": iso(first), "to": iso(last)}]
    card: Json = {"card": "behaviour", "event": rng.choice(stock.EVENTS), "range": rng.choice(ranges)}
    card |= {"measure": measure, "op": op, "value": numbers if op == "between" else numbers[0]}
    return card | ({"where": chance.tree(stock.EVENT_ATTRIBUTES, 1)} if rng.random() < 0.3 else {})


def every(chance: Chance, unit: str) -> Json:
    """A schedule."""
    rng = chance.rng
    if unit == "hour":
        return {"unit": "hour", "interval": rng.choice([6, 8, 24]), "minute": rng.choice([0, 30, 45])}
    run: Json = {"unit": unit, "interval": rng.choice([1, 1, 2]), "time": rng.choice(stock.WALLS)}
    if unit == "week":
        run["weekdays"] = sorted(rng.sample(range(1, 8), rng.randint(1, 4)))
    if unit == "month":
        run["days_of_month"] = sorted(rng.sample([1, 2, 15, 28, 29, 30, 31], rng.randint(1, 4)))
    return run


def add_results(chance: Chance, case: Case) -> None:
    """Rows of the results file, for some of the touches that have results."""
    rng = chance.rng
    codes = {"app_push": ("opened", "ignored"), "webhook": stock.CODES}
    silent = ("tag", "generate_audience")
    touches = [
        id
        for id, node in case.campaign["nodes"].items()
        if node["kind"] not in silent
        and set(node["config"]) & {"template", "content", "coupon", "id_type", "app"}
    ]
    people = list(dict.fromkeys([*(p.id for p in case.people), *(e.person for e in case.events)]))
    addresses = [*(v for p in case.people for v in p.ids.values()), *(row.value for row in case.ids)]
    share = 0.7 if chance.focus == "receipts" else rng.choice([0, 0.3, 0.7, 1.2])
    for node in touches:
        receipts = codes.get(case.campaign["nodes"][node]["kind"])
        for who in rng.choices(people, k=round(share * len(people) * (2 if receipts else 1))):
            row = _result(chance, receipts) | {"person_id": who, "node": node}
            if rng.random() < 0.2:
                row["entry"] = str(rng.randint(1, 2))
            if rng.random() < 0.2 and addresses:
                row["address"] = rng.choice(addresses)
            case.results.append(row)


def _result(chance: Chance, receipts: tuple[str, ...] | None) -> dict[str, str]:
    rng = chance.rng
    after = rng.choice(["0", "0", "0", "5", "3600", "86400", "0.25", "9999999"])
    row = {
        "result": rng.choice([*["success"] * 5, "failed", "failed(E1)", "unknown"]),
        "after_seconds": after,
    }
    if receipts and row["result"] == "success" and rng.random() < 0.8:
        row["receipt"] = rng.choice(receipts)
        row["receipt_after_seconds"] = rng.choice(["0", "5", "3600", "7200", "86400"])
    return row

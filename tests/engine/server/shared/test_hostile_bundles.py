"""Bundles from anybody: whatever is published is a campaign that runs, and all else is refused in words."""

from __future__ import annotations

import base64
import gzip
import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import requests

from engine.campaign import campaign_file
from engine.files import FileError
from engine.server.identity.roles import Role
from engine.store.database import Database
from engine.workspace import bundle as bundles
from engine.workspace.sample import write_sample
from tests.engine.server.shared.serving import Shared, serve_shared
from tests.engine.shop import CAMPAIGN, make_shop
from tests.engine.workspace.examples import encoded, filled_workspace
from tests.engine.workspace.test_hostile import MUTATIONS, Mutation, places

QUICK, FULL = 500, 10_000
EACH = 7
"""So often it is counted that what is refused leaves no version."""
_OUTSIDE = ["../../../etc/passwd", "..\\..\\x", "/etc/passwd", "a/../../b", "%2e%2e%2f", "C:\\x", "nul", "."]

Chance = random.Random


def changed(value: Any, chance: Chance, change: Callable[[Any, Any], None]) -> bytes:
    change(*chance.choice(places(value)))
    return encoded(value)


def elsewhere(data: bytes, chance: Chance) -> bytes:
    """A value that stands at another place."""
    value = json.loads(data)
    container, key = chance.choice(places(value))
    copy = json.loads(json.dumps(container[key]))
    return changed(value, chance, lambda other, at: other.__setitem__(at, copy))


def another_id(data: bytes, chance: Chance) -> bytes:
    """A text, most of which are ids, becomes another one: cycles, and what there is not."""
    value = json.loads(data)
    texts = [(one, key) for one, key in places(value) if isinstance(one[key], str)]
    container, key = chance.choice(texts)
    other, at = chance.choice(texts)
    container[key] = chance.choice([other[at], "n_none", "", "x" * 1_000])
    return encoded(value)


def outside(data: bytes, chance: Chance) -> bytes:
    """A name that leads out of a folder, as a value or a key."""
    name = chance.choice(_OUTSIDE)

    def change(container: Any, key: Any) -> None:
        if isinstance(container, dict) and chance.random() < 0.5:
            container[name] = container.pop(key)
        else:
            container[key] = name

    return changed(json.loads(data), chance, change)


def large(data: bytes, chance: Chance) -> bytes:
    """A number that no column holds, or very many of something."""
    odd = chance.choice([10**15, -(10**19), 2**63, 1e308, -0.0, 1e-300, "x" * 70_000, ["x"] * 3_000])
    return changed(json.loads(data), chance, lambda container, key: container.__setitem__(key, odd))


def many(data: bytes, chance: Chance) -> bytes:
    """Very many components, or lines between the same two."""
    value = json.loads(data)
    table = value["campaign"][chance.choice(["nodes", "links"])]
    model = table[chance.choice(list(table))]
    table |= {f"{chance.choice('nl')}_{number}": model for number in range(chance.choice([40, 400]))}
    return encoded(value)


def media(data: bytes, chance: Chance) -> bytes:
    """Files that nobody asked for: packed, broken, or for another folder."""
    value = json.loads(data)
    content = chance.choice([gzip.compress(b"0" * 10**6), b"<svg onload='x()'/>", b"", b"PK\x03\x04"])
    name = chance.choice([*_OUTSIDE, "x.png", f"{'a' * 64}.png", "x.exe", "\u202egnp.exe"])
    value["media"] = {name: chance.choice([base64.b64encode(content).decode(), "=", "\u00e9", "A"])}
    return encoded(value)


ALL: list[Mutation] = [*MUTATIONS, elsewhere, elsewhere, another_id, another_id, outside, large, many, media]


def sealed(data: bytes) -> bytes:
    """The same with the hash that belongs to it, where it has one: what stands behind that is to see it."""
    try:
        value = json.loads(data)
        value["hash"] = bundles.read(data, own=True).hash
    except (FileError, ValueError, TypeError, RecursionError):
        return data
    return encoded(value)


@pytest.fixture
def served(databases: Database, tmp_path: Path) -> Iterator[Shared]:
    limits = {"per_second": 100_000.0, "burst": 1_000_000}
    with serve_shared(databases, make_shop(tmp_path / "shop").folder, limits=limits) as shared:
        yield shared


def originals(tmp_path: Path) -> list[bytes]:
    """Two campaigns that can run, and one that has more kinds of everything."""
    data = tmp_path / "data"
    data.mkdir()
    sample = write_sample(tmp_path / "sample", data, "en", date(2026, 11, 23))
    shop, filled = make_shop(tmp_path / "one"), filled_workspace(tmp_path / "two")
    welcome = sample.campaign_files.path / "welcome-new-members.campaign.json"
    campaigns = (
        (shop, shop.load_campaign(CAMPAIGN)),
        (sample, campaign_file.load(welcome)),
        (filled, filled.load_campaign("c_1")),
    )
    return [bundles.write(bundles.make(workspace, document)) for workspace, document in campaigns]


def files(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if ".engine" not in path.parts and path.name != "engine.db"}


def versions(shared: Shared) -> int:
    return sum(len(shared.engine.versions(one.campaign)) for one in shared.engine.campaigns())


def offer(shared: Shared, tmp_path: Path, count: int, seed: int) -> Counter[str]:
    """Publish so many; how often each mutation was taken."""
    chance = random.Random(seed)
    models = originals(tmp_path)
    taken: Counter[str] = Counter()
    for data in models[:2]:
        shared.engine.publish(bundles.read(data))
    before = files(tmp_path)
    headers = {
        "Authorization": f"Bearer {shared.token(Role.PUBLISHER)}",
        "Content-Type": "application/json",
        "If-Match": "*",
    }
    with requests.Session() as session:
        session.trust_env = False
        for number in range(count):
            data = chance.choice(models)
            mutations = chance.choices(ALL, k=chance.choice([1, 1, 2]))
            for mutation in mutations:
                try:
                    data = mutation(data, chance)
                except (ValueError, IndexError, KeyError, TypeError, RecursionError):
                    break  # a second one needs what the first has broken
            data = sealed(data)
            call = "/check" if number % 5 == 0 else ""
            known = versions(shared) if number % EACH == 0 else None
            answer = session.post(
                f"{shared.url}/api/v1/campaigns{call}", data=data, headers=headers, timeout=60
            )
            said = (seed, number, [one.__name__ for one in mutations], answer.text[:500])
            assert answer.status_code in (200, 409, 412, 413, 422), said
            if answer.status_code != 200:
                assert answer.json()["detail"], said
                assert known is None or versions(shared) == known, said
            elif not call:
                taken.update({one.__name__ for one in mutations})
    shared.engine.run_until_idle(shared.clock.now())
    assert files(tmp_path) == before
    assert shared.engine.check() == []
    return taken


@pytest.mark.timeout(600)
def test_hostile_bundles_are_refused_or_run(served: Shared, tmp_path: Path) -> None:
    taken = offer(served, tmp_path, QUICK // 2, 20_261_123)  # on each database
    assert taken, "some must come through, or nothing behind the checks of files was tried"
    assert served.call("GET", "/campaigns", served.token(Role.VIEWER)).status_code == 200


@pytest.mark.full
@pytest.mark.timeout(7_200)
def test_very_many_hostile_bundles(served: Shared, tmp_path: Path) -> None:
    assert offer(served, tmp_path, FULL // 2, random.SystemRandom().randrange(2**32))

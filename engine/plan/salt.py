"""Random choices: a number for each person and node, the same on every database and in every run."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

PRIME = 2**31 - 1
ENTRY_FACTOR = 1_000_003
BUCKETS = 10_000


@dataclass(frozen=True, slots=True)
class Salt:
    """The three numbers that make one node's random choices its own."""

    a: int
    b: int
    c: int

    @classmethod
    def of(cls, campaign: str, node: str) -> Salt:
        digest = blake2b(f"{campaign}/{node}".encode(), digest_size=24).digest()
        a, b, c = (int.from_bytes(digest[i : i + 8]) % (PRIME - 1) + 1 for i in (0, 8, 16))
        return cls(a, b, c)

    def seed(self, hashed: Any, entry: Any) -> Any:
        """The node's number for a person's hash and entry: of numbers, or as an SQL expression of columns."""
        return (self.a * ((hashed + entry * ENTRY_FACTOR) % PRIME) + self.b) % PRIME

    def bucket(self, seed: Any) -> Any:
        """The bucket, 0 to 9999, that follows from a seed."""
        y = (seed * seed + self.c) % PRIME
        return (seed * y + self.a) % PRIME * BUCKETS // PRIME

"""The one MetaData of the engine's database, and the column types that all tables share.

Times are BIGINT milliseconds since 1970 UTC; numbers are exact decimals scaled by `NUMBER_SCALE`.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Integer, MetaData, Text
from sqlalchemy.dialects import postgresql

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

NUMBER_DECIMALS = 6
NUMBER_SCALE: int = 10**NUMBER_DECIMALS
"""A number attribute of 12.5 is stored as 12_500_000: exact, and the same on every database."""

KeyType = BigInteger().with_variant(Integer(), "sqlite")
"""A 64-bit integer key; SQLite clusters a table by it only under the name INTEGER."""

TextType = Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
"""Text that compares by code point on every database."""

TimeType = BigInteger()

"""What the columns of a table may be, by their names and by what stands in them: a mapping to begin with."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal

from engine.shapes.conditions import FieldType
from engine.shapes.text import NAME_LENGTH
from engine.store.imports.formats import unnamed
from engine.store.imports.survey import ColumnSurvey, Survey
from engine.workspace.catalog import Catalog
from engine.workspace.mapping import (
    ATTRIBUTE,
    EVENT,
    EVENT_ID,
    ID,
    IGNORE,
    LONGEST_NAME,
    PERSON,
    TAG,
    TIME,
    MappedColumn,
    MappingFile,
)

Kind = Literal["people", "events"]

_PEOPLE: Final[Mapping[str, str]] = {
    PERSON: "person_id personid person customer_id customerid customer user_id userid uid id"
    " 客户编号 客户id 客户号 用户编号 用户id 编号 人员编号",
    f"{ID}mobile": "mobile phone mobile_phone phone_number cell tel 手机 手机号 手机号码 电话 联系电话",
    f"{ID}email": "email e-mail mail email_address 邮箱 电子邮箱 电子邮件 邮件",
    f"{ID}member": "member member_id memberid membership 会员 会员号 会员编号 会员卡号 会员id",
}
_EVENTS: Final[Mapping[str, str]] = {
    **_PEOPLE,
    EVENT_ID: "event_id eventid order_id orderid order_no 订单号 订单编号 事件编号 流水号",
    EVENT: "event event_code event_name event_type 事件 事件类型 事件代码",
    TIME: "time timestamp date datetime event_time order_time order_date created_at at"
    " 时间 日期 下单时间 订单时间 事件时间 发生时间",
}
"""What columns are called, by what they are."""
_MOBILE = re.compile(r"(?:(?:\+|00)?86)?[\s-]*1[3-9]\d[\s-]*\d{4}[\s-]*\d{4}")


def guessed(survey: Survey, catalog: Catalog, path: Path, kind: Kind | None = None) -> MappingFile:
    """A mapping of a table; it may lack what nothing gives away, and is then not valid yet.

    kind: None to guess that too.
    """
    if kind is None:
        kind = "events" if _tells_of_events(survey) else "people"
    taken: set[str] = set()
    columns = []
    for number, column in enumerate(survey.columns, 1):
        to = IGNORE if column.name == unnamed(number) else _target(column, kind, catalog)
        if to in taken and to != IGNORE:
            to = IGNORE if to in (PERSON, EVENT, EVENT_ID, TIME) else _free(to, taken)
        taken.add(to)
        columns.append(MappedColumn(column=column.name, to=to, type=_type(column, to, kind, catalog)))
    format = survey.format
    csv = format.kind == "csv"
    event = None if kind == "people" or EVENT in taken else _event_of(path, catalog)
    return MappingFile.model_construct(
        format="mapping",
        version=1,
        id="mapping",
        name=path.stem[:NAME_LENGTH] or kind,
        kind=kind,
        encoding=format.encoding if csv else None,
        delimiter=format.delimiter if csv else None,
        headed=format.headed,
        sheet=format.sheet or None,
        time_zone=None,
        event=event,
        keep=True,
        columns=tuple(columns),
    )


def _tells_of_events(survey: Survey) -> bool:
    """Whether every row has a time, and an event or an id of one; or there are two rows of one person."""
    names = [_plain(column.name) for column in survey.columns]
    if not any(
        name in _EVENTS[TIME].split() and column.dates
        for name, column in zip(names, survey.columns, strict=True)
    ):
        return False
    if any(name in (*_EVENTS[EVENT].split(), *_EVENTS[EVENT_ID].split()) for name in names):
        return True
    place = next((place for place, name in enumerate(names) if name in _PEOPLE[PERSON].split()), None)
    if place is None:
        return False
    people = [cells[place] for _line, cells in survey.preview]
    return len(set(people)) < len(people)


def _target(column: ColumnSurvey, kind: Kind, catalog: Catalog) -> str:
    name = column.name.strip()
    plain = _plain(name)
    prefix, _, rest = name.partition(":")
    if f"{prefix}:" in (ID, ATTRIBUTE, TAG) and rest:
        kept = ATTRIBUTE if kind == "events" and f"{prefix}:" == TAG else f"{prefix}:"
        return f"{kept}{rest[:LONGEST_NAME]}"
    if not name:
        return IGNORE
    for to, words in (_PEOPLE if kind == "people" else _EVENTS).items():
        if plain in words.split():
            return to
    if name in catalog.id_types:
        return f"{ID}{name}"
    if kind == "people" and name in catalog.tags and name not in catalog.attributes:
        return f"{TAG}{name}"
    if kind == "people" and column.examples and all(map(_MOBILE.fullmatch, column.examples)):
        return f"{ID}mobile"
    if kind == "people" and column.examples and all("@" in value for value in column.examples):
        return f"{ID}email"
    return f"{ATTRIBUTE}{name[:LONGEST_NAME]}"


def _type(column: ColumnSurvey, to: str, kind: Kind, catalog: Catalog) -> FieldType | None:
    """What the catalogue says, or the values do; of IDs and the like nothing."""
    name = to.partition(":")[2]
    if to.startswith(ATTRIBUTE):
        known = catalog.attributes.get(name) if kind == "people" else None
        return known or column.type
    if to.startswith(TAG):
        tag = catalog.tags.get(name)
        return tag.type if tag is not None else column.type
    return None


def _event_of(path: Path, catalog: Catalog) -> str:
    """An event of the catalogue that the file is called like, else the file's name."""
    plain = _plain(path.stem)
    for code, event in catalog.events.items():
        if _plain(code) in (plain, plain.removesuffix("s")) or _plain(event.name) == plain:
            return code
    return plain[:100] or "event"


def _plain(name: str) -> str:
    return name.strip().lower().replace(" ", "_")


def _free(to: str, taken: set[str]) -> str:
    prefix, _, name = to.partition(":")
    number = 2
    while (free := f"{prefix}:{name[: LONGEST_NAME - len(str(number)) - 1]} {number}") in taken:
        number += 1
    return free

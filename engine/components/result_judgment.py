"""Result Judgment: branches by what became of the message of the touch in front."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, JsonValue

from engine.components.base import (
    Around,
    Category,
    Component,
    ComponentConfig,
    FieldError,
    Lookup,
    Placement,
    Port,
    RawConfig,
)
from engine.components.behaviour import JudgeResult
from engine.components.branches import OTHER_PORT, RESULT_PREFIX, result_label
from engine.components.fields import Code
from engine.components.hints import Hint
from engine.i18n import N_, Message
from engine.shapes.model import Items, invalid
from engine.shapes.time import Duration


def _distinct(results: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(results)) < len(results):
        raise invalid(Message(N_("Choose each result once.")))
    return results


class ResultJudgmentConfig(ComponentConfig):
    """How long to wait at most, which results to look at, and which of them get a branch."""

    judge_after: Annotated[
        Duration,
        Hint(
            N_("Judge at the latest"),
            "duration",
            missing=N_("Choose a latest time"),
            help=N_("After sending. People are judged as soon as their result is known."),
            options={"units": ("minute", "hour", "day", "week", "month")},
        ),
    ]
    by: Annotated[
        Literal["send", "receipt"],
        Hint(N_("Result"), "choice", choices={"send": N_("Send result"), "receipt": N_("Receipt")}),
    ] = "send"
    results: Annotated[
        Items[Code],
        Field(min_length=1, max_length=100),
        AfterValidator(_distinct),
        Hint(
            N_("Branches"),
            "results",
            missing=N_("Choose a result"),
            help=N_("Everyone else goes on through Other."),
        ),
    ] = ("success",)


class ResultJudgment(Component[ResultJudgmentConfig]):
    kind = "result_judgment"
    label = N_("Result Judgment")
    category = Category.JUDGMENT
    icon = "activity"
    placement = Placement(
        lambda before: before.result_family is not None,
        Message(N_("Result Judgment stands directly behind touches or pushes that have a result.")),
    )
    Config = ResultJudgmentConfig
    headline = "judge_after"

    def defaults(self) -> dict[str, JsonValue]:
        return {"by": "send", "results": ["success"]}

    def ports(self, raw: RawConfig) -> tuple[Port, ...]:
        results = raw.get("results", ["success"])
        codes = (
            (code for code in results if isinstance(code, str) and code) if isinstance(results, list) else ()
        )
        branches = (Port(RESULT_PREFIX + code, result_label(code)) for code in dict.fromkeys(codes))
        return (*branches, OTHER_PORT)

    def check_place(
        self, config: ResultJudgmentConfig, around: Around, lookup: Lookup
    ) -> Iterator[FieldError]:
        families = {touch.result_family for touch, _ in around.before}
        if not families or None in families:  # nothing in front, or refused by the placement
            return
        if len(families) > 1:
            message = Message(N_("The components in front have different results. Judge each by itself."))
            yield FieldError("", message, "placement")
            return
        known = result_codes(config.by, around, lookup)
        if not known:
            yield FieldError(
                "by", Message(N_("What stands in front has no receipts. Judge the send result."))
            )
            return
        for index, code in enumerate(config.results):
            if code not in known:
                message = Message(N_("What stands in front has no result “{code}”."), code=result_label(code))
                yield FieldError(f"results.{index}", message)

    def words(self, config: ResultJudgmentConfig, lookup: Lookup) -> Message:
        return Message(N_("Within {duration}"), duration=config.judge_after.words)

    def longest_stay(self, config: ResultJudgmentConfig) -> Duration | None:
        return config.judge_after

    def behaviour(self, config: ResultJudgmentConfig) -> JudgeResult:
        results = tuple((RESULT_PREFIX + code, code) for code in config.results)
        return JudgeResult(config.judge_after, results, receipt=config.by == "receipt")


def result_codes(by: Literal["send", "receipt"], around: Around, lookup: Lookup) -> tuple[str, ...]:
    """The codes that everything directly in front has: what may be chosen as `results`."""
    lists = [
        touch.send_results if by == "send" else touch.receipt_results(raw, lookup)
        for touch, raw in around.before
    ]
    first = lists[0] if lists else ()
    return tuple(code for code in first if all(code in other for other in lists))

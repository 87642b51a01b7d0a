"""Reports of providers over HTTP: who signed them is checked, and they are written down before the answer."""

from __future__ import annotations

import asyncio

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from engine.channels.receipts import ACKNOWLEDGED, NotTaken, Report, receipt_token, receipts_of
from engine.channels.receipts.wechat import greeting
from engine.logs import get_logger
from engine.server.refusals import Refusals
from engine.server.reporters import Reporters
from engine.server.service import Service

log = get_logger()

QUICK_S = 0.6
"""How long a provider waits for an answer. A report that takes longer is written down all the same; who is
asked to send it again changes nothing by that."""
MOST_AT_ONCE = 8
"""Reports that are being written down. Further ones are asked to come again: threads are for others, too."""


class Reports:
    """Belongs to one API."""

    def __init__(self, service: Service, refusals: Refusals) -> None:
        self._service = service
        self._refusals = refusals
        self._reporters = Reporters(service.folder)
        self._under_way = 0

    async def take(self, account: str, report: Report) -> Response:
        """Answer a report about an account's messages, soon."""
        if self._under_way >= MOST_AT_ONCE:
            return _again()
        self._under_way += 1
        work = asyncio.ensure_future(run_in_threadpool(self._take, account, report))
        work.add_done_callback(self._ended)
        done, _ = await asyncio.wait({work}, timeout=QUICK_S)
        return work.result() if done else _again()

    def greet(self, account: str, report: Report) -> Response:
        """Answer WeChat, which tries an address out."""
        reporter = self._reporters.find(account)
        if reporter is None or reporter.account.kind != "wechat":
            return self._refusals.answer("receipts", 404)
        try:
            said = greeting(report, receipt_token(reporter.account, reporter.secrets))
        except NotTaken as error:
            return self._refusals.answer(account, error.status)
        return _plain(said)

    def _take(self, id: str, report: Report) -> Response:
        reporter = self._reporters.find(id)
        if reporter is None:
            return self._refusals.answer("receipts", 404)
        account, secrets = reporter
        try:
            receipts = receipts_of(report, account, secrets, self._service.now())
        except NotTaken as error:
            answer = self._refusals.answer(id, error.status)
            if answer.status_code != 429:
                log.warning("a report was refused", account=id, reason=error.reason)
            return answer
        if receipts:
            self._service.engine.receiving.take(account, receipts)
        return _plain(ACKNOWLEDGED.get(account.kind, ""))

    def _ended(self, work: asyncio.Future[Response]) -> None:
        self._under_way -= 1
        if not work.cancelled() and (error := work.exception()) is not None:
            log.error("a report could not be written down", exc_info=error)


def _plain(said: str) -> Response:
    kind = "application/json" if said.startswith("{") else "text/plain"
    return Response(said, media_type=kind, headers={"X-Content-Type-Options": "nosniff"})


def _again() -> Response:
    """Asks to send it again."""
    return Response(status_code=503, headers={"Retry-After": "5"})

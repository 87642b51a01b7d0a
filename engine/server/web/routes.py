"""The pages over HTTP. Everything here only looks, but signing in and out, and links to campaigns."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Annotated, TypeVar
from urllib.parse import parse_qs

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, StreamingResponse
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from engine.i18n import N_, Message, current_language
from engine.server.campaigns import Id
from engine.server.declared import routes_of
from engine.server.identity.accounts import Accounts, Session
from engine.server.identity.callers import present_call, present_caller
from engine.server.identity.calls import Cookie
from engine.server.identity.doorkeeper import refuse_other_sites
from engine.server.problems import CallRefused, InvalidBody
from engine.server.service import Service
from engine.server.web import report_routes, static
from engine.server.web.frame import LONGEST_WAY_BACK, Frame, quoted
from engine.server.web.live import Live
from engine.server.web.looking import Looking
from engine.server.web.pages import campaign_page, invitation_page, link_page, list_page, sign_in_page
from engine.server.web.shared_links import DAYS, SHARES, SharedLinks
from engine.server.wire.base import Wire
from engine.server.wire.identity import AcceptOrder, SignInOrder

MOST_FORM_BYTES = 2**16
_INSIDE = re.compile(r"/web(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*(\?[A-Za-z0-9_.~%=&+-]*)?", re.ASCII)
_STREAM = {"X-Accel-Buffering": "no"}  # nginx would collect what is to arrive at once

Form = dict[str, str]
O = TypeVar("O", bound=Wire)  # noqa: E741 - an order


async def form(request: Request) -> Form:
    """The fields of a form. Raises `CallRefused` for what is none."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    data = await request.body()
    try:
        if kind != "application/x-www-form-urlencoded" or len(data) > MOST_FORM_BYTES:
            raise ValueError
        fields = parse_qs(data.decode(), keep_blank_values=True, errors="strict", max_num_fields=20)
    except ValueError:
        text = N_("This is no form of a page of this server.")
        raise CallRefused(422, "no_form", Message(text)) from None
    return {name: found[0] for name, found in fields.items()}


Fields = Annotated[Form, Depends(form)]
Next = Annotated[str, Query(max_length=LONGEST_WAY_BACK)]


def router(
    service: Service, accounts: Accounts, cookie: Cookie, address: str | None, ending: Callable[[], bool]
) -> APIRouter:
    """The pages. address: by which others reach the server; ending: whether it is to end."""
    routes = routes_of(tag="pages", api="")
    looking = Looking(service)
    live = Live(looking.frames, ending)
    links = SharedLinks(service.database, service.clock)
    _signing_in(routes, service, accounts, cookie)
    _campaigns(routes, service, looking, live, links)
    _sharing(routes, service, links, address)
    _shared(routes, service, looking, live, links)
    report_routes.declare(routes, service, links)
    _files(routes)
    return routes


def _signing_in(routes: APIRouter, service: Service, accounts: Accounts, cookie: Cookie) -> None:
    def begun(request: Request, session: Session, where: str) -> Response:
        """On to a page, with a session that the browser keeps in place of one that it had."""
        accounts.end(request.cookies.get(cookie.name, ""))
        response = RedirectResponse(where, 303)
        seconds = max(0, session.expires_at - accounts.clock.now()) // 1000
        cookie.give(response, session.secret.text, seconds)
        return response

    @routes.get("/", response_class=RedirectResponse, status_code=307)
    async def begin() -> str:
        """On to the pages."""
        return "/web"

    @routes.get("/web/sign-in", response_class=HTMLResponse)
    def ask(next: Next = "") -> Response:
        """Asks for name and password."""
        query = f"&next={quoted(next)}" if _INSIDE.fullmatch(next) else ""
        return sign_in_page(Frame(service.name, query=query))

    @routes.post("/web/sign-in", response_class=RedirectResponse, status_code=303)
    def sign_in(request: Request, fields: Fields, next: Next = "/web") -> Response:
        """Begin a session, which the browser keeps in a cookie, and go on to a page."""
        _refuse_forms_of_others(request)
        order = _order(SignInOrder, name=fields.get("name", ""), password=fields.get("password", ""))
        session = accounts.sign_in(order.name, order.password, present_call().address)
        return begun(request, session, next if _INSIDE.fullmatch(next) else "/web")

    @routes.get("/web/invitation", response_class=HTMLResponse)
    def choose() -> Response:
        """Asks for a password of who was invited."""
        return invitation_page(Frame(service.name))

    @routes.post("/web/invitation", response_class=RedirectResponse, status_code=303)
    def accept(request: Request, fields: Fields) -> Response:
        """Choose a password with an invitation, and begin a session."""
        _refuse_forms_of_others(request)
        password = fields.get("password", "")
        if password != fields.get("again", ""):
            text = N_("The two passwords are not the same. Enter them anew.")
            raise CallRefused(422, "passwords_differ", Message(text))
        order = _order(AcceptOrder, token=fields.get("token", ""), password=password)
        session = accounts.accept(order.token, order.password, present_call().address)
        return begun(request, session, "/web#")  # with an end of its own, or the browser keeps the secret one

    @routes.post("/web/sign-out", response_class=RedirectResponse, status_code=303)
    def sign_out() -> Response:
        """End the session."""
        accounts.sign_out(present_caller())
        response = RedirectResponse("/web/sign-in", 303)
        cookie.take(response)
        return response


def _refuse_forms_of_others(request: Request) -> None:
    """Raises `CallRefused`: or somebody could be signed in as another, without noticing."""
    headers = dict(request.scope["headers"])
    if b"origin" in headers or b"sec-fetch-site" in headers:
        refuse_other_sites(headers)


def _order(model: type[O], **given: str) -> O:
    """What a form asks for. Raises `InvalidBody`."""
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise InvalidBody(error) from None


def _campaigns(routes: APIRouter, service: Service, looking: Looking, live: Live, links: SharedLinks) -> None:
    @routes.get("/web", response_class=HTMLResponse)
    def campaigns() -> Response:
        """All campaigns with their status and figures."""
        return list_page(_frame(service), service.engine.campaigns(), service.zone)

    @routes.get("/web/campaigns/{id}", response_class=HTMLResponse)
    def campaign(id: Id) -> Response:
        """One campaign as it runs."""
        mine = links.of(id) if present_caller().role.covers(SHARES) else None
        where = f"/web/campaigns/{quoted(id)}"
        return campaign_page(_frame(service), looking.figures(id), looking.picture(id), where, mine)

    @routes.get("/web/campaigns/{id}/live", response_class=StreamingResponse)
    async def changes(id: Id) -> Response:
        """What changes on the page of a campaign, as a stream of events."""
        return _stream(live, id)


def _sharing(routes: APIRouter, service: Service, links: SharedLinks, address: str | None) -> None:
    @routes.post("/web/campaigns/{id}/links", response_class=HTMLResponse)
    def make(request: Request, id: Id, fields: Fields) -> Response:
        """Make a link by which anybody may look at a campaign for some days; it is told once."""
        status = service.engine.campaign(id)
        days = fields.get("days", "")
        if days not in map(str, DAYS):
            raise CallRefused(422, "invalid_request", Message(N_("Choose one of the numbers of days.")))
        made, until = links.make(present_caller(), id, int(days))
        base = address.rstrip("/") if address else str(request.base_url).rstrip("/")
        once = replace(_frame(service), query=None)
        return link_page(once, status, f"{base}/web/shared/{made.text}", until, service.zone)

    @routes.post("/web/campaigns/{id}/links/{link}/revoke", response_class=RedirectResponse, status_code=303)
    def revoke(id: Id, link: str) -> Response:
        """Take a link no more."""
        links.revoke(id, link)
        return RedirectResponse(f"/web/campaigns/{quoted(id)}", 303)


def _shared(routes: APIRouter, service: Service, looking: Looking, live: Live, links: SharedLinks) -> None:
    @routes.get("/web/shared/{token}", response_class=HTMLResponse)
    def shared(token: str) -> Response:
        """One campaign as it runs, for who was given a link to it."""
        id = links.campaign(token)
        where = f"/web/shared/{quoted(token)}"
        return campaign_page(Frame(service.name), looking.figures(id), looking.picture(id), where, None)

    @routes.get("/web/shared/{token}/live", response_class=StreamingResponse)
    async def shared_changes(token: str) -> Response:
        """What changes on the page of a campaign, for who was given a link to it."""
        return _stream(live, await run_in_threadpool(links.campaign, token))


def _files(routes: APIRouter) -> None:
    @routes.get("/web/static/{name}", response_class=Response)
    def file(request: Request, name: str) -> Response:
        """A style sheet, script or font of the pages."""
        try:
            found = static.file(name)
        except KeyError:
            raise CallRefused(404, "not_found", Message(N_("There is nothing at this address."))) from None
        fresh = request.query_params.get("v") == found.version
        headers = {
            "Cache-Control": "public, max-age=31536000, immutable" if fresh else "no-cache",
            "Vary": "Accept-Encoding",
        }
        if "gzip" in request.headers.get("accept-encoding", ""):
            return Response(found.zipped, 200, {**headers, "Content-Encoding": "gzip"}, found.media_type)
        return Response(found.data, 200, headers, found.media_type)


def _frame(service: Service) -> Frame:
    return Frame(service.name, present_caller().name)


def _stream(live: Live, id: str) -> Response:
    live.admit()
    said: AsyncIterator[str] = live.listen(id, current_language())
    return StreamingResponse(said, media_type="text/event-stream", headers=_STREAM)

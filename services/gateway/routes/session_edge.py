"""The edge of the pages for who is signed in: session or token in, caller out; and the token of every form."""

import hmac
from dataclasses import dataclass
from functools import cache

from fastapi import Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.datastructures import FormData

from services.gateway.access.sessions import (
    ACT,
    TOKEN_LIFETIME,
    Session,
    caller_of,
    find_session,
    form_token,
    new_key,
)
from services.gateway.access.token_server import TokenServer
from shared import clock
from shared.access.callers import Caller
from shared.access.edge import requires
from shared.access.errors import AccesRefuse, PorteeInsuffisante
from shared.access.rights import RULES, Action, may_begin
from shared.errors import BusinessError

FORM_FIELDS = 8_000
"""Fields of one form: four a contract, for the largest structures."""
NOT_KEPT = {"Cache-Control": "no-store"}


class ConnexionRequise(AccesRefuse):
    """Nobody is signed in in this browser, or not any more."""

    code = "connexion_requise"
    status = 401

    def __init__(self) -> None:
        super().__init__("Personne n'est connecté dans ce navigateur, ou la session est finie.")


class FormulairePerime(BusinessError):
    """The form was not shown to this browser, or its session is over."""

    code = "formulaire_perime"
    status = 403

    def __init__(self) -> None:
        super().__init__(
            "Ce formulaire ne vient pas de cette session.", correction="Rouvrez la page puis recommencez."
        )


@dataclass(frozen=True)
class SignedIn:
    """Dependency of a page: a session whose agent may begin the action, or a good token as for the API.

    As for the API, the perimeter is the business of what knows the target.
    """

    action: Action | None

    @property
    def access_rule(self) -> str:
        """What the page demands."""
        return f"session:{self.action or 'toute'}"

    async def __call__(self, request: Request) -> Caller:
        """Return the caller, or refuse: 401 without a session, 403 without the scope."""
        if self.action is not None and "authorization" in request.headers:
            return await requires(self.action)(request)
        session = await load_session(request)
        if session is None:
            raise ConnexionRequise
        async with request.app.state.engine.connect() as conn:
            server: TokenServer = request.app.state.token_server
            caller = await caller_of(conn, session.agent, server.resolve)
        if self.action is not None and not may_begin(caller, self.action):
            raise PorteeInsuffisante(RULES[self.action].scope)
        return caller


@cache
def signed_in(action: Action | None = None) -> SignedIn:
    """Return the dependency of a page: ``Annotated[Caller, Depends(signed_in(Action.…))]``."""
    return SignedIn(action)


async def load_session(request: Request) -> Session | None:
    """Return the open session of the browser, kept for the time of the request in ``request.state.session``."""
    key = request.cookies.get(session_cookie(request))
    if not key:
        return None
    async with request.app.state.engine.begin() as conn:
        session = await find_session(conn, key, clock.now())
    request.state.session = session
    return session


def bearer_of(request: Request, caller: Caller) -> dict[str, str]:
    """Return the header by which the services know the caller: a token of a minute, signed for the session."""
    server: TokenServer = request.app.state.token_server
    token = server.signer.issue(caller, now=clock.now(), lifetime=TOKEN_LIFETIME, act=ACT)
    return {"Authorization": f"Bearer {token}"}


def is_secure(request: Request) -> bool:
    """Tell whether browsers reach the platform by https."""
    return str(request.app.state.settings.gateway_url).startswith("https:")


def session_cookie(request: Request) -> str:
    """Return the name of the cookie of sessions."""
    return "__Host-session" if is_secure(request) else "session"


def form_cookie(request: Request) -> str:
    """Return the name of the cookie of forms that need nobody signed in."""
    return "__Host-formulaire" if is_secure(request) else "formulaire"


def set_cookie(
    request: Request, response: Response, name: str, value: str, max_age: int | None = None
) -> None:
    """Set a cookie that no script reads and that other sites do not send."""
    response.set_cookie(
        name, value, max_age=max_age, httponly=True, samesite="lax", secure=is_secure(request), path="/"
    )


def open_form(request: Request) -> str:
    """Return the key of the forms of a browser where nobody is signed in, new if it has none."""
    return request.cookies.get(form_cookie(request)) or new_key()


def show_open_form(request: Request, html: str, key: str, status: int = 200) -> Response:
    """Return a page whose form bears the token of a key, and give the key to the browser."""
    response = HTMLResponse(html, status, NOT_KEPT)
    set_cookie(request, response, form_cookie(request), key)
    return response


async def read_form(request: Request) -> FormData:
    """Return the form of a signed-in browser.

    Raises
    ------
    FormulairePerime
        It does not bear the token of the session.
    """
    session: Session | None = getattr(request.state, "session", None)
    return await _read(request, session.key if session else "")


async def read_open_form(request: Request) -> FormData:
    """Return a form that anyone may send.

    Raises
    ------
    FormulairePerime
        It was not shown to this browser.
    """
    return await _read(request, request.cookies.get(form_cookie(request), ""))


async def _read(request: Request, key: str) -> FormData:
    form = await request.form(max_fields=FORM_FIELDS, max_files=1)
    given = form.get("jeton")
    if (
        not key
        or not isinstance(given, str)
        or not hmac.compare_digest(given.encode(), form_token(key).encode())
    ):
        raise FormulairePerime
    return form


def text_of(form: FormData, name: str, longest: int = 4_000) -> str:
    """Return a field of a form as text, without what no database writes; a file or an absent field is empty."""
    value = form.get(name)
    return value.replace("\x00", "").strip()[:longest] if isinstance(value, str) else ""


def see_other(path: str) -> Response:
    """Return the redirection that follows a form: coming back does not send it again."""
    return RedirectResponse(path, 303, NOT_KEPT)


def private_file(content: bytes, name: str) -> Response:
    """Return a CSV that no cache keeps."""
    headers = NOT_KEPT | {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, 200, headers, media_type="text/csv; charset=utf-8")


def private_page(html: str, status: int = 200) -> Response:
    """Return a page that no cache keeps."""
    return HTMLResponse(html, status, NOT_KEPT)

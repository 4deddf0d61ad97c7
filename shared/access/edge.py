"""The HTTP edge of access: each route says what it demands, by a dependency.

``app.state.token_verifier`` must hold the `TokenVerifier` of the service (its key set, issuer and audience).

A dependency that settles access bears the attribute ``access_rule``, a word that says what it demands;
`routes_without_rule` finds the routes that forgot one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from fastapi import FastAPI, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts

from shared import clock
from shared.access.callers import Caller
from shared.access.errors import JetonAbsent, PorteeInsuffisante
from shared.access.rights import RULES, Action, may_begin
from shared.access.tokens import TokenVerifier


def authenticate(request: Request) -> Caller:
    """Return the caller of a request by its bearer token.

    Raises
    ------
    JetonAbsent, JetonInvalide, JetonExpire
        401, each with its code.
    """
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise JetonAbsent
    verifier: TokenVerifier = request.app.state.token_verifier
    return verifier.verify(token.strip(), clock.now())


@dataclass(frozen=True)
class Requirement:
    """Dependency of a route: a good token whose scopes open the action.

    The perimeter is not its business: the command or the query, which knows the target, asks ``rights``.
    """

    action: Action

    @property
    def access_rule(self) -> str:
        """What the route demands."""
        return self.action

    async def __call__(self, request: Request) -> Caller:
        """Return the caller, or refuse: 401 without a good token, 403 without the scope."""
        caller = authenticate(request)
        if not may_begin(caller, self.action):
            raise PorteeInsuffisante(RULES[self.action].scope)
        return caller


@cache  # FastAPI runs a dependency once per request when it is the same object
def requires(action: Action) -> Requirement:
    """Return the dependency of a route that does this: ``Annotated[Caller, Depends(requires(Action.…))]``."""
    return Requirement(action)


class _OpenToAll:
    access_rule = "ouvert"

    async def __call__(self) -> None:
        """Let everyone in."""


open_to_all = _OpenToAll()
"""Dependency of a route that anyone may read: ``dependencies=[Depends(open_to_all)]``."""


def routes_without_rule(app: FastAPI) -> list[str]:
    """Return the paths whose access nobody settled, mounted applications included.

    A mount or a bare route is settled by an ``access_rule`` on its application or its endpoint.
    """
    return [
        f"{'/'.join(sorted(context.methods or ['*']))} {context.path}"
        for context in iter_route_contexts(app.routes)
        if not any(hasattr(call, "access_rule") for call in _calls(context))
    ]


def _calls(context: Any) -> Iterator[object]:
    yield context.endpoint
    yield getattr(context, "app", None)
    pending: list[Dependant] = list(filter(None, [getattr(context, "dependant", None)]))
    while pending:
        dependant = pending.pop()
        yield dependant.call
        pending.extend(dependant.dependencies)

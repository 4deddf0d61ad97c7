"""Refusals of access: who are you (401), you may not (403)."""

from typing import ClassVar

from shared.access.scopes import Scope
from shared.errors import BusinessError


class AccesRefuse(BusinessError):
    """A refusal that tells, by a header, how to be let in (RFC 6750 §3)."""

    challenge: ClassVar[str] = 'Bearer realm="iae"'

    @property
    def headers(self) -> dict[str, str]:
        """Headers that the answer must carry."""
        return {"WWW-Authenticate": self.challenge}


class JetonAbsent(AccesRefuse):
    """No bearer token where one is needed."""

    code = "jeton_absent"
    status = 401

    def __init__(self) -> None:
        super().__init__(
            "Cette adresse demande un jeton.",
            correction="Demandez un jeton à /oauth/token puis envoyez l'en-tête « Authorization: Bearer … ».",
        )


class JetonInvalide(AccesRefuse):
    """A token that is malformed, not signed by us, or not meant for this service."""

    code = "jeton_invalide"
    status = 401
    challenge = 'Bearer realm="iae", error="invalid_token"'

    def __init__(self, detail: str) -> None:
        super().__init__(detail, correction="Demandez un jeton neuf à /oauth/token.")


class JetonExpire(JetonInvalide):
    """A token whose time is over."""

    code = "jeton_expire"

    def __init__(self) -> None:
        super().__init__("Le jeton a expiré.")


class PorteeInsuffisante(AccesRefuse):
    """The token is good but its scopes do not open this."""

    code = "portee_insuffisante"
    status = 403

    def __init__(self, scope: Scope) -> None:
        super().__init__(
            f"Cette action demande la portée « {scope} ».",
            correction="Demandez un jeton avec cette portée, si elle vous est accordée.",
        )
        self.scope = scope

    @property
    def headers(self) -> dict[str, str]:
        """Headers that the answer must carry: the scope that is missing."""
        return {"WWW-Authenticate": f'Bearer realm="iae", error="insufficient_scope", scope="{self.scope}"'}

"""Refusals of the token endpoint, in the shape and the ASCII words of RFC 6749 §5.2."""


class TokenRefused(Exception):
    """The token endpoint says no.

    Parameters
    ----------
    error
        Code of RFC 6749.
    description
        French sentence without accents or double quotes: the RFC allows neither.
    status
        HTTP status.
    headers
        Headers that the answer must carry.
    """

    def __init__(
        self, error: str, description: str, *, status: int = 400, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(error)
        self.error = error
        self.description = description
        self.status = status
        self.headers = headers or {}


def invalid_request(description: str) -> TokenRefused:
    """Return the refusal of a request that cannot be read."""
    return TokenRefused("invalid_request", description)


def invalid_client() -> TokenRefused:
    """Return the one refusal for an unknown client and for a wrong secret."""
    return TokenRefused(
        "invalid_client",
        "Identifiant ou secret faux.",
        status=401,
        headers={"WWW-Authenticate": 'Basic realm="iae"'},
    )

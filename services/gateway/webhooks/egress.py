"""Sending to an address that a stranger gave: never inside, never elsewhere than the address that was judged.

The name is resolved once; every address it gives must be public, and the connection is made to one of them, so
that a name which changes afterwards changes nothing. TLS still judges the certificate of the name. No redirect is
followed, no proxy of the environment is used, and nothing of the answer is read but its status.
"""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import httpcore

from shared.errors import BusinessError

CONNECT_S = 5.0
TOTAL_S = 10.0
"""Seconds that one sending may take, everything included."""
AT_ONCE = 50
LONGEST_URL = 2000
TRANSLATED = tuple(map(ip_network, ("2002::/16", "2001::/32", "192.88.99.0/24")))
"""6to4 and Teredo: addresses that stand for others. NAT64 and IPv4-compatible ones are in a reserved network."""

Address = IPv4Address | IPv6Address
Allowed = Callable[[Address], bool]
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


class UrlRefusee(BusinessError):
    """No message is ever sent to such an address."""

    code = "url_refusee"
    status = 422


class AdresseRefusee(Exception):
    """A name leads to an address that is not public."""


def is_public(address: Address) -> bool:
    """Tell whether an address is that of a machine of the public network, and stands for no other address."""
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return False
    return (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and not any(address in network for network in TRANSLATED)
    )


def is_local(address: Address) -> bool:
    """Tell whether an address is that of this machine."""
    return address.is_loopback


async def resolve_name(host: str, port: int) -> Sequence[str]:
    """Return the addresses of a name, in the order of the system."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def check_url(url: str, *, local: bool) -> str:
    """Return an address as it is kept; ``local`` also admits this machine, in clear.

    Raises
    ------
    UrlRefusee
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise _refused("Cette adresse est illisible.") from None
    if not url.isascii() or not url.isprintable() or " " in url or len(url) > LONGEST_URL or not host:
        raise _refused("Cette adresse est illisible.")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise _refused("Cette adresse porte un nom, un mot de passe ou un fragment.")
    literal = _literal(host)
    if local and literal is not None and is_local(literal) and parts.scheme in ("http", "https"):
        return url
    if parts.scheme != "https":
        raise _refused("Cette adresse n'est pas en https.")
    if literal is not None and not is_public(literal):
        raise _refused("Cette adresse n'est pas publique.")
    return url


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _refused(detail: str) -> UrlRefusee:
    return UrlRefusee(detail, champ="url", correction="Donnez une adresse https publique, sans identifiant.")


class _Judged(httpcore.AsyncNetworkBackend):
    """Connects to the addresses of a name only when all of them are allowed."""

    def __init__(self, allowed: Allowed, resolve: Resolve) -> None:
        self._allowed = allowed
        self._resolve = resolve
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 -- httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Resolve, judge, connect to the first address that answers."""
        try:
            addresses = await self._resolve(host, port)
        except (OSError, UnicodeError) as error:  # a label may be too long to be asked for
            raise httpcore.ConnectError("the name does not resolve") from error
        if not addresses or not all(self._allowed(ip_address(text)) for text in addresses):
            raise AdresseRefusee
        failure: Exception = httpcore.ConnectError("no address")
        for address in addresses:
            try:
                return await self._network.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure


@dataclass(frozen=True, slots=True)
class Reply:
    """What became of one sending: the status, or why there is none."""

    statut: int | None
    erreur: str | None = None

    @property
    def taken(self) -> bool:
        """Whether the subscriber took the message."""
        return self.statut is not None and 200 <= self.statut < 300

    @property
    def gone(self) -> bool:
        """Whether the subscriber asks for nothing more."""
        return self.statut == 410


class Egress:
    """Posts messages to strangers.

    Parameters
    ----------
    local
        Whether this machine is allowed too: for a demonstration on one machine.
    allowed
        Which addresses are allowed otherwise.
    """

    def __init__(
        self,
        *,
        local: bool = False,
        allowed: Allowed = is_public,
        resolve: Resolve = resolve_name,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        def judged(address: Address) -> bool:
            return allowed(address) or (local and is_local(address))

        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=ssl_context or httpcore.default_ssl_context(),  # else read again at each connection
            max_connections=AT_ONCE,
            max_keepalive_connections=0,
            network_backend=_Judged(judged, resolve),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._pool.aclose()

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Post a body once and return what became of it; the body of the answer is never read."""
        named = [*headers.items(), ("content-type", "application/json"), ("user-agent", "plateforme-iae")]
        limits = {"connect": CONNECT_S, "read": TOTAL_S, "write": TOTAL_S, "pool": TOTAL_S}
        try:
            async with (
                asyncio.timeout(TOTAL_S),
                self._pool.stream(
                    "POST", url, headers=named, content=body, extensions={"timeout": limits}
                ) as answer,
            ):
                return Reply(answer.status, _refusal(answer.status))
        except AdresseRefusee:
            return Reply(None, "ADRESSE_REFUSEE")
        except (TimeoutError, httpcore.TimeoutException):
            return Reply(None, "DELAI")
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError):
            return Reply(None, "INJOIGNABLE")


def _refusal(status: int) -> str | None:
    if 200 <= status < 300:
        return None
    return "REDIRECTION" if 300 <= status < 400 else "REFUS"

"""Ports of this machine: free, or refused with a sentence."""

import secrets
import socket

from deploy.local.errors import StartRefused

HOST = "127.0.0.1"
UNASKED = range(15_000, 30_000)
"""Where no system takes the port of an outgoing connection by itself."""


def free_port(count: int = 1) -> int:
    """Return a port that nobody listens on now, nor on those that follow it, ``count`` in all."""
    while True:
        first = UNASKED.start + secrets.randbelow(len(UNASKED) - count)
        if all(_is_free(port) for port in range(first, first + count)):
            return first


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def require_free(ports: dict[str, int]) -> None:
    """Refuse to start when a port is taken.

    Parameters
    ----------
    ports
        Port by name of what will listen on it.

    Raises
    ------
    StartRefused
        One is taken or cannot be used; the sentence names it.
    """
    for name, port in ports.items():
        with socket.socket() as probe:
            # As servers do: a port whose last connections are only closing is not taken.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except (OSError, OverflowError) as fault:
                raise StartRefused(
                    f"Le port {port} ({name}) est déjà pris sur cette machine ou interdit : arrêtez le programme qui l'utilise, "
                    f"ou choisissez d'autres ports, par exemple IAE_PORT={_suggestion(min(ports.values()))} make run."
                ) from fault


def _suggestion(base: int) -> int:
    return base + 1000 if base + 1000 < 65_000 else 18_000

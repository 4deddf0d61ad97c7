"""Ports of this machine: free, or refused with a sentence."""

import socket

from deploy.local.errors import StartRefused

HOST = "127.0.0.1"


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


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

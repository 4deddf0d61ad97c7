"""What a person may choose about the local platform, from the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from deploy.local.errors import StartRefused
from deploy.local.processes import CHECKOUT

HIGHEST_PORT = 65_532
"""The three services take the ports after the gateway's."""


class BusChoice(StrEnum):
    """What may be asked of the bus; `AUTO` is Kafka where it can run."""

    AUTO = "auto"
    KAFKA = "kafka"
    JOURNAL = "journal"


@dataclass(frozen=True)
class Options:
    """Choices of one start.

    Attributes
    ----------
    state
        Folder of everything that is kept between two starts.
    port
        Of the gateway; structures, parcours and funding take the three that follow.
    database_url
        Administrator of a given PostgreSQL; a private server when absent.
    demonstration
        Load the demonstration data and know its clients.
    """

    state: Path
    port: int
    bus: BusChoice
    kafka_bootstrap: str | None
    database_url: str | None
    demonstration: bool

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Options":
        """Read the choices; see ``docs/exploitation.md``.

        Raises
        ------
        StartRefused
            A value is not one of those allowed.
        """
        return cls(
            state=Path(environment.get("IAE_STATE") or CHECKOUT / ".state").absolute(),
            port=_port(environment.get("IAE_PORT") or "8000"),
            bus=_bus(environment.get("IAE_BUS") or BusChoice.AUTO),
            kafka_bootstrap=environment.get("IAE_KAFKA_BOOTSTRAP") or None,
            database_url=(environment.get("IAE_DATABASE_URL") or "").replace("+asyncpg", "", 1) or None,
            demonstration=(environment.get("IAE_DEMO") or "1") != "0",
        )


def _bus(text: str) -> BusChoice:
    try:
        return BusChoice(text)
    except ValueError as fault:
        raise StartRefused(
            f"IAE_BUS vaut « {text} » ; les valeurs possibles sont {', '.join(BusChoice)}."
        ) from fault


def _port(text: str) -> int:
    port = int(text) if text.isascii() and text.isdigit() else 0
    if not 1 <= port <= HIGHEST_PORT:
        raise StartRefused(f"IAE_PORT vaut « {text} » ; il faut un nombre entre 1 et {HIGHEST_PORT}.")
    return port

"""What a person may choose about the local platform, from the environment."""

import os
import re
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
        Share of the region to load as demonstration data, such as ``1`` or ``0.05``; empty for none, and then
        the demonstration clients are unknown.
    """

    state: Path
    port: int
    bus: BusChoice
    kafka_bootstrap: str | None
    database_url: str | None
    demonstration: str

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
            demonstration=_scale(environment.get("IAE_DEMO") or "1"),
        )


def _bus(text: str) -> BusChoice:
    try:
        return BusChoice(text)
    except ValueError as fault:
        raise StartRefused(
            f"IAE_BUS vaut « {text} » ; les valeurs possibles sont {', '.join(BusChoice)}."
        ) from fault


def _scale(text: str) -> str:
    if not re.fullmatch(r"\d{1,2}(\.\d{1,3})?", text):
        raise StartRefused(f"IAE_DEMO vaut « {text} » ; il faut 0, 1, ou une part de la région comme 0.05.")
    return text if float(text) else ""


def _port(text: str) -> int:
    port = int(text) if text.isascii() and text.isdigit() else 0
    if not 1 <= port <= HIGHEST_PORT:
        raise StartRefused(f"IAE_PORT vaut « {text} » ; il faut un nombre entre 1 et {HIGHEST_PORT}.")
    return port

"""Settings common to every process, read once from the environment (see ``docs/exploitation.md``)."""

from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.contracts.topics import PREFIX

Bus = Literal["kafka", "journal"]


class Settings(BaseSettings):
    """Frozen settings of one process; an unknown bus or a missing URL stops it at start."""

    model_config = SettingsConfigDict(env_prefix="IAE_", frozen=True, extra="ignore")

    service_database_url: str
    """PostgreSQL URL of the role ``<service>_appli``."""
    relay_database_url: str | None = None
    """PostgreSQL URL of the role ``<service>_relais``; the worker of a service that publishes needs it."""
    service_port: int = 8000
    service_host: str = "127.0.0.1"
    bus: Bus = "journal"
    kafka_bootstrap: str | None = None
    topic_prefix: str = PREFIX
    structures_url: str = "http://127.0.0.1:8001"
    parcours_url: str = "http://127.0.0.1:8002"
    funding_url: str = "http://127.0.0.1:8003"
    gateway_url: str = "http://127.0.0.1:8000"
    """Public origin of the gateway, issuer of the tokens."""
    gateway_internal_url: str | None = None
    """Where the other processes reach the gateway, when it is not at its public origin."""
    secrets_dir: Path
    """Folder of secret files, one value per file."""
    demonstration: bool = False
    """Demonstration mode: known clients with a public secret, banner on each page."""
    region: str = "32"
    """Region shown on the home page, INSEE code."""
    debit_anonyme: int = 3000
    """Requests per minute and per address that need no token."""
    oidc_issuer: str | None = None
    """OpenID Connect provider of the agents; its client secret is the file ``oidc_client_secret``."""
    oidc_client_id: str = "plateforme-iae"
    oidc_pkce: bool = True
    """Whether to send a PKCE challenge: ``0`` for a provider that refuses what it does not know."""

    webhooks_locaux: bool = False
    """Whether webhooks may reach this very machine, in clear; only ever in demonstration mode."""

    @property
    def local_webhooks(self) -> bool:
        """Whether webhooks may reach this very machine."""
        return self.demonstration and self.webhooks_locaux

    def secret(self, name: str) -> str:
        """Return the content of a secret file, without surrounding blanks.

        Raises
        ------
        FileNotFoundError
            The deployment did not provide this secret.
        """
        return (self.secrets_dir / name).read_text(encoding="utf-8").strip()

    @cached_property
    def sources(self) -> dict[str, str]:
        """Base URL of each service that publishes, by name."""
        return {
            "structures": self.structures_url,
            "parcours": self.parcours_url,
            "funding": self.funding_url,
        }

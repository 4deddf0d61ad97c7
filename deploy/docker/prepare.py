"""Jobs of the containers before any process: ``python -m deploy.docker.prepare secrets``, then ``databases``.

Secrets are drawn once, in a volume that only these jobs mount. Each process receives its own in another volume:
files, passwords of its database included (a password file of PostgreSQL, named by ``PGPASSFILE``), never variables.
"""

import asyncio
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from deploy.local.databases import prepare, role_names
from deploy.local.secret_files import create_passwords, create_secret_files, write_private
from deploy.local.services import SERVICES

ROOT = Path("/secrets")
ADMIN = "postgres"
EVERYONE = ("jwks.json", "cursor_key")
GIVEN = {
    "structures": (*EVERYONE, "client_structures"),
    "parcours": (*EVERYONE, "client_parcours", "kek", "index_key"),
    "funding": (*EVERYONE, "client_funding"),
    # It answers for every client, and signs.
    "gateway": (
        *EVERYONE,
        *(f"client_{name}" for name in SERVICES),
        "client_reprise",
        "signing_key.json",
        "webhook_key",
    ),
    "operations": (*EVERYONE, "client_gateway"),
    "demonstration": ("client_reprise", "client_gateway"),
}
"""The secret files of each volume."""


def create_secrets(root: Path = ROOT) -> None:
    """Draw what is missing, and give each volume its part; what was drawn before is given again.

    Parameters
    ----------
    root
        Holds the folders ``source``, ``postgres``, ``migrations`` and those of `GIVEN`, one volume each.
    """
    source = root / "source"
    create_secret_files(source, SERVICES)
    passwords = create_passwords(source / "passwords.json", (ADMIN, *role_names(SERVICES)))

    def give_passwords(folder: str, roles: Sequence[str]) -> None:
        lines = (f"*:*:*:{role}:{passwords[role]}\n" for role in roles)
        write_private(root / folder / "pgpass", "".join(lines))

    for folder, files in GIVEN.items():
        for file in files:
            write_private(root / folder / file, (source / file).read_text(encoding="utf-8"))
    for name in SERVICES:
        give_passwords(name, (f"{name}_appli", f"{name}_relais"))
    give_passwords("migrations", [f"{name}_migration" for name in SERVICES])
    give_passwords("operations", ("gateway_appli", "gateway_migration"))
    give_passwords("source", [ADMIN])
    write_private(root / "postgres" / "password", passwords[ADMIN])
    # The server runs as another user; nobody else mounts this volume.
    (root / "postgres" / "password").chmod(0o444)


async def create_databases(admin_url: str, root: Path = ROOT) -> None:
    """Create the databases and the roles that are missing, with the passwords drawn."""
    passwords = json.loads((root / "source" / "passwords.json").read_text(encoding="utf-8"))
    await prepare(admin_url, SERVICES, passwords)


if __name__ == "__main__":
    if sys.argv[1] == "secrets":
        create_secrets()
    else:
        asyncio.run(create_databases(os.environ["IAE_DATABASE_URL"]))

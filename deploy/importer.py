"""``iae importer``: one file through the public import API, with its progress and its report."""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from deploy.demo.load import Gateway, Patience
from deploy.local.errors import StartRefused
from shared.client import open_client

NDJSON = "application/x-ndjson"
CONTENT_TYPES = {".csv": "text/csv", ".ndjson": NDJSON, ".jsonl": NDJSON}
PATIENCE_S = 120.0
POLL_S = 0.2
REFUSALS_SHOWN = 20


@dataclass(frozen=True)
class Import:
    """One file to send.

    Attributes
    ----------
    a_blanc
        Judge every line and write nothing.
    au_moins
        Positions that the service must have read first, as ``structures:12,funding:3``.
    """

    service: str
    nature: str
    path: Path
    a_blanc: bool = False
    au_moins: str | None = None


async def import_file(address: str, secret: str, chosen: Import, console: Console) -> bool:
    """Send a file, show its progress, print its report; tell whether every line was accepted or already held.

    Raises
    ------
    StartRefused
        The file cannot be read, or is neither CSV nor NDJSON by its name.
    LoadFailed
        The service refuses the whole file, or does not answer.
    """
    content_type = CONTENT_TYPES.get(chosen.path.suffix.lower())
    if content_type is None:
        raise StartRefused(f"{chosen.path} : le nom doit finir par {', '.join(CONTENT_TYPES)}.")
    try:
        content = chosen.path.read_bytes()
    except OSError as fault:
        raise StartRefused(f"{chosen.path} ne peut pas être lu : {fault.strerror}.") from fault
    parameters = {"nature": chosen.nature}
    if chosen.a_blanc:
        parameters["a_blanc"] = "true"
    if chosen.au_moins:
        parameters["au_moins"] = chosen.au_moins
    async with open_client(httpx.Timeout(60, connect=5), base_url=address) as client:
        gateway = Gateway(client, secret)
        job, refused = await send_content(gateway, chosen.service, parameters, content, content_type, console)
    print_refusals(refused, console)
    return job["etat"] == "TERMINE" and not job["refusees"]


async def send_content(
    gateway: Gateway,
    service: str,
    parameters: Mapping[str, str],
    content: bytes,
    content_type: str,
    console: Console,
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Send a content to an import, show its progress and its count; return the job and its refused lines.

    Raises
    ------
    LoadFailed
        The service refuses the whole content, or does not answer.
    """
    imports = f"/api/{service}/v1/imports"
    accepted = await gateway.call(
        Patience(PATIENCE_S),
        "POST",
        imports,
        params=parameters,
        headers={"Content-Type": content_type, "Idempotency-Key": str(uuid.uuid4())},
        content=content,
    )
    url = f"{imports}/{accepted.json()['id']}"
    job = await _follow(gateway, url, console)
    refused: list[dict[str, Any]] = []
    if job["refusees"]:
        report = await gateway.call(Patience(PATIENCE_S), "GET", f"{url}/rapport")
        refused = [json.loads(line) for line in report.text.splitlines()]
    _print_outcome(job, console)
    return job, refused


async def _follow(gateway: Gateway, url: str, console: Console) -> dict[str, Any]:
    patience = Patience(PATIENCE_S)
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    seen = -1
    with Progress(*columns, console=console) as bars:
        task = bars.add_task("Import", total=None)
        while True:
            job: dict[str, Any] = (await gateway.call(patience, "GET", url)).json()
            if job["lignes"] != seen:
                seen = job["lignes"]
                patience.renew()
            bars.update(task, completed=seen, total=job["total"])
            if job["etat"] != "EN_COURS":
                return job
            await patience.wait(POLL_S, f"l'import reste à {seen} lignes")


def _print_outcome(job: dict[str, Any], console: Console) -> None:
    state = {"TERMINE": "terminé", "ECHEC": "en échec"}.get(job["etat"], job["etat"])
    console.print(
        f"Import {state} : {job['acceptees']} lignes acceptées, {job['deja_recues']} déjà reçues, "
        f"{job['refusees']} refusées.",
        highlight=False,
    )
    if job.get("positions"):
        positions = ",".join(f"{service}:{position}" for service, position in job["positions"].items())
        console.print(f"Positions : {positions}", highlight=False)


def print_refusals(
    refused: Sequence[dict[str, Any]], console: Console, limit: int | None = REFUSALS_SHOWN
) -> None:
    """Print refused lines, all of them or the first ones with the count of the others."""
    for line in refused[:limit]:
        where = ", ".join(str(part) for part in (line.get("reference"), line.get("champ")) if part)
        console.print(
            f"  ligne {line['ligne']}, {where} : {line['code']}. {line['detail']} {line.get('correction') or ''}",
            markup=False,
            highlight=False,
            soft_wrap=True,
        )
    if limit is not None and len(refused) > limit:
        console.print(f"… et {len(refused) - limit} autres lignes refusées.")

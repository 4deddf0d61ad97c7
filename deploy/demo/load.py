"""Loading of the data set through the public import API of the gateway.

One task per service sends its steps in order and waits for what they need elsewhere. Every request may be sent again:
an import carries a key that only depends on the data set, so a process killed on either side loses nothing and doubles
nothing.
"""

import asyncio
import json
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import httpx

from deploy.demo.lines import Step, plan
from shared.client import open_client

CLIENT_ID = "demo-reprise"
PART_BYTES = 40_000_000  # an import takes at most 50 MB
CHUNK_BYTES = 65_536
POLL_S = 0.2
RETRY_S = 0.5
PATIENCE_S = 120.0  # without any progress of a service
READY_S = 300.0  # from the end of the imports to views that show them
REFUSALS_SHOWN = 5

# Whose facts each service reads: only their positions mean something to it.
LISTENS = {"structures": ("funding",), "parcours": ("structures",), "funding": ("structures", "parcours")}

Progress = Callable[[str, int, int], None]
"""Called with the name of a step, the lines done and their total."""

Positions = Mapping[str, int]


class LoadFailed(Exception):
    """The load stopped; the message, in French, says where and why."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What was loaded: lines by step, lines the services already held, seconds."""

    lignes: dict[str, int]
    deja_recues: int
    secondes: float


async def load(base_url: str, secret: str, directory: Path, on_progress: Progress) -> Summary:
    """Load a generated data set and return once the gateway shows it.

    Parameters
    ----------
    base_url
        Of the gateway, without a final slash.
    secret
        Of the client ``demo-reprise``, which may date facts in the past.
    directory
        Files written by :func:`deploy.demo.generate.generate`.
    on_progress
        See :data:`Progress`.

    Raises
    ------
    LoadFailed
        A line is refused, an answer is final and not the one expected, or nothing advances for two minutes.
    """
    started = time.monotonic()
    identity = json.loads((directory / "totaux.json").read_text(encoding="utf-8"))
    steps = plan(directory)
    async with open_client(httpx.Timeout(60, connect=5), base_url=base_url) as client:
        gateway = Gateway(client, secret)
        run = _Run(gateway, f"{identity['seed']}/{identity['scale']}", steps, on_progress)
        deja_recues = await run.send_all()
        await gateway.wait_ready(Patience(READY_S))
    return Summary({s.name: s.count for s in steps}, deja_recues, time.monotonic() - started)


class Patience:
    """How long to go on without progress.

    Parameters
    ----------
    limit_s
        Seconds since the last progress.
    """

    def __init__(self, limit_s: float) -> None:
        self._limit_s = limit_s
        self._since = time.monotonic()

    def renew(self) -> None:
        """Note a progress."""
        self._since = time.monotonic()

    async def wait(self, seconds: float, reason: str) -> None:
        """Sleep, or raise :class:`LoadFailed` with the reason when the limit would pass."""
        if time.monotonic() + seconds - self._since > self._limit_s:
            raise LoadFailed(f"Rien n'avance depuis {self._limit_s:.0f} secondes : {reason}.")
        await asyncio.sleep(seconds)


class Gateway:
    """Requests to the gateway, repeated while it or a service behind it is away or busy."""

    def __init__(self, client: httpx.AsyncClient, secret: str, client_id: str = CLIENT_ID) -> None:
        self._client = client
        self._credentials = httpx.BasicAuth(client_id, secret)
        self._token = ""
        self._token_until = 0.0
        self._token_lock = asyncio.Lock()

    async def call(
        self,
        patience: Patience,
        method: str,
        url: str,
        *,
        content: bytes = b"",
        headers: Mapping[str, str] = MappingProxyType({}),
        params: Mapping[str, str] = MappingProxyType({}),
    ) -> httpx.Response:
        """Return the successful answer to an authenticated request; the content is sent as a stream."""
        while True:
            bearer = {"Authorization": f"Bearer {await self._bearer(patience)}"}
            response = await self._answer(
                patience, method, url, content=content, headers={**headers, **bearer}, params=params
            )
            if response.status_code != httpx.codes.UNAUTHORIZED:
                return _expect_success(response)
            self._token_until = 0.0  # the keys may have changed with a restart
            await patience.wait(RETRY_S, "le jeton est refusé")

    async def wait_ready(self, patience: Patience) -> None:
        """Return once what was loaded is visible."""
        _expect_success(await self._answer(patience, "GET", "/sante/pret"))

    async def _bearer(self, patience: Patience) -> str:
        async with self._token_lock:
            if time.monotonic() >= self._token_until:
                response = await self._answer(
                    patience,
                    "POST",
                    "/oauth/token",
                    content=b"grant_type=client_credentials",
                    headers={"Content-Type": "application/x-www-form-urlencoded"},
                    auth=self._credentials,
                )
                answer = _expect_success(response).json()
                self._token = answer["access_token"]
                self._token_until = time.monotonic() + 0.8 * answer["expires_in"]
            return self._token

    async def _answer(
        self,
        patience: Patience,
        method: str,
        url: str,
        *,
        content: bytes = b"",
        headers: Mapping[str, str] = MappingProxyType({}),
        **request: Any,
    ) -> httpx.Response:
        """Return the first answer that does not ask to try again."""
        length = {"Content-Length": str(len(content))}
        while True:
            try:
                response = await self._client.request(
                    method, url, content=_chunks(content), headers={**headers, **length}, **request
                )
            except httpx.TransportError as error:
                await patience.wait(RETRY_S, f"{method} {url} : {type(error).__name__}")
                continue
            if not _asks_to_retry(response):
                return response
            await patience.wait(_retry_after(response), f"{method} {url} : {response.status_code}")


def _asks_to_retry(response: httpx.Response) -> bool:
    return response.is_server_error or (response.is_client_error and "Retry-After" in response.headers)


async def _chunks(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), CHUNK_BYTES):
        yield content[start : start + CHUNK_BYTES]


def _retry_after(response: httpx.Response) -> float:
    asked = response.headers.get("Retry-After", "")
    return float(asked) if asked.isdigit() else RETRY_S


def _expect_success(response: httpx.Response) -> httpx.Response:
    if not response.is_success:
        request = response.request
        raise LoadFailed(
            f"{request.method} {request.url.path} a répondu {response.status_code} : {response.text[:500]}"
        )
    return response


class _Run:
    """One load: which steps are over, and the positions their jobs returned."""

    def __init__(self, gateway: Gateway, identity: str, steps: Iterable[Step], on_progress: Progress) -> None:
        self._gateway = gateway
        self._identity = identity
        self._steps = tuple(steps)
        self._on_progress = on_progress
        self._over = {step.nature: asyncio.Event() for step in self._steps}
        self._positions: dict[str, dict[str, int]] = {step.nature: {} for step in self._steps}
        self._deja_recues = 0

    async def send_all(self) -> int:
        """Send everything; return the number of lines that were already there."""
        try:
            async with asyncio.TaskGroup() as tasks:
                for service in {step.service: None for step in self._steps}:
                    tasks.create_task(self._run_service(service))
        except ExceptionGroup as group:
            failures, others = group.split(LoadFailed)
            if failures is None or others is not None:
                raise
            raise failures.exceptions[0] from None
        return self._deja_recues

    async def _run_service(self, service: str) -> None:
        patience = Patience(PATIENCE_S)
        for step in self._steps:
            if step.service == service:
                for nature in step.needs:
                    await self._over[nature].wait()
                patience.renew()
                await self._run_step(step, patience)
                self._over[step.nature].set()

    async def _run_step(self, step: Step, patience: Patience) -> None:
        known = merge(self._positions[nature] for nature in step.needs)
        au_moins = ",".join(f"{s}:{p}" for s, p in known.items() if s in LISTENS[step.service])
        done = 0
        self._on_progress(step.name, done, step.count)
        for number, (content, count) in enumerate(parts(step.lines), 1):
            key = uuid.uuid5(uuid.NAMESPACE_URL, f"urn:iae:demo:{self._identity}/{step.nature}/{number}")
            sent = await self._send(step, content, key, au_moins, patience)
            if sent["etat"] == "TERMINE" and sent["refusees"]:
                # An earlier load ended with refusals: what it wrote is known by its references.
                sent = await self._send(step, content, uuid.uuid4(), au_moins, patience)
            job = await self._follow(step, sent["id"], done, patience)
            self._positions[step.nature] = merge([self._positions[step.nature], job["positions"]])
            self._deja_recues += job["deja_recues"]
            done += count
            self._on_progress(step.name, done, step.count)

    async def _send(
        self, step: Step, content: bytes, key: uuid.UUID, au_moins: str, patience: Patience
    ) -> dict[str, Any]:
        """Send a file; return its job, new or the one that this key already opened."""
        answer = await self._gateway.call(
            patience,
            "POST",
            f"/api/{step.service}/v1/imports",
            params={"nature": step.nature} | ({"au_moins": au_moins} if au_moins else {}),
            headers={"Content-Type": "application/x-ndjson", "Idempotency-Key": str(key)},
            content=content,
        )
        job: dict[str, Any] = answer.json()
        return job

    async def _follow(self, step: Step, job_id: str, done: int, patience: Patience) -> dict[str, Any]:
        """Return the job once it is over and every line is in."""
        url = f"/api/{step.service}/v1/imports/{job_id}"
        seen = -1
        while True:
            job: dict[str, Any] = (await self._gateway.call(patience, "GET", url)).json()
            if job["lignes"] != seen:
                seen = job["lignes"]
                patience.renew()
                self._on_progress(step.name, done + seen, step.count)
            if job["etat"] != "EN_COURS":
                break
            await patience.wait(POLL_S, f"l'import {step.name} reste à {seen} lignes")
        if job["refusees"]:
            report = (await self._gateway.call(patience, "GET", f"{url}/rapport")).text
            raise LoadFailed(_refusals(step, job["refusees"], report))
        if job["etat"] != "TERMINE":
            raise LoadFailed(f"L'import {step.name} a échoué : {job}")
        return job


def _refusals(step: Step, count: int, report: str) -> str:
    shown = [json.loads(line) for line in report.splitlines()[:REFUSALS_SHOWN]]
    return "\n".join(
        [f"L'import {step.name} refuse {count} lignes, dont :"]
        + [
            f"  ligne {r['ligne']}, {r['reference']}, {r['champ']} : {r['code']}, {r['detail']}"
            for r in shown
        ]
    )


def merge(positions: Iterable[Positions]) -> dict[str, int]:
    """Return the furthest position of each service."""
    merged: dict[str, int] = {}
    for some in positions:
        for service, position in some.items():
            merged[service] = max(position, merged.get(service, position))
    return merged


def parts(lines: Iterable[bytes], limit: int = PART_BYTES) -> Iterator[tuple[bytes, int]]:
    """Yield (content, number of lines), each content of at most ``limit`` bytes unless one line is longer."""
    batch: list[bytes] = []
    size = 0
    for line in lines:
        if batch and size + len(line) > limit:
            yield b"".join(batch), len(batch)
            batch, size = [], 0
        batch.append(line)
        size += len(line)
    if batch:
        yield b"".join(batch), len(batch)

"""Real writes over HTTP, by the gateway and on the services, each tried with one key until it is answered."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import UUID

import httpx

from shared import clock
from shared.access.callers import Caller, Perimetre
from shared.access.scopes import Scope
from shared.access.tokens import Signer
from tests.factories.siret import make_siret
from tests.faults.acts import Act, Acts
from tests.faults.platform import Platform

MARKER = "ZZMARQUEUR"
"""In the name of every person: it must appear nowhere but in the vault."""
ATTEMPT_S = 6.0
PAUSE_S = 0.4
TOKEN_KEPT_S = 600.0
CLIENT = "logiciel-fictif"
SCOPES = (
    Scope.STRUCTURES_LECTURE, Scope.STRUCTURES_ECRITURE, Scope.PARCOURS_LECTURE, Scope.PARCOURS_ECRITURE,
    Scope.FINANCEMENT_LECTURE, Scope.FINANCEMENT_ECRITURE,
)  # fmt: skip
IMPORT_LINES = (30, 30, 30, 700)
"""One import of several batches among others."""


def bearer(platform: Platform, client: str = CLIENT, scopes: tuple[Scope, ...] = SCOPES) -> str:
    """Return the header of a caller of the whole region."""
    issuer = platform.url("gateway")
    signer = Signer.from_json((platform.secrets / "signing_key.json").read_text(), issuer)
    perimetre = Perimetre(frozenset(), frozenset({"59"}), frozenset({"FT-59-01"}))
    return f"Bearer {signer.issue(Caller(client, client, frozenset(scopes), perimetre), now=clock.now())}"


@dataclass
class Known:
    """A structure whose registration was acknowledged, with its position when it was told."""

    identity: UUID
    siret: str
    position: int | None


@dataclass
class Load:
    """Writers on a platform; stops when told, then lets what is on its way be answered."""

    platform: Platform
    acts: Acts
    seed: int
    structures: list[Known] = field(default_factory=list)
    _unsigned: list[Known] = field(default_factory=list)
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)
    _header: tuple[float, str] = (-TOKEN_KEPT_S, "")

    def stop(self) -> None:
        """Begin nothing more."""
        self._stopping.set()

    @property
    def stopping(self) -> bool:
        """Whether nothing more begins."""
        return self._stopping.is_set()

    async def run(self, writers: int) -> None:
        """Write until told to stop; returns once every act is answered."""
        limits = httpx.Limits(max_connections=200, max_keepalive_connections=20)
        async with (
            httpx.AsyncClient(timeout=ATTEMPT_S, limits=limits) as client,
            asyncio.TaskGroup() as group,
        ):
            for writer in range(writers):
                group.create_task(self._writer(client, Random(self.seed * 1000 + writer)))

    async def _writer(self, client: httpx.AsyncClient, draw: Random) -> None:
        kinds: list[tuple[int, Callable[[httpx.AsyncClient, Random], Awaitable[None]]]] = [
            (8, self._register), (3, self._sign), (2, self._twice), (1, self._malformed), (1, self._import),
        ]  # fmt: skip
        if "parcours" in self.platform.cast.services:
            kinds += [(3, self._declare), (3, self._send)]
        if "funding" in self.platform.cast.services:
            kinds += [(2, self._notify)]
        while not self.stopping:
            (write,) = draw.choices([w for _, w in kinds], [n for n, _ in kinds])
            await write(client, draw)

    async def write(self, client: httpx.AsyncClient, draw: Random, act: Act) -> Act:
        """Try an act, by the gateway or on the service, until it is answered."""
        self.acts.begin(act)
        while True:
            act.attempts += 1
            answer = await self._attempt(client, draw, act)
            if answer is not None:
                self._read(act, answer)
                if draw.random() < 0.1:  # an answer that was lost on the way to its reader: asked again
                    again = await self._attempt(client, draw, act)
                    if again is not None:
                        self._read(act, again)
                return act
            await asyncio.sleep(PAUSE_S * draw.uniform(0.5, 1.5))

    async def _attempt(self, client: httpx.AsyncClient, draw: Random, act: Act) -> httpx.Response | None:
        """Return a final answer, or nothing when the same key must be tried again."""
        base = f"{self.platform.url('gateway')}/api/{act.service}"
        if draw.random() < 0.5:
            base = self.platform.url(act.service)
        content = act.body if isinstance(act.body, bytes) else json.dumps(act.body).encode()
        kind = "application/x-ndjson" if isinstance(act.body, bytes) else "application/json"
        headers = {"Authorization": self._bearer(), "Idempotency-Key": act.key, "Content-Type": kind}
        try:
            answer = await client.request(
                act.method, f"{base}{act.path}", content=content, headers=headers | act.headers
            )
        except httpx.TransportError as error:
            self.acts.statuses[type(error).__name__] += 1
            return None
        self.acts.statuses[answer.status_code] += 1
        return None if answer.status_code == 503 else answer

    def _bearer(self) -> str:
        now = asyncio.get_running_loop().time()
        if now - self._header[0] > TOKEN_KEPT_S:
            self._header = (now, bearer(self.platform))
        return self._header[1]

    def _read(self, act: Act, answer: httpx.Response) -> None:
        body = answer.json() if answer.content else {}
        self.acts.answered(act, answer.status_code, body.get("id"))
        _, _, position = answer.headers.get("positions", "").partition("=")
        act.position = int(position) if position else act.position

    def _new(self, kind: str, service: str, path: str, body: Any, **others: Any) -> Act:
        return Act(
            f"s{self.seed}-{self.acts.number()}",
            kind,
            service,
            others.pop("method", "POST"),
            path,
            body,
            **others,
        )

    def _line(self) -> dict[str, Any]:
        number = self.acts.number()
        name = f"Chantier fictif {number}"
        return {"siret": make_siret(number), "type": "ACI", "raison_sociale": name, "code_insee": "59350"}

    async def _register(self, client: httpx.AsyncClient, draw: Random) -> None:
        line = self._line()
        wanted = {"Prefer": "position"} if draw.random() < 0.5 else {}
        act = await self.write(
            client, draw, self._new("structures", "structures", "/v1/structures", line, headers=wanted)
        )
        if act.acknowledged and act.identity:
            self.structures.append(Known(UUID(act.identity), line["siret"], act.position))
            self._unsigned.append(self.structures[-1])

    async def _twice(self, client: httpx.AsyncClient, draw: Random) -> None:
        """The same structure under another key: refused, whatever happens."""
        if self.structures:
            line = self._line() | {"siret": draw.choice(self.structures).siret}
            act = self._new("structures", "structures", "/v1/structures", line, refused=True)
            await self.write(client, draw, act)

    async def _malformed(self, client: httpx.AsyncClient, draw: Random) -> None:
        line = self._line() | {"type": "INCONNU"}
        await self.write(
            client, draw, self._new("structures", "structures", "/v1/structures", line, refused=True)
        )

    async def _sign(self, client: httpx.AsyncClient, draw: Random) -> None:
        if self._unsigned:  # a structure has one convention in force
            known = self._unsigned.pop(draw.randrange(len(self._unsigned)))
            line = {
                "numero": f"FICTIF-{self.acts.number()}", "siret": known.siret,
                "type_structure": "ACI", "date_debut": "2017-01-01", "date_fin": "2017-12-31",
            }  # fmt: skip
            await self.write(client, draw, self._new("conventions", "structures", "/v1/conventions", line))

    async def _import(self, client: httpx.AsyncClient, draw: Random) -> None:
        lines = []
        for _ in range(draw.choice(IMPORT_LINES)):
            line = self._line()
            lines.append(json.dumps(line | {"reference": line["siret"]}))
        path = "/v1/imports?nature=structures"
        act = self._new("imports", "structures", path, "\n".join(lines).encode(), lines=len(lines))
        await self.write(client, draw, act)

    async def _notify(self, client: httpx.AsyncClient, draw: Random) -> None:
        line = {
            "departement": "59", "acheteur": "Commune fictive", "objet": f"Chantier {self.acts.number()}",
            "date_notification": "2016-09-01", "modalite": "EMBAUCHE_DIRECTE", "annee": 2017, "heures_prevues": "100",
            "heures_realisees": "50",
        }  # fmt: skip
        await self.write(client, draw, self._new("marches", "funding", "/v1/marches", line))

    def _placed(self, draw: Random) -> Known | None:
        """Return a structure that the other services can be made to wait for."""
        placed = [known for known in self.structures if known.position]
        return draw.choice(placed) if placed else None

    async def _declare(self, client: httpx.AsyncClient, draw: Random) -> None:
        """A declaration and its corrections: versions 1, 2, 3 of one key."""
        known = self._placed(draw)
        if known is None:
            return
        self.structures.remove(known)  # one declarant per structure: nobody else changes its version
        mois = f"2017-{draw.randint(1, 12):02d}"
        path = f"/v1/structures/{known.identity}/declarations/{mois}?au_moins=structures:{known.position}"
        for version in range(1, draw.randint(2, 5)):
            seen = {"If-Match": f'"{version - 1}"'} if version > 1 else {"If-None-Match": "*"}
            act = self._new(
                "declarations", "parcours", path, {"lignes": []}, method="PUT", headers=seen, version=version
            )
            await self.write(client, draw, act)

    async def _send(self, client: httpx.AsyncClient, draw: Random) -> None:
        """A person sent to a structure, then the refusal of the structure: versions 1 and 2 of one key."""
        known = self._placed(draw)
        if known is None:
            return
        identite = {
            "nom": f"{MARKER}x{self.acts.number()}", "prenom": f"{MARKER}prenom", "sexe": draw.choice("FH"),
            "date_naissance": f"19{draw.randint(60, 95)}-0{draw.randint(1, 9)}-1{draw.randint(0, 9)}",
            "code_insee": "59350", "motif_absence_nir": "NO_NIR",
        }  # fmt: skip
        line = {
            "identite": identite, "siret": known.siret, "type_structure": "ACI", "type_prescripteur": "FT",
            "organisation": "FT-59-01",
        }  # fmt: skip
        path = f"/v1/candidatures?au_moins=structures:{known.position}"
        sent = await self.write(client, draw, self._new("candidatures", "parcours", path, line))
        if sent.acknowledged and draw.random() < 0.7:
            refusal = {"transition": "refuse", "motif_refus": "other"}
            path = f"/v1/candidatures/{sent.identity}/decision"
            await self.write(client, draw, self._new("decisions", "parcours", path, refusal, version=2))

"""The public API of ``parcours``, as a signed-in agent uses it through the pages: its own token, nothing more."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from uuid import UUID

import httpx
import orjson

from shared.access.rights import UNKNOWN
from shared.errors import BusinessError, Indisponible, Introuvable
from shared.logs import request_id

IDENTITIES = 200
"""Persons of one reading of identities."""


class RefusDuService(Exception):
    """The service refuses: a sentence, and what is wrong field by field."""

    def __init__(self, status: int, code: str, detail: str, fautes: Sequence[Mapping[str, str]]) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.detail = detail
        self.fautes = fautes


class DroitRetire(BusinessError):
    """The service does not let the agent do this."""

    code = "droit_insuffisant"
    status = 403


@dataclass(frozen=True, slots=True)
class Declaration:
    """The declaration of a month as kept; version 0 when there is none."""

    version: int
    lignes: Sequence[Mapping[str, Any]]


class ParcoursApi:
    """One agent before the service.

    Parameters
    ----------
    headers
        The bearer of the agent.
    """

    def __init__(self, http: httpx.AsyncClient, base: str, headers: Mapping[str, str]) -> None:
        self._http = http
        self._base = base
        self._headers = {**headers, "X-Request-Id": request_id.get() or ""}

    async def contrats(self, structure_id: UUID, mois: str) -> list[dict[str, Any]]:
        """Return the contracts of a structure that run during a month."""
        found: list[dict[str, Any]] = await self._read(
            "contrats", {"structure_id": str(structure_id), "mois": mois}
        )
        return found

    async def declaration(self, structure_id: UUID, mois: str) -> Declaration:
        """Return what is declared for a month."""
        answer = await self._send("GET", f"structures/{structure_id}/declarations/{mois}")
        if answer.status_code == HTTPStatus.NOT_FOUND:
            return Declaration(0, ())
        body = _body(answer)
        return Declaration(body["version"], body["lignes"])

    async def declarer(
        self,
        structure_id: UUID,
        mois: str,
        lignes: Sequence[Mapping[str, Any]],
        *,
        version: int,
        cle: str,
        a_blanc: bool,
    ) -> dict[str, Any]:
        """Send a declaration that replaces a version, or only try it; return its receipt.

        Raises
        ------
        RefusDuService
        """
        condition = {"If-Match": f'"{version}"'} if version else {"If-None-Match": "*"}
        answer = await self._send(
            "PUT",
            f"structures/{structure_id}/declarations/{mois}",
            params={"a_blanc": "true"} if a_blanc else {},
            content=orjson.dumps({"lignes": list(lignes)}),
            headers={**condition, "Idempotency-Key": cle, "Content-Type": "application/json"},
        )
        receipt: dict[str, Any] = _body(answer)
        return receipt

    async def candidatures(
        self, structure_id: UUID, etats: Iterable[str], apres: UUID | None
    ) -> list[dict[str, Any]]:
        """Return at most 200 candidatures of a structure, oldest first."""
        asked: dict[str, Any] = {"structure_id": str(structure_id), "etat": list(etats)}
        found: list[dict[str, Any]] = await self._read(
            "candidatures", asked | ({"apres": str(apres)} if apres else {})
        )
        return found

    async def candidature(self, candidature_id: UUID) -> dict[str, Any]:
        """Return one candidature.

        Raises
        ------
        Introuvable
        """
        found: dict[str, Any] = await self._read(f"candidatures/{candidature_id}", {})
        return found

    async def decider(self, candidature_id: UUID, reponse: Mapping[str, Any], cle: str) -> None:
        """Answer a candidature.

        Raises
        ------
        RefusDuService
        """
        headers = {"Idempotency-Key": cle, "Content-Type": "application/json"}
        path = f"candidatures/{candidature_id}/decision"
        _body(await self._send("POST", path, content=orjson.dumps(dict(reponse)), headers=headers))

    async def noms(self, personnes: Iterable[str]) -> dict[str, str]:
        """Return the names of some persons, « NOM Prénom »; each reading is traced by the service."""
        asked = sorted(set(personnes))
        names: dict[str, str] = {}
        for first in range(0, len(asked), IDENTITIES):
            content = orjson.dumps({"personnes": asked[first : first + IDENTITIES]})
            answer = await self._send(
                "POST", "personnes/identites", content=content, headers={"Content-Type": "application/json"}
            )
            names |= {each["demandee"]: f"{each['nom'].upper()} {each['prenom']}" for each in _body(answer)}
        return names

    async def envoyer_fichier(
        self, nature: str, content: bytes, media_type: str, *, cle: str, a_blanc: bool
    ) -> str:
        """Send a file and return the identifier of its import.

        Raises
        ------
        RefusDuService
        """
        params = {"nature": nature} | ({"a_blanc": "true"} if a_blanc else {})
        headers = {"Idempotency-Key": cle, "Content-Type": media_type}
        answer = await self._send("POST", "imports", params=params, content=content, headers=headers)
        return str(_body(answer)["id"])

    async def fichier(self, import_id: UUID) -> dict[str, Any]:
        """Return where an import is."""
        found: dict[str, Any] = await self._read(f"imports/{import_id}", {})
        return found

    async def rapport(self, import_id: UUID, limit: int) -> list[dict[str, Any]]:
        """Return the first refused lines of an import."""
        answer = await self._send("GET", f"imports/{import_id}/rapport")
        if answer.status_code != HTTPStatus.OK:
            _body(answer)
        return [orjson.loads(line) for line in answer.text.splitlines()[:limit]]

    async def _read(self, path: str, params: Mapping[str, Any]) -> Any:
        return _body(await self._send("GET", path, params=params))

    async def _send(self, method: str, path: str, **given: Any) -> httpx.Response:
        headers = {**self._headers, **given.pop("headers", {})}
        try:
            return await self._http.request(method, f"{self._base}/v1/{path}", headers=headers, **given)
        except httpx.TransportError as error:
            raise Indisponible("Le service des parcours ne répond pas ; rien n'est perdu.") from error


def _body(answer: httpx.Response) -> Any:
    """Return what the service answers.

    Raises
    ------
    Introuvable, DroitRetire, Indisponible, RefusDuService
    """
    if answer.is_success:
        return answer.json()
    if answer.status_code == HTTPStatus.NOT_FOUND:
        raise Introuvable(UNKNOWN)
    if answer.is_server_error or answer.status_code == HTTPStatus.TOO_MANY_REQUESTS:
        raise Indisponible("Le service des parcours ne répond pas pour l'instant. Réessayez dans un moment.")
    problem = answer.json()
    if answer.status_code in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        raise DroitRetire(problem["detail"])
    raise RefusDuService(answer.status_code, problem["code"], problem["detail"], problem["erreurs"])

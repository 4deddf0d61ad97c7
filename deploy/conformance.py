"""What the software of a partner calls, played on a platform: what passes, what does not; nothing of it is kept.

Where a call would write, it is a dry run. Only a subscription is opened, to an address that does not exist, and left.
"""

import asyncio
import base64
import json
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
from rich.console import Console
from rich.markup import escape

from shared import clock
from shared.client import open_client

COMMUNE, MOIS = "59350", "2017-06"
"""Where posts are looked for, and the month declared again: both are in the demonstration data."""
NOWHERE = "https://conformite.invalid/recu"
INSIDE = "https://169.254.169.254/"
IDENTITE = {
    "nom": "CONFORMITE-FICTIVE", "prenom": "Essai", "sexe": "F", "date_naissance": "1990-05-17", "code_insee": COMMUNE,
    "motif_absence_nir": "NO_NIR", "niveau_formation": "40", "criteres": ["RSA"],
}  # fmt: skip
IMPORT_WITHIN_S = 60


class Echec(Exception):
    """The platform does not answer as it says it does; the message is French."""


class SansObjet(Exception):
    """The client has not the right that this check needs."""


@dataclass
class Partner:
    """A client of the platform, its token and what the token says."""

    http: httpx.AsyncClient
    client_id: str
    secret: str
    claims: dict[str, Any] = field(default_factory=dict)
    token: str = ""

    def needs(self, *scopes: str, part: str = "") -> list[str]:
        """Return a part of the perimeter, or tell that the check does not concern this client."""
        missing = [scope for scope in scopes if scope not in self.claims["scope"].split()]
        if missing:
            raise SansObjet(f"portée absente : {', '.join(missing)}")
        if part and not self.claims["perimetre"][part]:
            raise SansObjet(f"périmètre sans {part}")
        return list(self.claims["perimetre"].get(part, ()))

    async def call(
        self, method: str, path: str, status: int, code: str = "", **others: Any
    ) -> httpx.Response:
        """Return an answer that has the status, and the code if one is given."""
        headers = {"Authorization": f"Bearer {self.token}"} | dict(others.pop("headers", {}))
        answer = await self.http.request(method, f"/api/{path}", headers=headers, **others)
        expect(answer, status, code)
        return answer


def expect(answer: httpx.Response, status: int, code: str = "") -> None:
    """Refuse another status, or a refusal that does not say its code and how to correct."""
    if answer.status_code != status:
        raise Echec(f"{answer.request.url.path} : {status} attendu, {answer.status_code} reçu")
    if code:
        if "json" not in answer.headers.get("content-type", "") or answer.json().get("code") != code:
            raise Echec(f"{answer.request.url.path} : code {code} attendu")
        if not answer.json().get("detail"):
            raise Echec(f"{answer.request.url.path} : refus sans phrase")


def check(condition: object, words: str) -> None:
    """Refuse an answer that is not what it should be."""
    if not condition:
        raise Echec(words)


async def give_token(partner: Partner) -> str:
    """Ask for a token."""
    form = {"grant_type": "client_credentials"}
    answer = await partner.http.post(
        "/oauth/token", data=form, auth=httpx.BasicAuth(partner.client_id, partner.secret)
    )
    expect(answer, 200)
    partner.token = answer.json()["access_token"]
    payload = partner.token.split(".")[1]
    partner.claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return f"{answer.json()['expires_in'] // 60} minutes, portées {answer.json()['scope']}"


async def refuse_strangers(partner: Partner) -> str:
    """Nobody comes in without a token, with a wrong secret, nor beyond the perimeter."""
    wrong = httpx.BasicAuth(partner.client_id, uuid.uuid4().hex)
    answer = await partner.http.post("/oauth/token", data={"grant_type": "client_credentials"}, auth=wrong)
    check((answer.status_code, answer.json()["error"]) == (401, "invalid_client"), "mauvais secret accepté")
    expect(await partner.http.get("/api/parcours/v1/flux"), 401, "jeton_absent")
    if "parcours.lecture" in partner.claims["scope"].split():
        await partner.call("GET", f"parcours/v1/candidatures/{uuid.uuid4()}", 404, "introuvable")
    return "401 sans jeton ou avec un faux secret, 404 hors du périmètre"


async def find_structures(partner: Partner, **filters: str) -> list[dict[str, Any]]:
    """Return the structures around a commune, the nearest first."""
    asked = {"commune": COMMUNE, "rayon_km": "50", "limite": "200", **filters}
    answer = await partner.call("GET", "structures/v1/structures/recherche", 200, params=asked)
    found: list[dict[str, Any]] = answer.json()["resultats"]
    return found


async def search(partner: Partner) -> str:
    """Look for structures, from the nearest, then for those with open posts."""
    partner.needs("structures.lecture")
    found = await find_structures(partner)
    check(found, "aucune structure : est-ce bien la démonstration ?")
    distances = [float(structure["distance_km"]) for structure in found]
    check(distances == sorted(distances), "les structures ne sont pas triées par distance")
    hiring = await find_structures(partner, postes_ouverts="true")
    check(all(structure["postes"] for structure in hiring), "une structure n'a pas de poste ouvert")
    return f"{len(found)} autour de {COMMUNE}, dont {len(hiring)} avec des postes ouverts"


async def orient(partner: Partner) -> str:
    """Send a person and a faulty line, without writing; a real sending without a key is refused."""
    organisation, *_ = partner.needs("structures.lecture", "parcours.ecriture", part="organisations")
    structure = (await find_structures(partner))[0]
    line = {
        "identite": IDENTITE, "siret": structure["siret"], "type_structure": structure["type_structure"],
        "date_orientation": clock.today().isoformat(), "type_prescripteur": "FT", "organisation": organisation,
    }  # fmt: skip
    await partner.call("POST", "parcours/v1/candidatures", 400, "cle_idempotence_manquante", json=line)
    lines = ({"reference": "essai-1"}, {"reference": "essai-2", "siret": "12345678900000"})
    body = "\n".join(json.dumps(line | changes) for changes in lines)
    headers = {"Content-Type": "application/x-ndjson", "Idempotency-Key": str(uuid.uuid4())}
    parameters = {"nature": "orientations", "a_blanc": "true"}
    job = await partner.call(
        "POST", "parcours/v1/imports", 202, params=parameters, content=body.encode(), headers=headers
    )
    state = await _ended(partner, f"parcours/v1/imports/{job.json()['id']}")
    report = await partner.call("GET", f"parcours/v1/imports/{job.json()['id']}/rapport", 200)
    refused = [json.loads(text) for text in report.text.splitlines()]
    check((state["acceptees"], state["refusees"]) == (1, 1), f"1 ligne acceptée attendue : {refused[:1]}")
    check(refused[0]["ligne"] == 2 and refused[0]["code"] and refused[0]["correction"], "refus imprécis")
    return f"1 ligne acceptée, 1 refusée ({refused[0]['code']}), rien d'écrit"


async def _ended(partner: Partner, path: str) -> dict[str, Any]:
    try:
        async with asyncio.timeout(IMPORT_WITHIN_S):
            while True:
                state: dict[str, Any] = (await partner.call("GET", path, 200)).json()
                if state["etat"] != "EN_COURS":
                    return state
                await asyncio.sleep(0.2)
    except TimeoutError:
        raise Echec(f"l'import n'est pas fini après {IMPORT_WITHIN_S} secondes") from None


async def read_flow(partner: Partner) -> str:
    """Read two pages of the flow, each from where the other ended."""
    partner.needs("flux.lecture")
    reached, read = 0, 0
    for _ in range(2):
        answer = await partner.call("GET", "parcours/v1/flux", 200, params={"apres": reached, "limite": 5})
        events = answer.json()
        positions = [int(event["sequence"]) for event in events]
        before, reached = reached, int(answer.headers["Positions"].removeprefix("parcours="))
        check(positions == sorted(positions), "les faits ne sont pas dans l'ordre")
        check(all(before < position <= reached for position in positions), "un fait est hors de sa page")
        read += len(events)
    return f"{read} faits, jusqu'à la position {reached}"


async def subscribe(partner: Partner) -> str:
    """Open a subscription twice by one key, change its secret, leave; an address inside is refused."""
    partner.needs("flux.lecture", "webhooks.gestion")
    webhooks, key = "vues/v1/webhooks", {"Idempotency-Key": str(uuid.uuid4())}
    await partner.call("POST", webhooks, 422, "url_refusee", json={"url": INSIDE}, headers=key)
    asked = {"url": NOWHERE, "types": ["fr.iae.parcours.contrat.signe"]}
    opened, again = [
        (await partner.call("POST", webhooks, 201, json=asked, headers=key)).json() for _ in range(2)
    ]
    address = f"{webhooks}/{opened['id']}"
    try:
        check(opened == again, "la même clé a ouvert deux abonnements")
        check("secret" not in (await partner.call("GET", address, 200)).json(), "le secret est redit")
        changed = (await partner.call("POST", f"{address}/secret", 201, headers=key)).json()
        check(
            changed["secret"] != opened["secret"] and changed["ancien_jusqu_au"], "le secret n'a pas changé"
        )
        await partner.call("GET", f"{address}/livraisons", 200, params={"etat": "MORTE"})
    finally:
        await partner.call("DELETE", address, 204)
    await partner.call("GET", address, 404, "introuvable")
    return "ouvert une fois, secret changé, supprimé"


async def declare(partner: Partner) -> str:
    """Send the month again as it is, and with a fault, without writing."""
    structure, *_ = partner.needs("parcours.lecture", "parcours.ecriture", part="structures")
    path = f"parcours/v1/structures/{structure}/declarations/{MOIS}"
    known = await partner.call("GET", path, 200)
    fields = ("contrat", "annexe", "heures")
    lines = [{name: line[name] for name in fields} for line in known.json()["lignes"]]
    sent: Mapping[str, Any] = {
        "params": {"a_blanc": "true"},
        "headers": {"If-Match": known.headers["ETag"], "Idempotency-Key": str(uuid.uuid4())},
    }
    receipt = (await partner.call("PUT", path, 200, json={"lignes": lines}, **sent)).json()
    check(receipt["a_blanc"] and receipt["lignes"] == len(lines), "le reçu ne dit pas ce qui a été envoyé")
    wrong = [{"contrat": str(uuid.uuid4()), "heures": "1"}, *lines[1:]]
    answer = await partner.http.put(
        f"/api/{path}",
        json={"lignes": wrong},
        params=sent["params"],
        headers=sent["headers"] | {"Authorization": f"Bearer {partner.token}"},
    )
    check(answer.status_code in (409, 422), "un contrat inconnu est accepté")
    check(all(fault["code"] and fault["champ"] for fault in answer.json()["erreurs"]), "faute imprécise")
    after = await partner.call("GET", path, 200)
    check(after.headers["ETag"] == known.headers["ETag"], "l'essai à blanc a écrit")
    return f"{receipt['lignes']} lignes, {receipt['heures']} heures, rien d'écrit"


async def follow(partner: Partner) -> str:
    """Read what the annexe of the year makes of the declared hours."""
    structure, *_ = partner.needs("financement.lecture", part="structures")
    annexes = (
        await partner.call("GET", "funding/v1/annexes", 200, params={"structure_id": structure})
    ).json()
    check(annexes, "aucune annexe")
    annexe = next(
        (each for each in annexes if each["date_debut"] <= f"{MOIS}-01" <= each["date_fin"]), annexes[0]
    )
    done = (await partner.call("GET", f"funding/v1/annexes/{annexe['id']}/realisation", 200)).json()
    return f"annexe {done['numero']} : taux {done['taux_cumule']}, dû {done['du_cumule']} €"


CHECKS: tuple[tuple[str, Callable[[Partner], Awaitable[str]]], ...] = (
    ("Jeton", give_token),
    ("Accès refusés", refuse_strangers),
    ("Recherche de structures", search),
    ("Orientation à blanc", orient),
    ("Flux", read_flow),
    ("Webhooks", subscribe),
    ("Déclaration du mois à blanc", declare),
    ("Suivi de l'annexe", follow),
)


async def check_platform(address: str, client_id: str, secret: str, console: Console) -> bool:
    """Play every check as a client, print what passes; tell whether nothing failed."""
    failed = passed = 0
    async with open_client(httpx.Timeout(60, connect=5), base_url=address.rstrip("/")) as http:
        partner = Partner(http, client_id, secret)
        for title, play in CHECKS:
            try:
                mark, words = "✓", await play(partner)
                passed += 1
            except SansObjet as absent:
                mark, words = "–", f"sans objet ({absent})"
            except (Echec, httpx.HTTPError, KeyError, ValueError, TypeError) as error:
                mark, words = (
                    "✗",
                    str(error) if isinstance(error, Echec) else f"réponse inattendue ({error!r})",
                )
                failed += 1
            console.print(escape(f"{mark} {title} — {words}"), highlight=False, soft_wrap=True)
            if not partner.token:
                break
    console.print(f"{passed} vérifications passent, {failed} échouent.", highlight=False)
    return not failed

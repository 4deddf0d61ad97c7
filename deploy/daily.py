"""The work of every day: what time alone changes. Played again the same day, it finds nothing more to do."""

import httpx
from rich.console import Console

from deploy.demo.load import READY_S, Gateway, Patience
from shared.client import open_client

OPERATOR = "service-gateway"
PATIENCE_S = 120.0
PUBLICS = "parcours/v1/publics/arrete"
REVIEWS = (
    ("structures/v1/conventions/revue", "Conventions"),
    ("structures/v1/structures/revue", "Structures absentes du flux de l'ASP"),
    ("structures/v1/fiches-de-poste/revue", "Fiches de poste"),
    ("parcours/v1/candidatures/classement", "Candidatures sans réponse"),
    ("parcours/v1/personnes/conservation", "Avis avant effacement"),
    (PUBLICS, "Publics et motifs de refus"),
    ("vues/v1/webhooks/conservation", "Contenu des webhooks"),
)


async def review_all(address: str, secret: str, console: Console, *, dry_run: bool) -> None:
    """Have each service review, in order, and print what it answers.

    Parameters
    ----------
    secret
        Of the client ``service-gateway``, which has the scope ``exploitation``.

    Raises
    ------
    LoadFailed
        An answer is a refusal, or the platform does not answer for two minutes.
    """
    parameters = {"a_blanc": "true"} if dry_run else {}
    async with open_client(httpx.Timeout(60, connect=5), base_url=address) as client:
        operator = Gateway(client, secret, OPERATOR)
        for path, title in REVIEWS:
            answer = await operator.call(Patience(PATIENCE_S), "POST", f"/api/{path}", params=parameters)
            told = ", ".join(f"{name} : {value}" for name, value in _flat(answer.json()))
            console.print(f"{title} — {told}", highlight=False, soft_wrap=True)


async def count_publics(address: str, secret: str) -> None:
    """Have the publics counted at once, as after a first load, and return once the views show them.

    Parameters
    ----------
    secret
        As for `review_all`, which raises the same.
    """
    async with open_client(httpx.Timeout(60, connect=5), base_url=address) as client:
        operator = Gateway(client, secret, OPERATOR)
        await operator.call(Patience(PATIENCE_S), "POST", f"/api/{PUBLICS}")
        await operator.wait_ready(Patience(READY_S))


def _flat(report: dict[str, object]) -> list[tuple[str, object]]:
    """Return the figures of a report, those of its parts too."""
    found: list[tuple[str, object]] = []
    for name, value in report.items():
        found += _flat(value) if isinstance(value, dict) else [(name, value)]
    return found

"""Pathways of today over HTTP: who is sent, diagnosed and hired, and by whom."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import httpx

from shared import clock
from shared.access.scopes import Scope
from tests.factories.parcours import make_identite, make_orientation
from tests.factories.parcours_service import ACI, AI, REPRISE, SIRETS, Parcours
from tests.factories.tokens import ALL_WRITES

TODAY = clock.today()
PAST = TODAY - timedelta(600)
"""Day of a hire whose PASS IAE is in the window of prolongations."""
ORGANISATION = "FT-59-01"


def day(jour: date) -> str:
    return jour.isoformat()


def codes(answer: httpx.Response) -> list[str]:
    body = answer.json()
    return [fault["code"] for fault in body["erreurs"]] or [body["code"]]


@dataclass(frozen=True)
class People:
    """A prescripteur, the software of an ACI and an AI, those who run the platform, a first load that tells the past."""

    office: Parcours
    employer: Parcours
    operator: Parcours
    takeover: Parcours

    @classmethod
    def around(cls, parcours: Parcours) -> "People":
        return cls(
            parcours.as_caller(client="ft", scopes=ALL_WRITES, departements=[], organisations=[ORGANISATION]),
            parcours.as_caller(client="logiciel", scopes=ALL_WRITES, departements=[], structures=[ACI, AI]),
            parcours.as_caller(client="exploitation", scopes=[Scope.EXPLOITATION], departements=[]),
            parcours.as_caller(client="reprise", scopes=REPRISE, organisations=[ORGANISATION]),
        )

    async def send(self, kind: str = "ACI", by: Parcours | None = None, **changes: Any) -> str:
        """Send the same person, or the one of another ``identite``, to a structure; return the candidature."""
        line = make_orientation(
            None, personne=None, identite=make_identite(), date_orientation=day(TODAY),
            siret=SIRETS[kind], type_structure=kind,
        )  # fmt: skip
        return await (by or self.office).write("candidatures", line | changes)

    async def diagnose(self, candidature: str, by: Parcours | None = None, **changes: Any) -> str:
        """Have the prescripteur diagnose the person of a candidature."""
        by = by or self.office
        personne = (await by.get(f"candidatures/{candidature}")).json()["personne_id"]
        line = {
            "personne": personne, "type_prescripteur": "FT", "organisation": ORGANISATION, "criteres": [],
        }  # fmt: skip
        return await by.write("diagnostics", line | changes)

    async def decide(self, candidature: str, **decision: Any) -> httpx.Response:
        """Answer a candidature as the employer."""
        return await self.employer.post(f"candidatures/{candidature}/decision", decision)

    async def accept(self, candidature: str, embauche: date = TODAY) -> httpx.Response:
        """Accept a candidature."""
        return await self.decide(candidature, transition="accept", date_embauche=day(embauche))

    async def pass_of(self, candidature: str) -> str | None:
        """Return the PASS IAE that a hire rests on."""
        found: str | None = (await self.employer.get(f"candidatures/{candidature}")).json()["pass_id"]
        return found

    async def hired_in_the_past(self) -> str:
        """Hire somebody in the ACI 600 days ago; return their PASS IAE."""
        then = {"connu_le": day(PAST)}
        sent = await self.send(by=self.takeover, date_orientation=day(PAST), **then)
        await self.diagnose(sent, by=self.takeover, date_diagnostic=day(PAST))
        hire = {"transition": "accept", "date_embauche": day(PAST), **then}
        await self.takeover.write(f"candidatures/{sent}/decision", hire)
        return str(await self.pass_of(sent))

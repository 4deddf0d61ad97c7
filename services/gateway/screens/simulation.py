"""The simulator of a redistribution as a page: what is typed goes to the simulator of ``funding``, as any caller's."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

import httpx
from fastapi import Request

from services.gateway.pages.financements import EchangeRow, LigneSaisie, Resultat, SimulationPage
from services.gateway.pages.site import Adresse
from services.gateway.queries.reperes import TYPES
from services.gateway.screens.cadre import sources_freshness
from shared import clock
from shared.reference.nomenclatures import types_structure

LIGNES = 3
ROUTE, BAREME = "/v1/simulations/redeploiement", "/v1/simulations/bareme"
FIELDS = {"type_structure": "type", "etp": "etp", "montant_unitaire": "montant"}
PHRASES = {
    "type": "Choisissez un type de structure.",
    "etp": "Écrivez un nombre d'ETP, par exemple 2 ou 1,5.",
    "montant": "Écrivez les euros d'un ETP sur un an, par exemple 19655 : le barème n'en donne pas pour cette année.",
}
SILENCE = (
    "Le simulateur ne répond pas pour le moment. Votre saisie est conservée : réessayez dans une minute."
)


@dataclass(frozen=True, slots=True)
class Saisie:
    """The lines of one side of the form, field by field, as typed."""

    types: Sequence[str]
    etp: Sequence[str]
    montants: Sequence[str]

    def lignes(self) -> tuple[LigneSaisie, ...]:
        """Return the lines, completed with blank ones."""
        count = max(LIGNES, len(self.types), len(self.etp), len(self.montants))
        sides = (self.types, self.etp, self.montants)
        filled = ((*(text.strip() for text in side), *[""] * (count - len(side))) for side in sides)
        return tuple(LigneSaisie(*line) for line in zip(*filled, strict=True))


async def simulation_screen(
    request: Request, annee: str, retraits: Saisie, attributions: Saisie
) -> SimulationPage:
    """Return the form, and the result when something is typed; an amount left blank is that of the barème."""
    lines = {"retraits": retraits.lignes(), "attributions": attributions.lignes()}
    amounts = await _baremes(request, annee, [line for side in lines.values() for line in side])
    lines = {side: tuple(_priced(line, amounts) for line in rows) for side, rows in lines.items()}
    kinds = (*(kind for kind in TYPES if kind != "AUTRE"),)
    page = SimulationPage(
        adresse=Adresse("/financements/simulation"),
        fraicheur=sources_freshness(request, clock.today(), None),
        types=(("", "choisir"), *((kind, types_structure()[kind].libelle) for kind in kinds)),
        annee=annee,
        retraits=lines["retraits"],
        attributions=lines["attributions"],
    )
    typed = {side: [(n, line) for n, line in enumerate(rows) if _typed(line)] for side, rows in lines.items()}
    if not any(typed.values()):
        return page
    body = {side: [_sent(line) for _, line in rows] for side, rows in typed.items()}
    http: httpx.AsyncClient = request.app.state.forward
    base = request.app.state.settings.sources["funding"]
    try:
        answer = await http.post(f"{base}{ROUTE}", json=body)
    except httpx.TransportError:
        return replace(page, avis=SILENCE)
    if answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY:
        return _marked(page, typed, answer.json())
    if not answer.is_success:
        return replace(page, avis=SILENCE)
    return replace(page, resultat=_resultat(answer.json(), body))


async def _baremes(request: Request, annee: str, lines: Sequence[LigneSaisie]) -> dict[str, str]:
    """Return the amount of an ETP of the types that have no amount typed, on the last day of the year, or today."""
    kinds = sorted({line.type for line in lines if line.type and line.etp and not line.montant})
    http: httpx.AsyncClient = request.app.state.forward
    base = request.app.state.settings.sources["funding"]
    today = clock.today()
    day = min(date(int(annee), 12, 31), today) if annee and int(annee) else today
    found = {}
    for kind in kinds:
        try:
            answer = await http.post(f"{base}{BAREME}", json={"type_structure": kind, "le": day.isoformat()})
        except httpx.TransportError:
            return {}
        body = answer.json() if answer.is_success else {}
        if body.get("montant_socle"):
            found[kind] = str(body["montant_socle"])
    return found


def _priced(line: LigneSaisie, amounts: dict[str, str]) -> LigneSaisie:
    if line.montant or not line.etp or line.type not in amounts:
        return line
    return replace(
        line, montant=f"{Decimal(amounts[line.type]).normalize():f}".replace(".", ","), bareme=True
    )


def _typed(line: LigneSaisie) -> bool:
    return bool(line.type or line.etp or line.montant)


def _sent(line: LigneSaisie) -> dict[str, str]:
    """Return a line as the simulator takes it: a decimal comma and the blanks of thousands are of the screen."""
    numbers = {"etp": line.etp, "montant_unitaire": line.montant}
    return {"type_structure": line.type} | {
        name: "".join(text.split()).replace(",", ".") for name, text in numbers.items()
    }


def _marked(page: SimulationPage, typed: dict[str, Any], problem: dict[str, Any]) -> SimulationPage:
    """Return the form with a sentence beside each field at fault."""
    marked = {"retraits": list(page.retraits), "attributions": list(page.attributions)}
    for fault in problem.get("erreurs", []):
        side, _, rest = str(fault.get("champ", "")).partition(".")
        rank, _, name = rest.partition(".")
        if side in marked and rank.isdigit() and name in FIELDS:
            n = typed[side][int(rank)][0]
            field = FIELDS[name]
            marked[side][n] = replace(
                marked[side][n], fautes={**marked[side][n].fautes, field: PHRASES[field]}
            )
    return replace(page, retraits=tuple(marked["retraits"]), attributions=tuple(marked["attributions"]))


def _resultat(body: dict[str, Any], asked: dict[str, list[dict[str, str]]]) -> Resultat:
    return Resultat(
        lignes=tuple(
            EchangeRow(
                word,
                types_structure()[line["type_structure"]].libelle,
                Decimal(line["etp"]),
                Decimal(line["montant_unitaire"]),
            )
            for side, word in (("retraits", "retiré"), ("attributions", "attribué"))
            for line in asked[side]
        ),
        acceptee=body["acceptee"],
        refus=tuple(refusal["detail"] for refusal in body["refus"]),
        solde_etp=Decimal(body["solde_etp"]),
        solde_eur=Decimal(body["solde_eur"]),
        regles=tuple(f"{rule['libelle']} ({rule['source']})" for rule in body["regles"]),
    )

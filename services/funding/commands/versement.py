"""Recording payments."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.funding.commands.quantites import Euros, Numero
from services.funding.domain.versement import (
    FINANCEURS,
    AnnexePayable,
    choisir_annexe,
    ensure_financeur,
    ensure_montant,
)
from services.funding.tables import versement
from shared.access.rights import Action, Target, may
from shared.contracts.funding import VersementEnregistre
from shared.types import Mois
from shared.uuids import uuid7
from shared.writing import Change, Line, Nature, Writer

Financeur = Annotated[
    str, StringConstraints(pattern=rf"^(?:{'|'.join(FINANCEURS)}|CD(?:[0-9]{{2}}|2[AB]|9[78][0-9]))$")
]

FIND = text("""
    select a.numero, a.id, a.structure_id, s.departement, a.etat, a.date_debut, a.date_fin
    from annexe_financiere a join structure s on s.id = a.structure_id
    where a.numero = any(cast(:numeros as text[]))
""")

Payables = Mapping[str, Sequence[AnnexePayable]]


class VersementLine(Line):
    """A payment made on an annexe for a month."""

    annexe: Numero = Field(description="Numéro de l'annexe.")
    mois: Mois
    financeur: Financeur = Field(description="ETAT, CD et le département (CD62), ou un autre financeur.")
    nature: Literal[
        "AIDE_POSTE_SOCLE", "AIDE_POSTE_MODULEE", "FDI", "COFINANCEMENT", "COFINANCEMENT_CDDI_ESTIME",
    ]  # fmt: skip
    montant: Euros


async def load_versements(conn: AsyncConnection, lines: Sequence[VersementLine], _: Writer) -> Payables:
    """Return the annexes of each number that the lines give."""
    found: dict[str, list[AnnexePayable]] = {}
    for row in await conn.execute(FIND, {"numeros": list({line.annexe for line in lines})}):
        found.setdefault(row.numero, []).append(AnnexePayable(*row[1:]))
    return found


def enregistrer_versement(line: VersementLine, known: Payables, writer: Writer) -> Change:
    """Decide a payment; an annexe outside the caller's perimeter is unknown to it.

    Raises
    ------
    AnnexeInconnue, AnnexeSansEffet, MoisHorsAnnexe, AnnexeAmbigue, FinanceurIncoherent, DepartementInconnu, MontantNul
        See ``domain.versement``.
    """
    held = [
        a for a in known.get(line.annexe, ()) if may(writer.caller, Action.ECRIRE_FINANCEMENT, _target(a))
    ]
    annexe = choisir_annexe(held, line.mois)
    ensure_financeur(line.financeur, line.nature)
    ensure_montant(line.montant)
    identity = uuid7()
    state: dict[str, Any] = {
        "annexe_id": annexe.id,
        "structure_id": annexe.structure_id,
        "mois": line.mois,
        "financeur": line.financeur,
        "nature": line.nature,
        "montant": line.montant,
    }
    fact = VersementEnregistre(versement_id=identity, **state)
    return Change(
        identity,
        ((versement, {"id": identity, **state}),),
        (writer.fact(identity, 1, fact, line, date.fromisoformat(f"{line.mois}-01")),),
    )


def _target(annexe: AnnexePayable) -> Target:
    return Target(structure_id=annexe.structure_id, departement=annexe.departement)


VERSEMENTS = Nature(
    name="versements",
    line=VersementLine,
    action=Action.ECRIRE_FINANCEMENT,
    load=load_versements,
    decide=enregistrer_versement,
)

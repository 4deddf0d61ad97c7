"""Recording contracts with a social clause."""

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection

from services.funding.commands.annexe import TypeStructure
from services.funding.commands.quantites import Heures
from services.funding.commands.structure import Located, locate_structures
from services.funding.domain.errors import SiretManquant
from services.funding.domain.marche import ensure_annee, ensure_fin
from services.funding.domain.territoire import ensure_departement
from services.funding.tables import marche
from shared.access.rights import Action, Target, ensure
from shared.contracts.funding import MarcheEnregistre
from shared.types import CodeDepartement, Jour, Siret, Texte
from shared.uuids import uuid7
from shared.writing import Change, Line, Nature, Writer


class MarcheLine(Line):
    """A contract with a social clause, and its hours of a year."""

    departement: CodeDepartement
    acheteur: Texte
    objet: Texte
    date_notification: Jour
    date_fin: Jour | None = Field(None, description="Dernier jour du marché, compris.")
    modalite: Literal["MISE_A_DISPOSITION", "EMBAUCHE_DIRECTE", "SOUS_TRAITANCE"]
    siret: Siret | None = Field(None, description="De la structure ; absent pour une entreprise hors IAE.")
    type_structure: TypeStructure | None = None
    annee: int = Field(ge=2000, le=2100, description="Année civile des heures réalisées.")
    heures_prevues: Heures
    heures_realisees: Heures


async def load_marches(conn: AsyncConnection, lines: Sequence[MarcheLine], _: Writer) -> Located:
    """Return the structures that the lines name."""
    return await locate_structures(conn, [line.siret for line in lines if line.siret])


def enregistrer_marche(line: MarcheLine, known: Located, writer: Writer) -> Change:
    """Decide a contract.

    Raises
    ------
    DepartementInconnu, StructureInconnue, SiretManquant, AnneeAvantNotification, PeriodeInversee
        The code names no département; the structure is not in the registry; a type comes without its SIRET; the
        hours would be done before the contract; it would end before it starts.
    Introuvable
        The département is outside the caller's perimeter.
    """
    ensure_departement(line.departement, champ="departement")
    ensure(writer.caller, Action.ECRIRE_FINANCEMENT, Target(departement=line.departement))
    if line.type_structure and not line.siret:
        raise SiretManquant("Un type de structure est donné sans son SIRET.", champ="siret")
    structure = known.find(line.siret, line.type_structure) if line.siret else None
    ensure_annee(line.annee, line.date_notification)
    ensure_fin(line.date_notification, line.date_fin)
    identity = uuid7()
    state: dict[str, Any] = {
        "departement": line.departement,
        "date_notification": line.date_notification,
        "date_fin": line.date_fin,
        "modalite": line.modalite,
        "structure_id": structure.id if structure else None,
        "annee": line.annee,
        "heures_prevues": line.heures_prevues,
        "heures_realisees": line.heures_realisees,
    }
    row = {"id": identity, "version": 1, "acheteur": line.acheteur, "objet": line.objet, **state}
    fact = MarcheEnregistre(marche_id=identity, **state)
    return Change(identity, ((marche, row),), (writer.fact(identity, 1, fact, line, line.date_notification),))


MARCHES = Nature(
    name="marches",
    line=MarcheLine,
    action=Action.ECRIRE_FINANCEMENT,
    load=load_marches,
    decide=enregistrer_marche,
)

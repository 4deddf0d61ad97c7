"""Recording what a CDIAE said of a structure's file."""

from collections.abc import Sequence
from typing import Any, Literal

from sqlalchemy.ext.asyncio import AsyncConnection

from services.structures.commands.structure import Located, locate_structures
from services.structures.domain.errors import EtpAccordesSuperieurs
from services.structures.domain.gouvernance_errors import AvisDejaRendu
from services.structures.tables import dossier
from shared.access.rights import Action, Target, ensure
from shared.contracts.structures import DossierExamine
from shared.errors import BusinessError
from shared.types import CodeDepartement, Jour, Quantite, Siret
from shared.uuids import uuid7
from shared.writing import Change, Line, Nature, Writer


class DossierLine(Line):
    """A file examined in a séance of a CDIAE."""

    departement: CodeDepartement
    date_seance: Jour
    siret: Siret
    type_structure: Literal["ACI", "AI", "EI", "ETTI", "EITI", "AUTRE"] | None = None
    objet: Literal["CREATION", "RENOUVELLEMENT", "EXTENSION"]
    etp_demandes: Quantite
    etp_accordes: Quantite
    avis: Literal["FAVORABLE", "FAVORABLE_AVEC_RESERVES", "DEFAVORABLE", "AJOURNE"]


async def load_dossiers(conn: AsyncConnection, lines: Sequence[DossierLine], _: Writer) -> Located:
    """Return the structures that the lines name."""
    return await locate_structures(conn, [line.siret for line in lines])


def examiner_dossier(line: DossierLine, known: Located, writer: Writer) -> Change:
    """Decide the opinion of a CDIAE.

    Raises
    ------
    StructureInconnue, EtpAccordesSuperieurs
        The structure is not in the registry; more is granted than asked.
    Introuvable
        The département is outside the caller's perimeter.
    """
    structure_id, _ = known.find(line.siret, line.type_structure)
    ensure(writer.caller, Action.ECRIRE_REGISTRE, Target(departement=line.departement))
    if line.etp_accordes > line.etp_demandes:
        raise EtpAccordesSuperieurs("Les ETP accordés dépassent les ETP demandés.", champ="etp_accordes")
    identity = uuid7()
    state: dict[str, Any] = {
        "structure_id": structure_id,
        "departement": line.departement,
        "date_seance": line.date_seance,
        "objet": line.objet,
        "etp_demandes": line.etp_demandes,
        "etp_accordes": line.etp_accordes,
        "avis": line.avis,
    }
    fact = DossierExamine(dossier_id=identity, **state)
    return Change(
        identity,
        ((dossier, {"id": identity, "version": 1, **state}),),
        (writer.fact(identity, 1, fact, line, line.date_seance),),
    )


def deja_repris() -> BusinessError:
    """Return the refusal of a second opinion of one séance of the past on one request of a structure."""
    return AvisDejaRendu(
        "Un avis de cette séance est déjà enregistré pour cette structure et cet objet.",
        champ="siret",
        correction="Reprenez l'identifiant du dossier existant.",
    )


DOSSIERS = Nature(
    name="dossiers_cdiae",
    line=DossierLine,
    action=Action.ECRIRE_REGISTRE,
    load=load_dossiers,
    decide=examiner_dossier,
    constraints={"uq_dossier_repris": deja_repris},
)

"""Facts published by ``services/funding``. Amounts are euros, exact decimals."""

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from shared.contracts.fact import ID, P0, P4, Fact
from shared.types import Jour, Mois, Quantite


class AnnexeFinanciereEnregistree(Fact):
    """An annexe financière was recorded with its state and its money."""

    service: ClassVar[str] = "funding"
    aggregate: ClassVar[str] = "annexe_financiere"
    fact: ClassVar[str] = "enregistree"

    annexe_id: Annotated[UUID, ID]
    structure_id: Annotated[UUID, ID]
    numero: Annotated[str, P0]
    mesure: Annotated[str, P0] = Field(description="ASP measure, such as ACI_DC; AUTRE when unknown.")
    etat: Annotated[str, P0] = Field(description="VALIDE, PROVISOIRE, HISTORISE, ANNULE, SAISI…")
    date_debut: Annotated[Jour, P0]
    date_fin: Annotated[Jour, P0] = Field(description="Last day, included.")
    etp: Annotated[Quantite, P4] = Field(description="Monthly average of insertion posts, ETP.")
    heures_par_etp: Annotated[Quantite, P4] = Field(
        description="Yearly hours of one ETP, read in the annexe."
    )
    montant_unitaire: Annotated[Quantite, P4] = Field(description="Euros for one ETP over twelve months.")
    montant_socle: Annotated[Quantite, P4]
    montant_module: Annotated[Quantite | None, P4] = None
    montant_fdi: Annotated[Quantite | None, P4] = None
    postes_cddi_cd: Annotated[int | None, P4] = Field(
        None, description="CDDI posts cofunded by the département; null when unknown."
    )


class VersementEnregistre(Fact):
    """A payment was recorded; it is never edited."""

    service: ClassVar[str] = "funding"
    aggregate: ClassVar[str] = "versement"
    fact: ClassVar[str] = "enregistre"

    versement_id: Annotated[UUID, ID]
    annexe_id: Annotated[UUID, ID]
    structure_id: Annotated[UUID, ID]
    mois: Annotated[Mois, P4]
    financeur: Annotated[str, P0] = Field(description="ETAT, or CD and the département.")
    nature: Annotated[str, P0]
    montant: Annotated[Quantite, P4]


class MarcheEnregistre(Fact):
    """A contract with a social clause, with its planned and done hours."""

    service: ClassVar[str] = "funding"
    aggregate: ClassVar[str] = "marche"
    fact: ClassVar[str] = "enregistre"

    marche_id: Annotated[UUID, ID]
    departement: Annotated[str, P0]
    date_notification: Annotated[Jour, P0]
    modalite: Annotated[str, P0] = Field(
        description="MISE_A_DISPOSITION, EMBAUCHE_DIRECTE or SOUS_TRAITANCE."
    )
    structure_id: Annotated[UUID | None, ID] = Field(None, description="Null for a company outside the IAE.")
    annee: Annotated[int, P4] = Field(description="Year the done hours belong to.")
    heures_prevues: Annotated[Quantite, P4]
    heures_realisees: Annotated[Quantite, P4]


FACTS: tuple[type[Fact], ...] = (AnnexeFinanciereEnregistree, VersementEnregistre, MarcheEnregistre)

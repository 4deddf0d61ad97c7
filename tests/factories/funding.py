"""Structures, hours and lines of the money, as the other services and the clients send them."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncEngine

from services.funding.handlers import projections
from shared import clock
from shared.contracts.envelope import Envelope
from shared.contracts.fact import Fact
from shared.contracts.parcours import DeclarationRecue, LigneDeclaree
from shared.contracts.structures import StructureEnregistree
from shared.messaging.consumer import Consumer
from shared.messaging.source import Batch, JournalClient, Record
from tests.factories.siret import make_siret

SIRET = make_siret(1)
NUMERO = "ACI059170001A0M0"
_offsets = count(1)


def make_structure(
    *,
    id: UUID | None = None,  # noqa: A002 # the name of the field
    siret: str = SIRET,
    type_structure: str = "ACI",
    departement: str = "59",
) -> StructureEnregistree:
    return StructureEnregistree(
        structure_id=id or uuid4(),
        siret=siret,
        type_structure=type_structure,
        raison_sociale="Chantier Lumerive",
        code_insee="59350",
        departement=departement,
    )


STRUCTURE = make_structure()
"""The one that the lines below name."""


def make_declaration(
    *,
    id: UUID | None = None,  # noqa: A002 # the name of the field
    structure_id: UUID | None = None,
    mois: str = "2017-01",
    heures: Sequence[str] = ("100", "51.5"),
    annexe: str = NUMERO,
) -> DeclarationRecue:
    lignes = [
        LigneDeclaree(
            contrat=uuid4(),
            personne=uuid4(),
            annexe=annexe,
            heures=Decimal(h),
            heures_eligibles=Decimal(h),
        )
        for h in heures
    ]
    return DeclarationRecue(
        declaration_id=id or uuid4(),
        structure_id=structure_id or STRUCTURE.structure_id,
        mois=mois,
        lignes=lignes,
    )


def make_envelope(fact: Fact, key: UUID, *, version: int = 1) -> Envelope:
    return Envelope(
        id=uuid4(),
        service=fact.service,
        type=fact.event_type(),
        key=key,
        version=version,
        major=1,
        position=next(_offsets),
        occurred_at=clock.now(),
        known_on=date(2017, 1, 31),
        correlation_id=uuid4(),
        causation_id=None,
        data=fact.canonical(),
    )


async def receive(engine: AsyncEngine, *envelopes: Envelope) -> None:
    """Apply events of one service to the reading tables of the money, in one batch, by the real consumer."""

    async def no_token() -> str:
        raise AssertionError("no version is missing here")

    first, last = envelopes[0], max(e.position for e in envelopes)
    records = tuple(Record(e.position, e) for e in envelopes)
    batch = Batch(first.service, 0, "journal:test", records, last + 1)
    await Consumer(engine, projections, JournalClient({}, no_token)).apply(batch)


def make_annexe(**changes: Any) -> dict[str, Any]:
    """A line: the annexe of 2017 of an ACI of the Nord, 10 ETP."""
    line = {
        "numero": NUMERO,
        "siret": SIRET,
        "type_structure": "ACI",
        "mesure": "ACI_DC",
        "numero_convention": "ACI059170001",
        "date_debut": "2017-01-01",
        "date_fin": "2017-12-31",
        "etat": "VALIDE",
        "etp": "10.00",
        "heures_par_etp": "1820",
        "montant_unitaire": "19655",
        "montant_socle": "196550.00",
        "montant_module": "9827.50",
        "montant_fdi": "0.00",
    } | changes
    return {field: value for field, value in line.items() if value is not None}


def make_versement(**changes: Any) -> dict[str, Any]:
    """A line: the advance of January 2017 of the annexe above."""
    return {
        "annexe": NUMERO,
        "mois": "2017-01",
        "financeur": "ETAT",
        "nature": "AIDE_POSTE_SOCLE",
        "montant": "16379.17",
    } | changes


def make_marche(**changes: Any) -> dict[str, Any]:
    """A line: 700 hours done in 2017 of a contract of the Nord."""
    return {
        "departement": "59",
        "acheteur": "Acheteur public fictif 01",
        "objet": "Travaux de voirie",
        "date_notification": "2016-09-15",
        "modalite": "EMBAUCHE_DIRECTE",
        "annee": 2017,
        "heures_prevues": "650",
        "heures_realisees": "700",
    } | changes

"""Facts as the services publish them, and batches of them; everything is fictitious."""

import uuid
from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

from shared.contracts.envelope import Envelope
from shared.contracts.fact import Fact
from shared.contracts.funding import AnnexeFinanciereEnregistree, MarcheEnregistre, VersementEnregistre
from shared.contracts.parcours import (
    CandidatureDecidee,
    CandidatureEnvoyee,
    ContratSigne,
    ContratTermine,
    DeclarationRecue,
    LigneDeclaree,
)
from shared.contracts.structures import StructureEnregistree
from shared.messaging.source import Batch, Record
from tests.factories.siret import make_siret

D = Decimal


def identifier(name: str) -> UUID:
    """A stable identifier for a name."""
    return uuid.uuid5(uuid.NAMESPACE_URL, name)


def make_structure(
    name: str = "S1", *, number: int = 1, kind: str = "ACI", commune: str = "59350", **others: object
) -> StructureEnregistree:
    values: dict[str, object] = {
        "structure_id": identifier(name), "siret": make_siret(number), "type_structure": kind,
        "raison_sociale": f"Chantier {name}", "code_insee": commune, "departement": commune[:2], "annee": 2017,
        "permanents": 4, "chiffre_affaires": D("1000.50"),
    } | others  # fmt: skip
    return StructureEnregistree.model_validate(values)


def make_annexe(
    name: str = "A1",
    *,
    structure: str = "S1",
    numero: str = "ACI059170001A0M0",
    etp: str = "10",
    heures_par_etp: str = "1820",
    **others: object,
) -> AnnexeFinanciereEnregistree:
    values: dict[str, object] = {
        "annexe_id": identifier(name), "structure_id": identifier(structure), "numero": numero,
        "mesure": "ACI_DC", "etat": "VALIDE", "date_debut": date(2017, 1, 1), "date_fin": date(2017, 12, 31),
        "etp": D(etp), "heures_par_etp": D(heures_par_etp), "montant_unitaire": D(19655),
        "montant_socle": D(196550),
    } | others  # fmt: skip
    return AnnexeFinanciereEnregistree.model_validate(values)


def make_declaration(
    month: int, hours: dict[str, str], *, structure: str = "S1", annexe: str = "ACI059170001A0M0"
) -> DeclarationRecue:
    """Hours by person; the contract of a person in a structure is named after both."""
    lines = [
        LigneDeclaree(
            contrat=identifier(f"K-{structure}-{person}"), personne=identifier(person), annexe=annexe,
            heures=D(h), heures_eligibles=D(h),
        )
        for person, h in hours.items()
    ]  # fmt: skip
    return DeclarationRecue(
        declaration_id=identifier(f"{structure}-{month}"),
        structure_id=identifier(structure),
        mois=f"2017-{month:02d}",
        lignes=lines,
    )


def make_versement(
    name: str, montant: str, *, structure: str = "S1", financeur: str = "ETAT", mois: str = "2017-03"
) -> VersementEnregistre:
    return VersementEnregistre(
        versement_id=identifier(name), annexe_id=identifier("A1"), structure_id=identifier(structure),
        mois=mois, financeur=financeur, nature="AIDE_POSTE_SOCLE", montant=D(montant),
    )  # fmt: skip


def make_marche(name: str, heures: str, *, departement: str = "62") -> MarcheEnregistre:
    return MarcheEnregistre(
        marche_id=identifier(name), departement=departement, date_notification=date(2016, 9, 1),
        modalite="EMBAUCHE_DIRECTE", annee=2017, heures_prevues=D(heures), heures_realisees=D(heures),
    )  # fmt: skip


def make_candidature(
    name: str, *, structure: str = "S1", origine: str = "PRESCRIPTEUR"
) -> CandidatureEnvoyee:
    return CandidatureEnvoyee(
        candidature_id=identifier(name), personne_id=identifier(f"P-{name}"), structure_id=identifier(structure),
        origine=origine, envoyee_le=date(2017, 2, 1), etat="new",
    )  # fmt: skip


def decide(sent: CandidatureEnvoyee, etat: str = "accepted", contrat: str | None = "K") -> CandidatureDecidee:
    values = sent.model_dump() | {
        "etat": etat,
        "decidee_le": date(2017, 2, 20),
        "contrat_id": identifier(contrat) if contrat else None,
    }
    return CandidatureDecidee.model_validate(values)


def make_contrat(name: str, *, structure: str = "S1") -> ContratSigne:
    return ContratSigne(
        contrat_id=identifier(name), personne_id=identifier(f"P-{name}"), structure_id=identifier(structure),
        type_contrat="CDDI", date_debut=date(2017, 1, 2), date_fin_prevue=date(2017, 8, 31), heures_hebdo=D(26),
    )  # fmt: skip


def end(signed: ContratSigne, categorie: str = "DURABLE", *, comptee: bool = True) -> ContratTermine:
    values = signed.model_dump() | {
        "date_sortie": date(2017, 8, 31),
        "categorie": categorie,
        "dynamique": categorie in ("DURABLE", "TRANSITION", "POSITIVE"),
        "comptee": comptee,
        "raison": "comptee" if comptee else "duree_insuffisante",
    }
    return ContratTermine.model_validate(values)


class Publisher:
    """Wraps facts in envelopes, as the journal of one service would: versions by key, positions in order."""

    def __init__(self, service: str) -> None:
        self.service = service
        self._versions: dict[UUID, int] = {}
        self._position = 0
        self.known_on = date(2017, 3, 4)

    def batch(self, facts: Iterable[Fact]) -> Batch:
        records = [self._record(fact) for fact in facts]
        return Batch(self.service, 0, "journal:fictif", tuple(records), self._position + 1)

    def _record(self, fact: Fact) -> Record:
        key = next(v for k, v in fact if k == f"{fact.aggregate.split('_')[0]}_id")
        self._versions[key] = version = self._versions.get(key, 0) + 1
        self._position += 1
        envelope = Envelope(
            id=uuid.uuid4(), service=self.service, type=fact.event_type(), key=key, version=version, major=1,
            position=self._position, occurred_at=datetime(2017, 3, 1, tzinfo=UTC), known_on=self.known_on,
            correlation_id=uuid.uuid4(), causation_id=None, data=fact.canonical(),
        )  # fmt: skip
        return Record(self._position, envelope)

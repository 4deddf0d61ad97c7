"""Entering persons in the vault, with the agrément that an old pathway began by."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BeforeValidator, Field, StringConstraints
from sqlalchemy.ext.asyncio import AsyncConnection

from services.parcours.domain.agrement import lire_agrement
from services.parcours.domain.errors import AgrementDejaConnu, PersonneDejaConnue
from services.parcours.domain.identite import (
    forme_normale,
    verifier_age,
    verifier_criteres,
    verifier_identifiant_france_travail,
    verifier_nir_ou_motif,
)
from services.parcours.domain.nir import compacter, verifier_coherence, verifier_nir
from services.parcours.domain.rapprochement import formes_proches
from services.parcours.queries.personne import find_known
from services.parcours.tables import agrement, cle_personne, empreinte_proche, personne
from services.parcours.vault import KEK_VERSION, Vault
from shared.access.rights import Action
from shared.contracts.parcours import AgrementDelivre, PersonneEnregistree
from shared.errors import BusinessError
from shared.messaging.journal import NewFact
from shared.types import CodeInsee, Jour, Texte
from shared.uuids import uuid7
from shared.validation import Input
from shared.writing import Change, Line, Nature, Row, Writer


def _split(value: Any) -> Any:
    return value.split() if isinstance(value, str) else value


class Identite(Input):
    """Who a person is, and the criteria they meet on the day they enter."""

    nom: Texte
    prenom: Texte
    sexe: Literal["F", "H"]
    date_naissance: Jour
    code_insee: CodeInsee | None = Field(None, description="Commune de résidence.")
    nir: Annotated[str, StringConstraints(min_length=15, max_length=21)] | None = None
    motif_absence_nir: Literal["NO_NIR", "NIR_ASSOCIATED_TO_OTHER"] | None = None
    identifiant_france_travail: Annotated[str, StringConstraints(max_length=11)] | None = None
    motif_absence_identifiant_france_travail: Literal["FORGOTTEN", "NOT_REGISTERED"] | None = Field(
        None, description="Sans effet quand l'identifiant est donné."
    )
    niveau_formation: Annotated[str, StringConstraints(pattern=r"^\d{2}$")] | None = None
    criteres: Annotated[list[str], BeforeValidator(_split), Field(max_length=20)] = Field(
        default_factory=list
    )


class PersonneLine(Identite, Line):
    """A person to enter, with the agrément of their pathway when it began before the PASS IAE."""

    numero_agrement: Annotated[str, StringConstraints(pattern=r"^\d{12}$")] | None = None
    date_agrement_debut: Jour | None = None
    date_agrement_fin: Jour | None = None


@dataclass(frozen=True, slots=True)
class Entree:
    """A person entered: rows to write and the first fact."""

    personne_id: UUID
    rows: tuple[Row, ...]
    fact: NewFact


@dataclass(frozen=True, slots=True)
class Empreintes:
    """The blind indexes of an identity."""

    identite: bytes
    nir: bytes | None


class Registre:
    """The vault, and who is in it among the identities of some lines."""

    def __init__(self, vault: Vault) -> None:
        self.vault = vault
        self._empreintes: dict[int, Empreintes] = {}
        self._known: dict[bytes, UUID] = {}

    async def look_up(self, conn: AsyncConnection, identites: Sequence[Identite]) -> None:
        """Learn which of these identities are known; they are the only ones to be found or entered."""
        if not identites:
            return
        # By object: the lines outlive this registre, and the index of an identity is worth computing once.
        self._empreintes = {id(identite): self._blind(identite) for identite in identites}
        empreintes = self._empreintes.values()
        self._known.update(
            await find_known(conn, [e.identite for e in empreintes], [e.nir for e in empreintes if e.nir])
        )

    def find(self, identite: Identite) -> UUID | None:
        """Return the person of an identity, by the NIR first, else by name and birth date."""
        empreintes = self._empreintes[id(identite)]
        by_nir = self._known.get(empreintes.nir) if empreintes.nir else None
        return by_nir or self._known.get(empreintes.identite)

    def enter(self, identite: Identite, line: Line, jour: date, writer: Writer) -> Entree:
        """Return a new person, whose identity is known from now on.

        Parameters
        ----------
        jour
            Day on which the person must have the age of a pathway.

        Raises
        ------
        NirOuMotif, NirInvalide, NirIncoherent, AgeHorsBornes, CritereInconnu, CriteresIncompatibles
        IdentifiantFranceTravailInvalide
        """
        verifier_nir_ou_motif(identite.nir, identite.motif_absence_nir)
        nir = compacter(identite.nir) if identite.nir else None
        if nir:
            verifier_nir(nir)
            verifier_coherence(nir, identite.date_naissance, identite.sexe)
        verifier_identifiant_france_travail(identite.identifiant_france_travail)
        verifier_age(identite.date_naissance, jour, "date_naissance")
        verifier_criteres(identite.criteres)
        # Random, not sortable: the identifier must not tell when the person came.
        personne_id = uuid.uuid4()
        safe, wrapped = self.vault.new_safe(personne_id)
        sealed = safe.seal("identite", identity_values(identite))
        empreintes = self._empreintes[id(identite)]
        row = {
            "id": personne_id,
            "version": 1,
            "cree_par": writer.caller.client_id,
            "identite": sealed,
            "sensible": safe.seal("sensible", _sensitive_values(identite, nir)),
            "index_identite": empreintes.identite,
            "index_nir": empreintes.nir,
        }
        key = {"personne_id": personne_id, "dek_enveloppee": wrapped, "version_kek": KEK_VERSION}
        self._known[empreintes.identite] = personne_id
        if empreintes.nir:
            self._known[empreintes.nir] = personne_id
        fact = PersonneEnregistree(personne_id=personne_id)
        known_on = writer.known_on(line)
        return Entree(
            personne_id,
            ((personne, row), (cle_personne, key), *near_rows(self.vault, personne_id, 1, identite)),
            writer.fact(personne_id, 1, fact, line, known_on, private=sealed),
        )

    def _blind(self, identite: Identite) -> Empreintes:
        normal = forme_normale(identite.nom, identite.prenom, identite.date_naissance)
        nir = self.vault.blind_index("nir", compacter(identite.nir)) if identite.nir else None
        return Empreintes(self.vault.blind_index("identite", normal), nir)


def near_rows(vault: Vault, personne_id: UUID, version: int, identite: Identite) -> list[Row]:
    """Return the blind indexes by which an identity resembles another."""
    formes = formes_proches(
        identite.nom, identite.prenom, identite.date_naissance, identite.identifiant_france_travail
    )
    return [
        (
            empreinte_proche,
            {
                "personne_id": personne_id,
                "forme": forme,
                "version": version,
                "empreinte": vault.blind_index(forme, normal),
            },
        )
        for forme, normal in formes.items()
    ]


def identity_values(identite: Identite) -> dict[str, Any]:
    """Return what the vault seals as ``identite``."""
    known = identite.identifiant_france_travail
    return {
        "nom": identite.nom,
        "prenom": identite.prenom,
        "date_naissance": identite.date_naissance,
        "code_insee": identite.code_insee,
        "identifiant_france_travail": known,
        "motif_absence_identifiant_france_travail": None
        if known
        else identite.motif_absence_identifiant_france_travail,
    }


def _sensitive_values(identite: Identite, nir: str | None) -> dict[str, Any]:
    return {
        "sexe": identite.sexe,
        "nir": nir,
        "motif_absence_nir": identite.motif_absence_nir,
        "niveau_formation": identite.niveau_formation,
        "criteres": identite.criteres,
    }


def deja_connue() -> BusinessError:
    """Return the refusal of a second person with the same identity or the same NIR."""
    return PersonneDejaConnue(
        "Une personne a déjà cette identité ou ce NIR.",
        correction="Reprenez la référence ou l'identifiant de la première ligne.",
        source="Parcours §3.1 : NIR unique ; à défaut, nom, prénom et date de naissance",
    )


def agrement_deja_connu() -> BusinessError:
    """Return the refusal of a second agrément with the same number."""
    return AgrementDejaConnu(
        "Un agrément porte déjà ce numéro.", champ="numero_agrement", source="Parcours §5.1 : numéro unique"
    )


IDENTITE_UNIQUE: Mapping[str, Any] = {
    "uq_personne_index_identite": deja_connue,
    "uq_personne_index_nir": deja_connue,
}


async def load_personnes(conn: AsyncConnection, lines: Sequence[PersonneLine], writer: Writer) -> Registre:
    """Return the vault, and who of these lines is in it."""
    registre = Registre(writer.tools)
    await registre.look_up(conn, lines)
    return registre


def inscrire_personne(line: PersonneLine, registre: Registre, writer: Writer) -> Change:
    """Decide the entry of a person.

    No perimeter bounds it: a person has no structure yet, and only their author can name them.

    Raises
    ------
    PersonneDejaConnue
        The identity or the NIR is taken.
    AgrementIncomplet, AgrementInvalide
        And the refusals of `Registre.enter`.
    """
    acte = lire_agrement(line.numero_agrement, line.date_agrement_debut, line.date_agrement_fin)
    if registre.find(line) is not None:
        raise deja_connue()
    jour = writer.known_on(line)
    entree = registre.enter(line, line, min(jour, acte.debut) if acte else jour, writer)
    if acte is None:
        return Change(entree.personne_id, entree.rows, (entree.fact,))
    identity = uuid7()
    row = {
        "id": identity,
        "version": 1,
        "personne_id": entree.personne_id,
        "numero": acte.numero,
        "date_debut": acte.debut,
        "date_fin": acte.fin,
    }
    fact = AgrementDelivre(
        agrement_id=identity, personne_id=entree.personne_id, date_debut=acte.debut, date_fin=acte.fin
    )
    return Change(
        entree.personne_id,
        (*entree.rows, (agrement, row)),
        (entree.fact, writer.fact(identity, 1, fact, line, acte.debut)),
    )


PERSONNES = Nature(
    name="personnes",
    line=PersonneLine,
    action=Action.ECRIRE_PARCOURS,
    load=load_personnes,
    decide=inscrire_personne,
    constraints={**IDENTITE_UNIQUE, "uq_agrement_numero": agrement_deja_connu},
)

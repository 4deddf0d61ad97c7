"""Correcting what the vault holds of a person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import StringConstraints
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from services.parcours.commands.personne import IDENTITE_UNIQUE, Identite, identity_values, near_rows
from services.parcours.domain.errors import VersionPerimee
from services.parcours.domain.identite import (
    forme_normale,
    verifier_age,
    verifier_criteres,
    verifier_identifiant_france_travail,
    verifier_nir_ou_motif,
)
from services.parcours.domain.nir import compacter, verifier_coherence, verifier_nir
from services.parcours.queries.personne import lock_personnes
from services.parcours.tables import personne
from services.parcours.vault import Vault
from shared.access.rights import UNKNOWN, Action
from shared.contracts.parcours import PersonneRectifiee
from shared.errors import Introuvable
from shared.types import CodeInsee, Identifiant, Jour, Texte
from shared.writing import Change, Line, Nature, Writer

IDENTITY = ("nom", "prenom", "date_naissance", "code_insee", "identifiant_france_travail")
SENSITIVE = ("sexe", "nir", "motif_absence_nir", "niveau_formation", "criteres")


class Rectification(Line):
    """What is wrong, as it should be; what is not given stays. A NIR takes the place of the reason of its absence."""

    nom: Texte | None = None
    prenom: Texte | None = None
    date_naissance: Jour | None = None
    code_insee: CodeInsee | None = None
    sexe: Literal["F", "H"] | None = None
    nir: Annotated[str, StringConstraints(min_length=15, max_length=21)] | None = None
    identifiant_france_travail: Annotated[str, StringConstraints(max_length=11)] | None = None
    niveau_formation: Annotated[str, StringConstraints(pattern=r"^[0-9]{2}$")] | None = None
    criteres: list[str] | None = None


class RectificationLine(Rectification):
    """A correction of a version that the caller has seen."""

    personne: Identifiant
    version_attendue: int


@dataclass(frozen=True, slots=True)
class Coffres:
    """What the vault holds of the persons that some lines correct, locked."""

    personnes: Mapping[UUID, RowMapping]
    vault: Vault


async def load_coffres(conn: AsyncConnection, lines: Sequence[RectificationLine], writer: Writer) -> Coffres:
    """Return what the vault holds of the persons."""
    return Coffres(await lock_personnes(conn, writer.caller, [line.personne for line in lines]), writer.tools)


def rectifier(line: RectificationLine, coffres: Coffres, writer: Writer) -> Change:
    """Decide a correction: the whole identity is judged again, then sealed again.

    Raises
    ------
    Introuvable
        Nobody, somebody outside the caller's perimeter, or somebody erased.
    VersionPerimee
    NirOuMotif, NirInvalide, NirIncoherent, IdentifiantFranceTravailInvalide, AgeHorsBornes, CritereInconnu,
    CriteresIncompatibles
    """
    row = coffres.personnes.get(line.personne)
    if row is None:
        raise Introuvable(UNKNOWN)
    if row["version"] != line.version_attendue:
        raise VersionPerimee(
            "La personne a changé depuis la version que vous corrigez.",
            correction="Relisez-la puis renvoyez avec l'en-tête If-Match de sa version.",
        )
    safe = coffres.vault.safe(row["id"], row["dek_enveloppee"])
    values: dict[str, Any] = {
        **safe.open("identite", row["identite"]),
        **safe.open("sensible", row["sensible"]),
    }
    values |= {
        name: given for name in (*IDENTITY, *SENSITIVE) if (given := getattr(line, name, None)) is not None
    }
    if line.nir is not None:
        values["motif_absence_nir"] = None
    identite = Identite.model_validate(values)
    _judge(identite, writer)
    values["nir"] = nir = compacter(identite.nir) if identite.nir else None
    vault, version = coffres.vault, row["version"] + 1
    sealed = safe.seal("identite", identity_values(identite))
    normal = forme_normale(identite.nom, identite.prenom, identite.date_naissance)
    changed = {
        "id": row["id"],
        "version": version,
        "cree_par": row["cree_par"],
        "identite": sealed,
        "sensible": safe.seal("sensible", {name: values[name] for name in SENSITIVE}),
        "index_identite": vault.blind_index("identite", normal),
        "index_nir": vault.blind_index("nir", nir) if nir else None,
    }
    fact = PersonneRectifiee(personne_id=row["id"])
    told = writer.fact(row["id"], version, fact, line, writer.known_on(line), private=sealed)
    near = near_rows(vault, row["id"], version, identite)
    return Change(row["id"], ((personne, changed), *near), (told,))


def _judge(identite: Identite, writer: Writer) -> None:
    verifier_nir_ou_motif(identite.nir, identite.motif_absence_nir)
    if identite.nir:
        nir = compacter(identite.nir)
        verifier_nir(nir)
        verifier_coherence(nir, identite.date_naissance, identite.sexe)
    verifier_identifiant_france_travail(identite.identifiant_france_travail)
    verifier_age(identite.date_naissance, writer.today, "date_naissance")
    verifier_criteres(identite.criteres)


RECTIFICATIONS = Nature(
    name="rectifications",
    line=RectificationLine,
    action=Action.ECRIRE_PARCOURS,
    load=load_coffres,
    decide=rectifier,
    constraints=IDENTITE_UNIQUE,
)

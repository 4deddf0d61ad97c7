"""Creating an instance of governance, and changing its composition."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from services.structures.domain.gouvernance import departements_de, verifier_composition
from services.structures.queries.gouvernance import InstanceKey, find_instances
from services.structures.tables import instance
from shared.access.rights import Action, Target, ensure
from shared.contracts.gouvernance import InstanceEnregistree
from shared.types import Texte
from shared.uuids import uuid7
from shared.validation import Input
from shared.writing import Change, Line, Nature, Writer

CodeOrganisation = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9][A-Z0-9-]{0,39}$")]
"""Code of an organisation, such as ``DDETS-59``: a form that a person's name does not have."""


NatureInstance = Literal["CDIAE", "CTA", "CAR_IAE", "CONFERENCE_FINANCEURS"]


class MembreLine(Input):
    """An organisation that sits; never a person."""

    organisation: CodeOrganisation
    libelle: Texte = Field(description="Nom de l'organisation, jamais d'une personne.")
    college: Literal["ETAT", "COLLECTIVITE", "SERVICE_EMPLOI", "IAE", "EMPLOYEURS", "SALARIES", "AUTRE"]
    voix: bool = True


class InstanceLine(Line):
    """An instance with its whole composition; the same instance again replaces it."""

    nature: NatureInstance
    maille: Literal["DEPARTEMENT", "REGION"]
    territoire: Annotated[str, StringConstraints(pattern=r"^[0-9AB]{2,3}$")]
    secteur: Texte | None = None
    libelle: Texte
    membres: list[MembreLine] = Field(min_length=1, max_length=100)
    quorum: int = Field(ge=1, description="Voix qui doivent être présentes.")
    delai_convocation_jours: int = Field(ge=0, le=365)
    source_regles: Texte = Field(description="D'où viennent quorum et délai : arrêté, règlement intérieur.")

    @property
    def key(self) -> InstanceKey:
        """What makes two lines tell of one instance."""
        return self.nature, self.maille, self.territoire, self.secteur or ""


async def load_instances(
    conn: AsyncConnection, lines: Sequence[InstanceLine], _: Writer
) -> Mapping[InstanceKey, RowMapping]:
    """Return the instances that the lines name."""
    return await find_instances(conn, [line.key for line in lines])


def composer_instance(line: InstanceLine, known: Mapping[InstanceKey, RowMapping], writer: Writer) -> Change:
    """Decide the composition of an instance, new or not.

    Raises
    ------
    TerritoireInconnu, OrganisationEnDouble, QuorumImpossible
    Introuvable
        The whole territory is not in the caller's perimeter.
    """
    covered = departements_de(line.nature, line.maille, line.territoire)
    for departement in covered:
        ensure(writer.caller, Action.ECRIRE_REGISTRE, Target(departement=departement))
    voix = {membre.organisation: membre.voix for membre in line.membres}
    verifier_composition(voix, [membre.organisation for membre in line.membres], line.quorum)
    before = known.get(line.key)
    identity = before["id"] if before else uuid7()
    version = before["version"] + 1 if before else 1
    state: dict[str, Any] = {
        "nature": line.nature,
        "maille": line.maille,
        "territoire": line.territoire,
        "secteur": line.secteur or "",
        "departements": list(covered),
        "libelle": line.libelle,
        "membres": [membre.model_dump() for membre in line.membres],
        "quorum": line.quorum,
        "delai_convocation_jours": line.delai_convocation_jours,
        "source_regles": line.source_regles,
    }
    fact = InstanceEnregistree.model_validate({"instance_id": identity, **state})
    return Change(
        identity,
        ((instance, {"id": identity, "version": version, **state}),),
        (writer.fact(identity, version, fact, line, writer.known_on(line)),),
    )


INSTANCES = Nature(
    name="instances",
    line=InstanceLine,
    action=Action.ECRIRE_REGISTRE,
    load=load_instances,
    decide=composer_instance,
)

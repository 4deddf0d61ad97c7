"""Proposing an innovation, moving it from stage to stage, voting for it; sharing a reading."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from services.structures.commands.instance import CodeOrganisation
from services.structures.commands.plan import CodeTerritoire
from services.structures.domain.projets import IDEE, deja_vote, territoire_couvert, verifier_stade
from services.structures.queries.projets import get_projets
from services.structures.tables import projet, veille, vote
from shared.access.rights import UNKNOWN, Action, Target, ensure
from shared.contracts.projets import ProjetPropose, StadeFranchi, VeillePartagee, VoteExprime
from shared.errors import Introuvable
from shared.types import Identifiant, Texte
from shared.uuids import uuid7
from shared.validation import Input
from shared.writing import Change, Line, Nature, Writer

Lien = Annotated[str, StringConstraints(pattern=r"^https://[^\s\x00]{4,500}$")]
Besoin = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=10, max_length=2000, pattern=r"^[^\x00]*$")
]
Etiquette = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{1,39}$")]
StadeProjet = Literal["IDEE", "ETUDE", "EXPERIMENTATION", "DEPLOIEMENT", "ARRET"]
PUBLISHED = ("maille", "territoire", "titre", "besoin", "stade", "ptce", "partenaires")


class Ancre(Line):
    """What belongs to a territory."""

    maille: Literal["DEPARTEMENT", "REGION"]
    territoire: CodeTerritoire


class ProjetLine(Ancre):
    """An innovation: the need that it answers, and who carries it together."""

    titre: Texte
    besoin: Besoin
    ptce: bool = Field(default=False, description="Pôle territorial de coopération économique.")
    partenaires: list[CodeOrganisation] = Field([], max_length=50)


class Stade(Input):
    """The stage that an innovation reaches."""

    stade: StadeProjet


class StadeLine(Stade, Line):
    """The stage that an innovation, which it names, reaches."""

    projet: Identifiant


class Vote(Input):
    """The support of an organisation."""

    organisation: CodeOrganisation


class VoteLine(Vote, Line):
    """The support of an organisation for an innovation, which it names."""

    projet: Identifiant


class VeilleLine(Ancre):
    """A reading to share."""

    titre: Texte
    lien: Lien
    etiquettes: list[Etiquette] = Field([], max_length=10)


def _covered(line: Ancre, writer: Writer) -> tuple[str, ...]:
    covered = territoire_couvert(line.maille, line.territoire)
    for departement in covered:
        ensure(writer.caller, Action.ECRIRE_REGISTRE, Target(departement=departement))
    return covered


async def load_nothing(_: AsyncConnection, __: Sequence[Ancre], ___: Writer) -> None:
    """Nothing that exists bears on what is new."""


async def load_projets(
    conn: AsyncConnection, lines: Sequence[StadeLine | VoteLine], _: Writer
) -> Mapping[UUID, RowMapping]:
    """Return the innovations that the lines name."""
    return await get_projets(conn, [line.projet for line in lines])


def proposer_projet(line: ProjetLine, _: None, writer: Writer) -> Change:
    """Decide an innovation, which starts as an idea.

    Raises
    ------
    TerritoireInconnu
    Introuvable
        The whole territory is not in the caller's perimeter.
    """
    covered = _covered(line, writer)
    identity = uuid7()
    state: dict[str, Any] = line.model_dump(exclude={"reference", "connu_le"}) | {"stade": IDEE}
    fact = ProjetPropose.model_validate({"projet_id": identity, **state})
    row = {"id": identity, "version": 1, "departements": list(covered), **state}
    return Change(identity, ((projet, row),), (writer.fact(identity, 1, fact, line, writer.known_on(line)),))


def franchir_stade(line: StadeLine, known: Mapping[UUID, RowMapping], writer: Writer) -> Change:
    """Decide the next stage of an innovation.

    Raises
    ------
    StadeInterdit
    Introuvable
        The innovation does not exist, or its territory is outside the caller's perimeter.
    """
    before = known.get(line.projet)
    if before is None:
        raise Introuvable(UNKNOWN)
    for departement in before["departements"]:
        ensure(writer.caller, Action.ECRIRE_REGISTRE, Target(departement=departement))
    verifier_stade(before["stade"], line.stade)
    state = {str(name): value for name, value in before.items()} | {
        "version": before["version"] + 1,
        "stade": line.stade,
    }
    fact = StadeFranchi.model_validate(
        {"projet_id": line.projet, **{name: state[name] for name in PUBLISHED}}
    )
    event = writer.fact(line.projet, state["version"], fact, line, writer.known_on(line))
    return Change(line.projet, ((projet, state),), (event,))


def voter(line: VoteLine, known: Mapping[UUID, RowMapping], writer: Writer) -> Change:
    """Decide the vote of an organisation; the database holds that there is one each.

    Raises
    ------
    Introuvable
        The innovation does not exist, or the caller speaks neither for the organisation nor for the territory.
    """
    before = known.get(line.projet)
    if before is None:
        raise Introuvable(UNKNOWN)
    for departement in before["departements"]:
        target = Target(departement=departement, organisation=line.organisation)
        ensure(writer.caller, Action.ECRIRE_REGISTRE, target)
    identity = uuid7()
    state = {"projet_id": line.projet, "organisation": line.organisation}
    fact = VoteExprime.model_validate({"vote_id": identity, **state})
    return Change(
        identity,
        ((vote, {"id": identity, "version": 1, **state}),),
        (writer.fact(identity, 1, fact, line, writer.known_on(line)),),
    )


def partager_veille(line: VeilleLine, _: None, writer: Writer) -> Change:
    """Decide a reading to share.

    Raises
    ------
    TerritoireInconnu
    Introuvable
        The whole territory is not in the caller's perimeter.
    """
    _covered(line, writer)
    identity = uuid7()
    state: dict[str, Any] = line.model_dump(exclude={"reference", "connu_le"})
    fact = VeillePartagee.model_validate({"veille_id": identity, **state})
    return Change(
        identity,
        ((veille, {"id": identity, "version": 1, **state}),),
        (writer.fact(identity, 1, fact, line, writer.known_on(line)),),
    )


PROJETS = Nature(
    name="projets",
    line=ProjetLine,
    action=Action.ECRIRE_REGISTRE,
    load=load_nothing,
    decide=proposer_projet,
)
STADES_PROJET = Nature(
    name="stades_projet",
    line=StadeLine,
    action=Action.ECRIRE_REGISTRE,
    load=load_projets,
    decide=franchir_stade,
)
VOTES = Nature(
    name="votes",
    line=VoteLine,
    action=Action.ECRIRE_REGISTRE,
    load=load_projets,
    decide=voter,
    constraints={"uq_vote_projet_id_organisation": deja_vote},
)
VEILLE = Nature(
    name="veille",
    line=VeilleLine,
    action=Action.ECRIRE_REGISTRE,
    load=load_nothing,
    decide=partager_veille,
)

"""Notifying envelopes and moving credits between them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from pydantic import Field
from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.funding.commands.engagement import CONSTRAINTS, HOLD_ALONE, engagement_row
from services.funding.commands.quantites import Etp, Euros
from services.funding.domain import enveloppe as rules
from services.funding.domain.errors import EnveloppeDejaNotifiee, EnveloppeInconnue, MouvementIncoherent
from services.funding.tables import enveloppe, mouvement_enveloppe
from shared.access.rights import Action, Target, ensure, may
from shared.contracts.funding import CreditsDeplaces, EnveloppeNotifiee
from shared.errors import BusinessError
from shared.types import Identifiant, Texte
from shared.uuids import uuid7
from shared.writing import Change, Line, Nature, Row, Writer

FIND = text("select * from enveloppe where annee = any(cast(:annees as int[]))")
BY_ID = text("select * from enveloppe where id = any(cast(:ids as uuid[]))")
# What holds no credits yet: annexes in force recorded before any envelope of their territory.
FREE = text("""
    select a.id, s.departement, extract(year from a.date_debut)::int as annee, a.etat, a.montant_socle,
           a.montant_cofinance
    from annexe_financiere a join structure s on s.id = a.structure_id
    where extract(year from a.date_debut) = any(cast(:annees as int[])) and a.etat = any(cast(:etats as text[]))
      and not exists (select 1 from mouvement_enveloppe m where m.annexe_id = a.id and m.sens = 'ENGAGEMENT')
""")

FREE_ACTIONS = text("""
    select f.id, s.departement, extract(year from f.date_decision)::int as annee, f.montant
    from action_fdi f join structure s on s.id = f.structure_id
    where extract(year from f.date_decision) = any(cast(:annees as int[]))
      and not exists (select 1 from mouvement_enveloppe m where m.id = f.id)
""")


class EnveloppeLine(Line):
    """Credits of a year notified to a territory."""

    niveau: Literal["NATIONAL", "REGIONAL", "DEPARTEMENTAL"]
    territoire: Texte = Field(description="FR, code de région ou de département.")
    annee: int = Field(ge=2000, le=2100)
    nature: Literal["AIDE_POSTE", "FDI", "PIC_IAE", "AUTRE"]
    montant: Euros
    etp: Etp = Decimal(0)
    programme: Texte | None = None


@dataclass(frozen=True, slots=True)
class Situation:
    """The envelopes of the years of some lines, the annexes in force and the actions of the FDI that hold no credits."""

    enveloppes: Mapping[tuple[str, str, int, str], UUID]
    libres: Sequence[RowMapping]
    actions: Sequence[RowMapping]


async def load_enveloppes(conn: AsyncConnection, lines: Sequence[EnveloppeLine], _: Writer) -> Situation:
    """Return what notifying takes; until the end nobody records an annexe."""
    await conn.execute(HOLD_ALONE)
    annees = sorted({line.annee for line in lines})
    found = (await conn.execute(FIND, {"annees": annees})).mappings()
    known = {(row["niveau"], row["territoire"], row["annee"], row["nature"]): row["id"] for row in found}
    free = await conn.execute(FREE, {"annees": annees, "etats": list(rules.ENGAGEANTS)})
    actions = await conn.execute(FREE_ACTIONS, {"annees": annees})
    return Situation(known, free.mappings().all(), actions.mappings().all())


def notifier_enveloppe(line: EnveloppeLine, known: Situation, writer: Writer) -> Change:
    """Decide a notification: the parent delegates the credits, the annexes already there hold theirs.

    Raises
    ------
    TerritoireInconnu, EnveloppeDejaNotifiee, EnveloppeInconnue
        The code is none of that level; the envelope exists; the parent that would delegate is not the caller's.
    Introuvable
        A part of the territory is outside the caller's perimeter.
    """
    parent = rules.parent(line.niveau, line.territoire)
    ensure_territoire(writer, line.niveau, line.territoire)
    if (line.niveau, line.territoire, line.annee, line.nature) in known.enveloppes:
        raise deja_notifiee()
    identity = uuid7()
    parent_id = known.enveloppes.get((*parent, line.annee, line.nature)) if parent else None
    if parent and parent_id:
        ensure_delegation(writer, *parent, champ="territoire")
    state: dict[str, Any] = {
        "niveau": line.niveau,
        "territoire": line.territoire,
        "annee": line.annee,
        "nature": line.nature,
        "programme": line.programme or rules.PROGRAMMES.get(line.nature, ""),
        "parent_id": parent_id,
    }
    rows: list[Row] = [
        (enveloppe, {"id": identity, **state}),
        _mouvement(identity, rules.NOTIFICATION, line.montant, "NOTIFICATION", writer, line.etp),
    ]
    if parent_id:
        rows.append(_mouvement(parent_id, rules.DELEGATION, line.montant, "NOTIFICATION", writer))
    rows += _reprises(line, identity, known, writer)
    fact = EnveloppeNotifiee(enveloppe_id=identity, notifie=line.montant, notifie_etp=line.etp, **state)
    return Change(identity, tuple(rows), (writer.fact(identity, 1, fact, line, writer.today),))


def _reprises(line: EnveloppeLine, identity: UUID, known: Situation, writer: Writer) -> list[Row]:
    if line.niveau == rules.NATIONAL:
        return []
    inside = set(rules.departements_de(line.niveau, line.territoire))
    if line.nature == rules.FDI:
        return [
            (
                mouvement_enveloppe,
                engagement_row(identity, None, a["montant"], "REPRISE", writer.today, identity=a["id"]),
            )
            for a in known.actions
            if a["departement"] in inside and a["annee"] == line.annee
        ]
    if line.nature != rules.AIDE_POSTE:
        return []
    return [
        (mouvement_enveloppe, engagement_row(identity, a["id"], montant, "REPRISE", writer.today))
        for a in known.libres
        if a["departement"] in inside and a["annee"] == line.annee
        if (montant := rules.engageable(a["etat"], a["montant_socle"], a["montant_cofinance"]))
    ]


class MouvementLine(Line):
    """Credits from an envelope, to another, or both; alone, an envelope gives to or receives from its parent."""

    origine: Identifiant | None = Field(None, description="Enveloppe qui perd les crédits.")
    destination: Identifiant | None = Field(None, description="Enveloppe qui les reçoit.")
    montant: Euros
    motif: Literal["ABONDEMENT", "GEL", "FONGIBILITE", "BOURSE_AUX_POSTES", "AUTRE"]


async def load_mouvements(
    conn: AsyncConnection, lines: Sequence[MouvementLine], _: Writer
) -> Mapping[UUID, RowMapping]:
    """Return the envelopes that the lines name."""
    ids = {i for line in lines for i in (line.origine, line.destination) if i}
    return {row["id"]: row for row in (await conn.execute(BY_ID, {"ids": list(ids)})).mappings()}


def deplacer_credits(line: MouvementLine, known: Mapping[UUID, RowMapping], writer: Writer) -> Change:
    """Decide a movement.

    Raises
    ------
    EnveloppeInconnue, MouvementIncoherent
        An envelope is not known, or outside the caller's perimeter; nothing moves, or not between sisters.
    """
    origine = _enveloppe(line.origine, known, writer, "origine")
    destination = _enveloppe(line.destination, known, writer, "destination")
    _ensure_mouvement(line, origine, destination)
    identity = uuid7()
    rows: list[Row] = []
    if origine:
        rows.append(_mouvement(origine["id"], rules.RETRAIT, line.montant, line.motif, writer))
    if destination:
        rows.append(_mouvement(destination["id"], rules.ABONDEMENT, line.montant, line.motif, writer))
    alone = origine or destination
    if alone and not (origine and destination) and alone["parent_id"]:
        back = line.montant if destination else -line.montant
        above = rules.parent(alone["niveau"], alone["territoire"])
        if destination and above:
            ensure_delegation(writer, *above, champ="destination")
        rows.append(_mouvement(alone["parent_id"], rules.DELEGATION, back, line.motif, writer))
    fact = CreditsDeplaces(
        mouvement_id=identity,
        origine_id=line.origine,
        destination_id=line.destination,
        montant=line.montant,
        motif=line.motif,
    )
    return Change(identity, tuple(rows), (writer.fact(identity, 1, fact, line, writer.today),))


def _ensure_mouvement(
    line: MouvementLine, origine: RowMapping | None, destination: RowMapping | None
) -> None:
    if not line.montant or not (origine or destination):
        raise MouvementIncoherent(
            "Un mouvement déplace des crédits d'une enveloppe, vers une autre, ou les deux.",
            champ="montant" if not line.montant else "origine",
        )
    if origine and destination:
        same = all(origine[part] == destination[part] for part in ("niveau", "annee", "nature", "parent_id"))
        if origine["id"] == destination["id"] or not same:
            raise MouvementIncoherent(
                "Les crédits passent entre deux enveloppes de même niveau, année, nature et parent.",
                champ="destination",
                correction="Pour une enveloppe fille, abondez-la seule : son parent délègue.",
                source="enveloppes régionales globalisées et fongibles, instruction du 16 mars 2017",
            )


def _enveloppe(
    identity: UUID | None, known: Mapping[UUID, RowMapping], writer: Writer, champ: str
) -> RowMapping | None:
    if identity is None:
        return None
    row = known.get(identity)
    if row is None or not _holds(writer, row["niveau"], row["territoire"]):
        raise EnveloppeInconnue(
            "Cette enveloppe n'existe pas, ou elle est hors de votre périmètre.", champ=champ
        )
    return row


def ensure_territoire(writer: Writer, niveau: str, territoire: str) -> None:
    """Return if the caller may write the money of the whole territory.

    Raises
    ------
    Introuvable
        A part of it is outside the perimeter.
    """
    for code in rules.departements_de(niveau, territoire):
        ensure(writer.caller, Action.ECRIRE_FINANCEMENT, Target(departement=code))


def ensure_delegation(writer: Writer, niveau: str, territoire: str, *, champ: str) -> None:
    """Return if the caller may give the credits of the level above: nobody helps itself to them.

    Raises
    ------
    EnveloppeInconnue
        A part of that territory is outside the perimeter.
    """
    if not _holds(writer, niveau, territoire):
        raise EnveloppeInconnue(
            "L'enveloppe qui délègue ces crédits est hors de votre périmètre.",
            champ=champ,
            correction="C'est le niveau supérieur qui les notifie et les abonde.",
        )


def _holds(writer: Writer, niveau: str, territoire: str) -> bool:
    return all(
        may(writer.caller, Action.ECRIRE_FINANCEMENT, Target(departement=code))
        for code in rules.departements_de(niveau, territoire)
    )


def _mouvement(
    enveloppe_id: UUID, sens: str, montant: Decimal, motif: str, writer: Writer, etp: Decimal = Decimal(0)
) -> tuple[Any, dict[str, Any]]:
    row = {
        "id": uuid7(),
        "enveloppe_id": enveloppe_id,
        "sens": sens,
        "montant": montant,
        "etp": etp,
        "annexe_id": None,
        "motif": motif,
        "le": writer.today,
    }
    return mouvement_enveloppe, row


def deja_notifiee() -> BusinessError:
    """Return the refusal of a second envelope of a territory, year and kind."""
    return EnveloppeDejaNotifiee(
        "Cette enveloppe est déjà notifiée.", champ="territoire", correction="Enregistrez un abondement."
    )


ENVELOPPES = Nature(
    name="enveloppes",
    line=EnveloppeLine,
    action=Action.ECRIRE_FINANCEMENT,
    load=load_enveloppes,
    decide=notifier_enveloppe,
    constraints={**CONSTRAINTS, "uq_enveloppe_niveau_territoire_annee_nature": deja_notifiee},
    # A parent of the same file must be known to its children.
    batch=1,
)
MOUVEMENTS = Nature(
    name="mouvements_credits",
    line=MouvementLine,
    action=Action.ECRIRE_FINANCEMENT,
    load=load_mouvements,
    decide=deplacer_credits,
    constraints=CONSTRAINTS,
)

"""Moving ETP between annexes of a région: proposed, decided, applied by an avenant on each side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field
from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.funding.commands.annexe_connue import Annexe
from services.funding.commands.avenant import AVENANTS, Situation, load_situation, modifier
from services.funding.commands.quantites import Etp
from services.funding.domain import redeploiement as rules
from services.funding.domain.enveloppe import REGIONAL, parent, region_de
from services.funding.domain.errors import AnnexeInconnue, RedeploiementImpossible, RedeploiementInconnu
from services.funding.domain.realisation import etp_annuel_realise
from services.funding.queries.realisation import Heures, hours_of
from services.funding.tables import ligne_redeploiement, redeploiement
from shared.access.rights import Action
from shared.contracts.funding import LigneRedeployee, RedeploiementEnregistre
from shared.types import Identifiant, Texte
from shared.uuids import uuid7
from shared.validation import Input
from shared.writing import Change, Line, Nature, Row, Writer

FIND = text("select * from redeploiement where id = any(cast(:ids as uuid[]))")
LINES = text("""
    select redeploiement_id, annexe_id, etp from ligne_redeploiement
    where redeploiement_id = any(cast(:ids as uuid[])) order by annexe_id
""")


class LigneLine(Input):
    """ETP that an annexe loses or receives, monthly average."""

    annexe: Identifiant
    sens: Literal["RETRAIT", "ATTRIBUTION"]
    etp: Annotated[Etp, Field(gt=0)]

    @property
    def delta(self) -> Decimal:
        """Signed: taken when negative."""
        return self.etp if self.sens == "ATTRIBUTION" else -self.etp


class PropositionLine(Line):
    """What is taken and what is given, in a région."""

    region: Texte
    motif: Texte
    lignes: Annotated[list[LigneLine], Field(min_length=2, max_length=100)]


class DecisionLine(Line):
    """The decision on a proposal."""

    redeploiement: Identifiant
    decision: Literal["ACCEPTE", "REFUSE"]
    motif: Texte


class ApplicationLine(Line):
    """An accepted redéploiement to apply."""

    redeploiement: Identifiant


@dataclass(frozen=True, slots=True)
class Etat:
    """Redéploiements with their lines, their annexes and what these have done."""

    connus: Mapping[UUID, RowMapping]
    lignes: Mapping[UUID, Mapping[UUID, Decimal]]
    situation: Situation
    heures: Mapping[UUID, Sequence[Heures]]


async def _load(conn: AsyncConnection, ids: Sequence[UUID], annexes: Sequence[UUID] = ()) -> Etat:
    connus = {row["id"]: row for row in (await conn.execute(FIND, {"ids": list(ids)})).mappings()}
    lignes: dict[UUID, dict[UUID, Decimal]] = {}
    for row in await conn.execute(LINES, {"ids": list(ids)}):
        lignes.setdefault(row.redeploiement_id, {})[row.annexe_id] = row.etp
    named = [*annexes, *(annexe for line in lignes.values() for annexe in line)]
    return Etat(connus, lignes, await load_situation(conn, named), await hours_of(conn, named))


async def load_propositions(conn: AsyncConnection, lines: Sequence[PropositionLine], _: Writer) -> Etat:
    """Return the annexes that the lines name."""
    return await _load(conn, [], [x.annexe for line in lines for x in line.lignes])


async def load_redeploiements(
    conn: AsyncConnection, lines: Sequence[DecisionLine | ApplicationLine], _: Writer
) -> Etat:
    """Return the redéploiements that the lines name."""
    return await _load(conn, [line.redeploiement for line in lines])


def proposer(line: PropositionLine, known: Etat, writer: Writer) -> Change:
    """Decide whether a redéploiement may be proposed.

    Raises
    ------
    TerritoireInconnu, AnnexeInconnue, RedeploiementImpossible, EtpInsuffisants, EnveloppeDepassee
        See ``domain.redeploiement``; an annexe is not signed, or named twice.
    """
    parent(REGIONAL, line.region)
    deltas = {x.annexe: x.delta for x in line.lignes}
    if len(deltas) < len(line.lignes):
        raise RedeploiementImpossible("Une annexe est nommée deux fois.", champ="lignes")
    _ensure(deltas, line.region, known, writer)
    identity = uuid7()
    row = {
        "id": identity, "version": 1, "region": line.region, "etat": rules.PROPOSE, "motif": line.motif,
        "propose_le": writer.today, "decide_le": None, "decision": None, "applique_le": None,
    }  # fmt: skip
    rows: list[Row] = [(redeploiement, row)]
    rows += [
        (ligne_redeploiement, {"redeploiement_id": identity, "annexe_id": annexe, "etp": delta})
        for annexe, delta in deltas.items()
    ]
    return _change(row, rows, deltas, {}, line, writer)


def decider(line: DecisionLine, known: Etat, writer: Writer) -> Change:
    """Decide on a proposal.

    Raises
    ------
    RedeploiementInconnu, RedeploiementImpossible
        It is not known, or an annexe of it is outside the caller's perimeter; it is decided already.
    """
    before, deltas = _trouver(line.redeploiement, known, writer, rules.PROPOSE)
    row = {**before, "version": before["version"] + 1, "etat": line.decision} | {
        "decide_le": writer.today, "decision": line.motif,
    }  # fmt: skip
    return _change(row, [(redeploiement, row)], deltas, {}, line, writer)


def appliquer(line: ApplicationLine, known: Etat, writer: Writer) -> Change:
    """Apply an accepted redéploiement: one avenant of modification on each annexe, all or none.

    Raises
    ------
    RedeploiementInconnu, RedeploiementImpossible, EtpInsuffisants, EnveloppeDepassee, AvenantImpossible
        It is not accepted, or its annexes changed since.
    """
    before, deltas = _trouver(line.redeploiement, known, writer, rules.ACCEPTE)
    _ensure(deltas, before["region"], known, writer)
    row = {**before, "version": before["version"] + 1, "etat": rules.APPLIQUE, "applique_le": writer.today}
    rows: list[Row] = [(redeploiement, row)]
    facts, avenants = [], {}
    for identity, delta in deltas.items():
        annexe = known.situation.connues.trouver(identity, writer)
        changes = {"etp": annexe.row["etp"] + delta}
        motif = f"Redéploiement {before['id']}"
        avenants[identity], changed, told = modifier(annexe, known.situation, line, writer, motif, changes)
        rows += changed
        facts += told
    change = _change(row, rows, deltas, avenants, line, writer)
    return Change(change.identity, change.rows, (*change.facts, *facts))


def _trouver(
    identity: UUID, known: Etat, writer: Writer, etat: str
) -> tuple[dict[str, Any], Mapping[UUID, Decimal]]:
    row, deltas = known.connus.get(identity), known.lignes.get(identity, {})
    try:
        for annexe in deltas:
            known.situation.connues.trouver(annexe, writer)
    except AnnexeInconnue:
        row = None
    if row is None:
        raise RedeploiementInconnu(
            "Ce redéploiement n'existe pas, ou il est hors de votre périmètre.", champ="redeploiement"
        )
    if row["etat"] != etat:
        raise RedeploiementImpossible(
            f"Ce redéploiement est à l'état {row['etat']}, {etat} est attendu.", champ="redeploiement"
        )
    return dict(row), deltas


def _ensure(deltas: Mapping[UUID, Decimal], region: str, known: Etat, writer: Writer) -> None:
    annexes = {identity: known.situation.connues.trouver(identity, writer) for identity in deltas}
    if any(annexe.row["etat"] != "VALIDE" for annexe in annexes.values()):
        raise RedeploiementImpossible(
            "Une annexe n'est pas, ou n'est plus, VALIDE.",
            champ="lignes",
            correction="Proposez un redéploiement sur les annexes en vigueur.",
        )
    mouvements = [
        _mouvement(annexes[identity], delta, known.heures.get(identity, ()))
        for identity, delta in deltas.items()
    ]
    rules.ensure_mouvements(mouvements, region)


def _mouvement(annexe: Annexe, delta: Decimal, heures: Sequence[Heures]) -> rules.Mouvement:
    done = sum((Fraction(h.heures) for h in heures), Fraction(0))
    return rules.Mouvement(
        etp=annexe.row["etp"],
        montant_unitaire=annexe.row["montant_unitaire"],
        duree_mois=annexe.duree_mois,
        delta=delta,
        realise=etp_annuel_realise(done, annexe.row["heures_par_etp"]),
        region=region_de(annexe.row["departement"]),
        annee=annexe.row["date_debut"].year,
    )


def _change(
    row: Mapping[str, Any],
    rows: Sequence[Row],
    deltas: Mapping[UUID, Decimal],
    avenants: Mapping[UUID, UUID],
    line: Line,
    writer: Writer,
) -> Change:
    lignes = [
        LigneRedeployee(
            annexe=annexe,
            sens="ATTRIBUTION" if delta > 0 else "RETRAIT",
            etp=abs(delta),
            avenant=avenants.get(annexe),
        )
        for annexe, delta in deltas.items()
    ]
    fact = RedeploiementEnregistre(
        redeploiement_id=row["id"], region=row["region"], etat=row["etat"], lignes=lignes
    )
    recorded = writer.fact(row["id"], row["version"], fact, line, writer.today)
    return Change(row["id"], tuple(rows), (recorded,))


REDEPLOIEMENTS = Nature(
    name="redeploiements",
    line=PropositionLine,
    action=Action.ECRIRE_FINANCEMENT,
    load=load_propositions,
    decide=proposer,
)
DECISIONS = Nature(
    name="decisions_redeploiement",
    line=DecisionLine,
    action=Action.ECRIRE_FINANCEMENT,
    load=load_redeploiements,
    decide=decider,
)
APPLICATIONS = Nature(
    name="applications_redeploiement",
    line=ApplicationLine,
    action=Action.ECRIRE_FINANCEMENT,
    load=load_redeploiements,
    decide=appliquer,
    constraints=AVENANTS.constraints,
)

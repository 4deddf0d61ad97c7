"""Annexes already recorded, as the writes that change them see them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.funding.commands.engagement import Engagements, load_engagements
from services.funding.domain import annexe as rules
from services.funding.domain.enveloppe import engageable
from services.funding.domain.errors import AnnexeInconnue
from services.funding.domain.formules import duree_mois
from services.funding.tables import annexe_financiere
from shared.access.rights import Action, Target, may
from shared.contracts.funding import AnnexeFinanciereEnregistree
from shared.messaging.journal import NewFact
from shared.writing import Line, Row, Writer

FIND = text("""
    select a.*, s.departement, s.type_structure from annexe_financiere a join structure s on s.id = a.structure_id
    where a.id = any(cast(:ids as uuid[]))
       or a.numero = any(cast(:numeros as text[])) and a.etat in ('VALIDE', 'PROVISOIRE')
""")
COLUMNS = tuple(str(column.name) for column in annexe_financiere.c)
PUBLISHED = tuple(
    name for name in AnnexeFinanciereEnregistree.model_fields if name != "annexe_id" and name in COLUMNS
)


@dataclass(frozen=True, slots=True)
class Annexe:
    """An annexe as stored, with the département of its structure."""

    row: RowMapping

    @property
    def id(self) -> UUID:
        """Identifier."""
        return UUID(str(self.row["id"]))

    @property
    def mesure(self) -> rules.Mesure:
        """Measure that funds it."""
        return rules.mesure_de(self.row["mesure"])

    @property
    def duree_mois(self) -> int:
        """Months of its period (F03)."""
        return duree_mois(self.row["date_debut"], self.row["date_fin"])

    @property
    def target(self) -> Target:
        """What relates it to a caller."""
        return Target(structure_id=self.row["structure_id"], departement=self.row["departement"])


class Connues:
    """Some annexes and the credits they hold."""

    def __init__(self, rows: Mapping[UUID, Annexe], engagements: Engagements) -> None:
        self._rows = rows
        self._numeros = {
            annexe.row["numero"]: annexe for annexe in rows.values() if annexe.row["etat"] in rules.ACTIFS
        }
        self.engagements = engagements

    def trouver(self, identity: UUID | str, writer: Writer, *, champ: str = "annexe") -> Annexe:
        """Return an annexe that the caller may write, by its identifier or by its number when it is active.

        Raises
        ------
        AnnexeInconnue
            It is not known, or outside the caller's perimeter.
        """
        annexe = self._rows.get(identity) if isinstance(identity, UUID) else self._numeros.get(identity)
        if annexe is None or not may(writer.caller, Action.ECRIRE_FINANCEMENT, annexe.target):
            raise AnnexeInconnue(
                "Cette annexe n'existe pas, ou elle est hors de votre périmètre.",
                champ=champ,
                correction="Reprenez l'identifiant donné à son enregistrement.",
            )
        return annexe

    @property
    def ids(self) -> list[UUID]:
        """Identifiers of them all."""
        return list(self._rows)

    @property
    def annees(self) -> list[int]:
        """Years in which they start."""
        return [annexe.row["date_debut"].year for annexe in self._rows.values()]

    def changer(
        self, annexe: Annexe, line: Line, writer: Writer, *, motif: str, **changes: Any
    ) -> tuple[list[Row], NewFact]:
        """Return the rows and the fact of the next version of an annexe, and of the credits it then holds."""
        state = {name: annexe.row[name] for name in COLUMNS} | changes
        state["version"] = annexe.row["version"] + 1
        return self._ecrire(annexe, state, line, writer, motif)

    def creer(
        self, modele: Annexe, line: Line, writer: Writer, *, motif: str, **changes: Any
    ) -> tuple[list[Row], NewFact]:
        """Return the rows and the fact of a new annexe made from another."""
        state = {name: modele.row[name] for name in COLUMNS} | changes
        state["version"] = 1
        return self._ecrire(modele, state, line, writer, motif)

    def _ecrire(
        self, annexe: Annexe, state: dict[str, Any], line: Line, writer: Writer, motif: str
    ) -> tuple[list[Row], NewFact]:
        wanted = engageable(state["etat"], state["montant_socle"], state["montant_cofinance"])
        engaged = self.engagements.engager(
            state["id"],
            annexe.row["departement"],
            state["date_debut"].year,
            wanted,
            motif=motif,
            le=writer.today,
        )
        fact = AnnexeFinanciereEnregistree(annexe_id=state["id"], **{name: state[name] for name in PUBLISHED})
        recorded = writer.fact(state["id"], state["version"], fact, line, writer.today)
        return [(annexe_financiere, state), *engaged], recorded


async def load_connues(
    conn: AsyncConnection, ids: Sequence[UUID], annees: Sequence[int] = (), numeros: Sequence[str] = ()
) -> Connues:
    """Return annexes by identifier, and active ones by number, with the envelopes of their years and of ``annees``."""
    rows = (await conn.execute(FIND, {"ids": list(ids), "numeros": list(numeros)})).mappings().all()
    years = [*annees, *(row["date_debut"].year for row in rows)]
    engagements = await load_engagements(conn, years, [row["id"] for row in rows])
    return Connues({row["id"]: Annexe(row) for row in rows}, engagements)

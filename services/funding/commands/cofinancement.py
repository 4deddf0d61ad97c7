"""Lines of cofinancing: each funder's part of an annexe."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from pydantic import Field
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.funding.commands.annexe_connue import Connues, load_connues
from services.funding.commands.engagement import CONSTRAINTS
from services.funding.commands.quantites import Euros, Numero
from services.funding.commands.versement import Financeur
from services.funding.domain import cofinancement as rules
from services.funding.domain.echeancier import mois_de
from services.funding.domain.errors import CofinancementDejaInscrit, FinanceurIncoherent, MontantNul
from services.funding.domain.saisi import Saisis
from services.funding.domain.versement import ETAT, ensure_code_financeur
from services.funding.queries.bareme import list_saisis
from services.funding.tables import cofinancement
from shared.access.rights import Action
from shared.contracts.funding import CofinancementInscrit
from shared.errors import BusinessError
from shared.types import Identifiant, Jour
from shared.uuids import uuid7
from shared.writing import Change, Line, Nature, Writer

TAKEN = text("""
    select annexe_id, financeur from cofinancement where annexe_id = any(cast(:ids as uuid[]))
""")


class CofinancementLine(Line):
    """A funder's part of an annexe, as written in it."""

    annexe: Identifiant | Numero = Field(description="Identifiant, ou numéro de l'annexe en vigueur.")
    financeur: Financeur = Field(description="CD et le département (CD62), REGION, EPCI, FSE, PLIE…")
    montant: Euros
    circuit: Literal["ASP", "DIRECT"] = "ASP"
    postes: int | None = Field(None, ge=0, description="Postes CDDI occupés par des bénéficiaires du RSA.")
    date_accord: Jour


@dataclass(frozen=True, slots=True)
class Situation:
    """Annexes, the funders that each has, the barèmes entered."""

    connues: Connues
    taken: frozenset[tuple[UUID, str]]
    saisis: Saisis


async def load_cofinancements(
    conn: AsyncConnection, lines: Sequence[CofinancementLine], _: Writer
) -> Situation:
    """Return the annexes that the lines name and their funders."""
    ids = [line.annexe for line in lines if isinstance(line.annexe, UUID)]
    numeros = [line.annexe for line in lines if isinstance(line.annexe, str)]
    connues = await load_connues(conn, ids, numeros=numeros)
    taken = await conn.execute(TAKEN, {"ids": connues.ids})
    return Situation(
        connues, frozenset((row.annexe_id, row.financeur) for row in taken), await list_saisis(conn)
    )


def inscrire_cofinancement(line: CofinancementLine, known: Situation, writer: Writer) -> Change:
    """Decide a line of cofinancing; the State's part of the annexe, and the credits it holds, shrink by it.

    Raises
    ------
    AnnexeInconnue, FinanceurIncoherent, DepartementInconnu, MontantNul, CofinancementDejaInscrit,
    CofinancementExcessif
        The annexe is not known or not in force; the State is no cofunder; the parts pass the amount of the annexe.
    """
    annexe = known.connues.trouver(line.annexe, writer)
    if line.financeur == ETAT:
        raise FinanceurIncoherent("L'État ne cofinance pas sa propre aide.", champ="financeur")
    ensure_code_financeur(line.financeur)
    if not line.montant:
        raise MontantNul("Le montant d'un cofinancement est supérieur à zéro.", champ="montant")
    if (annexe.id, line.financeur) in known.taken:
        raise deja_inscrit()
    total = annexe.row["montant_cofinance"] + line.montant
    rules.ensure_cofinance(annexe.row["montant_socle"], total)
    rules.ensure_cofinancable(annexe.row["etat"])
    identity = uuid7()
    state: dict[str, Any] = {
        "annexe_id": annexe.id,
        "financeur": line.financeur,
        "montant": line.montant,
        "circuit": line.circuit,
        "postes": line.postes,
        "date_accord": line.date_accord,
    }
    rows, annexe_fact = known.connues.changer(
        annexe, line, writer, motif="COFINANCEMENT", montant_cofinance=total
    )
    mois = mois_de(annexe.row["date_debut"], annexe.row["date_fin"])
    told = rules.theorie_publiee(line.financeur, line.postes, line.montant, mois, known.saisis)
    fact = CofinancementInscrit(
        cofinancement_id=identity, structure_id=annexe.row["structure_id"], **state, **told
    )
    return Change(
        identity,
        (*rows, (cofinancement, {"id": identity, "version": 1, **state})),
        (annexe_fact, writer.fact(identity, 1, fact, line, line.date_accord)),
    )


def deja_inscrit() -> BusinessError:
    """Return the refusal of a second line of a funder."""
    return CofinancementDejaInscrit(
        "Cette annexe a déjà une ligne de ce financeur.",
        champ="financeur",
        correction="Modifiez l'annexe par avenant.",
    )


COFINANCEMENTS = Nature(
    name="cofinancements",
    line=CofinancementLine,
    action=Action.ECRIRE_FINANCEMENT,
    load=load_cofinancements,
    decide=inscrire_cofinancement,
    constraints={
        **CONSTRAINTS,
        "uq_cofinancement_annexe_id_financeur": deja_inscrit,
        "ck_annexe_financiere_cofinancement": rules.excessif,
    },
)

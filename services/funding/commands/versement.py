"""Recording payments."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints
from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.funding.commands.engagement import Engagements, load_engagements, load_held
from services.funding.commands.quantites import Euros, Numero
from services.funding.domain.enveloppe import FDI
from services.funding.domain.errors import VersementDejaCorrige, VersementInconnu
from services.funding.domain.reconduction import ensure_payable
from services.funding.domain.versement import (
    ANNEXE,
    ENVELOPPE,
    FINANCEUR,
    FINANCEURS,
    NATURES_AIDE_POSTE,
    AnnexePayable,
    choisir_annexe,
    ensure_financeur,
    ensure_montant,
)
from services.funding.tables import ecriture, versement
from shared.access.rights import Action, Target, may
from shared.contracts.funding import VersementContrepasse, VersementEnregistre
from shared.errors import BusinessError
from shared.types import Identifiant, Mois, Texte
from shared.uuids import uuid7
from shared.writing import Change, Line, Nature, Row, Writer

Financeur = Annotated[
    str, StringConstraints(pattern=rf"^(?:{'|'.join(FINANCEURS)}|CD(?:[0-9]{{2}}|2[AB]|9[78][0-9]))$")
]

FIND = text("""
    select a.numero, a.id, a.structure_id, s.departement, a.etat, a.date_debut, a.date_fin
    from annexe_financiere a join structure s on s.id = a.structure_id
    where a.numero = any(cast(:numeros as text[]))
""")

BY_ID = text("""
    select v.*, s.departement, e.titulaire as enveloppe,
           exists (select 1 from versement c where c.corrige = v.id) as corrige_deja
    from versement v join annexe_financiere a on a.id = v.annexe_id join structure s on s.id = a.structure_id
    left join ecriture e on e.versement_id = v.id and e.compte = 'ENVELOPPE'
    where v.id = any(cast(:ids as uuid[]))
""")


@dataclass(frozen=True, slots=True)
class Payables:
    """The annexes of some numbers, the credits they hold, the envelopes of the FDI of their years."""

    annexes: Mapping[str, Sequence[AnnexePayable]]
    held: Mapping[UUID, Mapping[UUID, Decimal]]
    fdi: Engagements

    def payeur(self, annexe: AnnexePayable, line: "VersementLine") -> tuple[str, str]:
        """Return the account that a payment leaves: the envelope of its kind, else its funder."""
        enveloppe = None
        if line.nature in NATURES_AIDE_POSTE:
            enveloppe = next(iter(self.held.get(annexe.id, ())), None)
        elif line.nature == FDI:
            enveloppe = self.fdi.enveloppe(annexe.departement, annexe.date_debut.year)
        return (ENVELOPPE, str(enveloppe)) if enveloppe else (FINANCEUR, line.financeur)


class VersementLine(Line):
    """A payment made on an annexe for a month."""

    annexe: Numero = Field(description="Numéro de l'annexe.")
    mois: Mois
    financeur: Financeur = Field(description="ETAT, CD et le département (CD62), ou un autre financeur.")
    nature: Literal[
        "AIDE_POSTE_SOCLE", "AIDE_POSTE_MODULEE", "FDI", "COFINANCEMENT", "COFINANCEMENT_CDDI_ESTIME",
    ]  # fmt: skip
    montant: Euros


async def load_versements(conn: AsyncConnection, lines: Sequence[VersementLine], _: Writer) -> Payables:
    """Return the annexes of each number that the lines give."""
    found: dict[str, list[AnnexePayable]] = {}
    for row in await conn.execute(FIND, {"numeros": list({line.annexe for line in lines})}):
        found.setdefault(row.numero, []).append(AnnexePayable(*row[1:]))
    annexes = [a for group in found.values() for a in group]
    years = [a.date_debut.year for a in annexes] if any(x.nature == FDI for x in lines) else []
    fdi = await load_engagements(conn, years, nature=FDI) if years else Engagements({}, {})
    return Payables(found, await load_held(conn, [a.id for a in annexes]), fdi)


def enregistrer_versement(line: VersementLine, known: Payables, writer: Writer) -> Change:
    """Decide a payment; an annexe outside the caller's perimeter is unknown to it.

    Raises
    ------
    AnnexeInconnue, AnnexeSansEffet, MoisHorsAnnexe, AnnexeAmbigue, FinanceurIncoherent, DepartementInconnu,
    MontantNul, ReconductionExpiree
        See ``domain.versement`` and ``domain.reconduction``.
    """
    held = [
        a
        for a in known.annexes.get(line.annexe, ())
        if may(writer.caller, Action.ECRIRE_FINANCEMENT, _target(a))
    ]
    annexe = choisir_annexe(held, line.mois)
    ensure_payable(annexe.etat, annexe.date_debut, line.mois)
    ensure_financeur(line.financeur, line.nature)
    ensure_montant(line.montant)
    identity = uuid7()
    state: dict[str, Any] = {
        "annexe_id": annexe.id,
        "structure_id": annexe.structure_id,
        "mois": line.mois,
        "financeur": line.financeur,
        "nature": line.nature,
        "montant": line.montant,
    }
    fact = VersementEnregistre(versement_id=identity, **state)
    return Change(
        identity,
        (
            (versement, {"id": identity, "corrige": None, **state}),
            *_ecritures(identity, known.payeur(annexe, line), annexe.id, line.montant),
        ),
        (writer.fact(identity, 1, fact, line, date.fromisoformat(f"{line.mois}-01")),),
    )


def _ecritures(versement_id: UUID, payeur: tuple[str, str], annexe_id: UUID, montant: Decimal) -> list[Row]:
    """Return the two lines of a payment: what leaves the one who pays reaches the annexe."""
    sides = ((*payeur, -montant), (ANNEXE, str(annexe_id), montant))
    return [
        (
            ecriture,
            {"versement_id": versement_id, "compte": compte, "titulaire": titulaire, "montant": amount},
        )
        for compte, titulaire, amount in sides
    ]


class ContrepassationLine(Line):
    """A payment to take back whole, by a contrary line."""

    versement: Identifiant
    motif: Texte


async def load_contrepassations(
    conn: AsyncConnection, lines: Sequence[ContrepassationLine], _: Writer
) -> Mapping[UUID, RowMapping]:
    """Return the payments that the lines name."""
    rows = await conn.execute(BY_ID, {"ids": [line.versement for line in lines]})
    return {row["id"]: row for row in rows.mappings()}


def contrepasser(line: ContrepassationLine, known: Mapping[UUID, RowMapping], writer: Writer) -> Change:
    """Decide to take a payment back: nothing is edited, its contrary is written.

    Raises
    ------
    VersementInconnu, VersementDejaCorrige
        It is not known, or outside the caller's perimeter; it was taken back, or takes one back.
    """
    paid = known.get(line.versement)
    if paid is None or not may(
        writer.caller,
        Action.ECRIRE_FINANCEMENT,
        Target(structure_id=paid["structure_id"], departement=paid["departement"]),
    ):
        raise VersementInconnu(
            "Ce versement n'existe pas, ou il est hors de votre périmètre.", champ="versement"
        )
    if paid["corrige_deja"] or paid["corrige"]:
        raise deja_corrige()
    identity = uuid7()
    state: dict[str, Any] = {
        name: paid[name] for name in ("annexe_id", "structure_id", "mois", "financeur", "nature")
    }
    payeur = (ENVELOPPE, paid["enveloppe"]) if paid["enveloppe"] else (FINANCEUR, paid["financeur"])
    row = {"id": identity, "corrige": line.versement, **state, "montant": -paid["montant"]}
    fact = VersementContrepasse(
        versement_id=identity, corrige=line.versement, montant=paid["montant"], **state
    )
    return Change(
        identity,
        ((versement, row), *_ecritures(identity, payeur, paid["annexe_id"], -paid["montant"])),
        (writer.fact(identity, 1, fact, line, writer.today),),
    )


def deja_corrige() -> BusinessError:
    """Return the refusal of a second contrary line, or of the contrary of one."""
    return VersementDejaCorrige(
        "Ce versement est déjà contrepassé, ou il en contrepasse un autre.",
        champ="versement",
        correction="Enregistrez un versement neuf.",
    )


def _target(annexe: AnnexePayable) -> Target:
    return Target(structure_id=annexe.structure_id, departement=annexe.departement)


CONTREPASSATIONS = Nature(
    name="contrepassations",
    line=ContrepassationLine,
    action=Action.ECRIRE_FINANCEMENT,
    load=load_contrepassations,
    decide=contrepasser,
    constraints={"uq_versement_corrige": deja_corrige},
)
VERSEMENTS = Nature(
    name="versements",
    line=VersementLine,
    action=Action.ECRIRE_FINANCEMENT,
    load=load_versements,
    decide=enregistrer_versement,
)

"""The money of a region and a year, read in a handful of statements; nothing is rounded here."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.gateway.queries.champ import CHAMP, ETATS, Champ
from services.gateway.queries.suivi import Etat, Mois, Termes, en_retard, etat_de

ANNEXES = text(f"""
    {CHAMP}
    select a.annexe_id, a.structure_id, a.numero, a.etp, a.heures_par_etp, a.montant_unitaire, a.montant_socle,
           coalesce(a.montant_cofinance, 0) as cofinance, coalesce(a.montant_module, 0) as module,
           coalesce(a.montant_fdi, 0) as fdi, a.date_debut, a.date_fin, c.raison_sociale, c.type_structure,
           c.departement
    from annexe a join champ c using (structure_id)
    where a.etat in {ETATS} and a.mesure not like 'FDI%' and a.date_debut <= :fin and a.date_fin >= :debut
    order by a.numero, a.annexe_id
""")  # noqa: S608 # constants of these modules
# An annexe and its avenants of modification count as one: hours join by the number without its last digit.
HOURS = text(f"""
    {CHAMP}
    select h.structure_id, left(h.annexe, -1) as racine, h.annee, h.mois, sum(h.heures) as heures,
           sum(h.heures_eligibles) as eligibles
    from heures h join champ c using (structure_id) where h.annee between :annee - 1 and :annee + 1
    group by h.structure_id, left(h.annexe, -1), h.annee, h.mois
""")  # noqa: S608 # idem
PAID = text(f"""
    {CHAMP}
    select v.structure_id, v.financeur, v.nature, sum(v.montant) as montant
    from versement v join champ c using (structure_id) where v.annee = :annee
    group by v.structure_id, v.financeur, v.nature
""")  # noqa: S608 # idem
COFUNDERS = text(f"""
    {CHAMP}
    select f.cofinancement_id, f.annexe_id, f.structure_id, f.financeur, f.montant, f.circuit, f.postes,
           f.theorique, f.ecart_signale, a.numero
    from cofinancement f join annexe a using (annexe_id) join champ c on c.structure_id = f.structure_id
    where a.etat in {ETATS} and a.mesure not like 'FDI%' and a.date_debut <= :fin and a.date_fin >= :debut
    order by a.numero, f.financeur
""")  # noqa: S608 # idem
ENVELOPES = text("""
    select e.niveau, e.territoire, e.notifie, e.notifie_etp,
           (select coalesce(sum(case when c.destination_id = e.enveloppe_id then c.montant else -c.montant end), 0)
            from credit_deplace c where e.enveloppe_id in (c.origine_id, c.destination_id)) as mouvements
    from enveloppe e
    where e.annee = :annee and e.nature = 'AIDE_POSTE'
      and (e.niveau = 'DEPARTEMENTAL' and e.territoire = any(cast(:departements as text[]))
           or e.niveau = 'REGIONAL' and e.territoire = :region)
""")
CLAUSES = text("""
    select m.marche_id, m.departement, m.modalite, m.date_notification, m.date_fin, m.heures_prevues,
           m.heures_realisees, m.structure_id is not null as siae,
           (select coalesce(sum(i.heures), 0) from imputation i where i.marche_id = m.marche_id) as imputees
    from marche m where m.annee = :annee and m.departement = any(cast(:departements as text[]))
    order by m.departement, m.modalite, m.marche_id
""")
MOVES = text("""
    select redeploiement_id, etat, lignes, known_on from redeploiement
    where region = :region and known_on between :debut and cast(:fin as date) + 365 order by known_on, redeploiement_id
""")
SETTLED = text(f"""
    {CHAMP}
    select a.structure_id, a.financeur, a.numero, a.demande, a.montant, a.le, c.raison_sociale, c.departement,
           a.numero = max(a.numero) over (partition by a.structure_id, a.financeur) as en_vigueur
    from arbitrage a join champ c using (structure_id) where a.annee = :annee
    order by c.raison_sociale, a.structure_id, a.financeur, a.numero desc
""")  # noqa: S608 # idem
AIDE_POSTE = ("AIDE_POSTE_SOCLE", "AIDE_POSTE_MODULEE")


@dataclass(frozen=True, slots=True)
class AnnexeSuivie:
    """An annexe in force that meets the year, and where it stands."""

    annexe_id: UUID
    structure_id: UUID
    numero: str
    raison_sociale: str
    type_structure: str
    departement: str
    termes: Termes
    module: Decimal
    fdi: Decimal
    etat: Etat


@dataclass(frozen=True, slots=True)
class Marche:
    """A contract with a clause and its hours of the year; ``retard`` against the time elapsed."""

    departement: str
    modalite: str
    prevues: Decimal
    realisees: Decimal
    imputees: Decimal
    siae: bool
    retard: bool


@dataclass(frozen=True, slots=True)
class Finances:
    """The money of a region and a year.

    Attributes
    ----------
    verse
        Payments of the year by (structure, funder, kind), euros.
    enveloppes
        By (level, territory), rows of ``ENVELOPES``.
    """

    champ: Champ
    annexes: Sequence[AnnexeSuivie]
    verse: Mapping[tuple[UUID, str, str], Decimal]
    cofinancements: Sequence[RowMapping]
    enveloppes: Mapping[tuple[str, str], RowMapping]
    marches: Sequence[Marche]
    redeploiements: Sequence[RowMapping]
    arbitrages: Sequence[RowMapping]


async def read_finances(conn: AsyncConnection, champ: Champ, le: date) -> Finances:
    """Read the money of a region and a year, as of a day: months over then are expected."""
    where = champ.parameters() | {"region": champ.region}

    async def read(statement: Any) -> Sequence[RowMapping]:
        return (await conn.execute(champ.statement(statement), where)).mappings().all()

    hours: dict[tuple[UUID, str], dict[Mois, tuple[Decimal, Decimal]]] = defaultdict(dict)
    for row in await read(HOURS):
        hours[row["structure_id"], row["racine"]][row["annee"], row["mois"]] = (
            row["heures"],
            row["eligibles"],
        )
    closed = (le.year, le.month - 1) if le.month > 1 else (le.year - 1, 12)
    return Finances(
        champ=champ,
        annexes=[_annexe(row, hours, closed) for row in await read(ANNEXES)],
        verse={(r["structure_id"], r["financeur"], r["nature"]): r["montant"] for r in await read(PAID)},
        cofinancements=await read(COFUNDERS),
        enveloppes={(r["niveau"], r["territoire"]): r for r in await read(ENVELOPES)},
        marches=[_marche(row, champ.annee, le) for row in await read(CLAUSES)],
        redeploiements=await read(MOVES),
        arbitrages=await read(SETTLED),
    )


def _annexe(
    row: RowMapping, hours: Mapping[tuple[UUID, str], Mapping[Mois, tuple[Decimal, Decimal]]], closed: Mois
) -> AnnexeSuivie:
    terms = Termes(
        row["etp"], row["heures_par_etp"], row["montant_unitaire"], row["montant_socle"], row["cofinance"],
        row["date_debut"], row["date_fin"],
    )  # fmt: skip
    own = hours.get((row["structure_id"], row["numero"][:-1]), {})
    return AnnexeSuivie(
        row["annexe_id"], row["structure_id"], row["numero"], row["raison_sociale"], row["type_structure"],
        row["departement"], terms, row["module"], row["fdi"], etat_de(terms, own, closed),
    )  # fmt: skip


def _marche(row: RowMapping, annee: int, le: date) -> Marche:
    """Return a contract; its hours are those of the year, expected over its part of that year."""
    start = max(row["date_notification"] or date(annee, 1, 1), date(annee, 1, 1))
    end = min(row["date_fin"] or date(annee, 12, 31), date(annee, 12, 31))
    return Marche(
        row["departement"],
        row["modalite"],
        row["heures_prevues"],
        row["heures_realisees"],
        row["imputees"],
        row["siae"],
        en_retard(row["heures_prevues"], row["heures_realisees"], start, max(start, end), le),
    )

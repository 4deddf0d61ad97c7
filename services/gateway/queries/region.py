"""Everything the pages show of a region and a year, read in a handful of statements.

Quantities are exact: hours are summed by hours-per-ETP and divided last, as fractions; nothing is rounded
here. Counts of persons are true counts: ``pages`` hides the small ones.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.gateway.queries.champ import CHAMP, MONTHS, Champ
from services.gateway.queries.counts import Comptes, read_counts

STRUCTURES = text(f"""
    {CHAMP},
    conv as (
        select structure_id, sum(etp * ({MONTHS})) as etp_mois, sum(postes_cddi_cd) as cddi
        from af group by structure_id
    ),
    paid as (
        select structure_id, sum(montant) as etat from versement join champ using (structure_id)
        where versement.annee = :annee and financeur = 'ETAT' group by structure_id
    )
    select c.*, v.etp_mois, v.cddi, coalesce(p.etat, 0) as etat
    from champ c join conv v using (structure_id) left join paid p using (structure_id) order by c.structure_id
""")  # noqa: S608 # constants of these modules
# Hours name the number of their day, M0 before an avenant and M1 after: they join by the number without its last digit.
HOURS = text(f"""
    {CHAMP},
    one as (select distinct on (structure_id, left(numero, -1)) structure_id, left(numero, -1) as racine,
                   heures_par_etp
            from af order by structure_id, left(numero, -1), debut desc, numero desc)
    select c.structure_id, c.departement, c.type_structure, h.mois, o.heures_par_etp, sum(h.heures) as heures
    from heures h join champ c using (structure_id)
    join one o on o.structure_id = h.structure_id and o.racine = left(h.annexe, -1)
    where h.annee = :annee
    group by grouping sets ((c.structure_id, o.heures_par_etp),
                            (c.departement, c.type_structure, h.mois, o.heures_par_etp))
""")  # noqa: S608 # idem
TARGETS = text(f"""
    {CHAMP}
    select departement, type_structure, m as mois, sum(etp) as etp
    from af, generate_series(1, 12) m
    where m between extract(month from debut) and extract(month from fin)
    group by departement, type_structure, m
""")  # noqa: S608 # idem
DECLARED = text(f"""
    {CHAMP}
    select departement, mois, sum(attendues) as attendues, sum(recues) as recues from (
        select a.departement, m as mois, count(distinct a.structure_id) as attendues, 0 as recues
        from af a, generate_series(1, 12) m
        where m between extract(month from a.debut) and extract(month from a.fin) group by 1, 2
        union all
        select c.departement, d.mois, 0, count(*) from declaration d join champ c using (structure_id)
        where d.annee = :annee group by 1, 2
    ) both_sides group by departement, mois
""")  # noqa: S608 # idem
CLAUSES = text("""
    select departement, sum(heures_realisees) as heures from marche
    where annee = :annee and departement = any(cast(:departements as text[])) group by departement
""")
SEANCES = text("""
    select departement, date_seance, count(*) as dossiers, sum(etp_demandes) as demandes,
           sum(etp_accordes) as accordes
    from dossier where date_seance between :debut and :fin and departement = any(cast(:departements as text[]))
    group by departement, date_seance order by date_seance
""")
YEARS = text("""
    select distinct extract(year from a.date_debut)::int as annee from annexe a join structure s using (structure_id)
    where s.departement = any(cast(:departements as text[])) order by 1 desc limit 10
""")
SOURCES = ("presents", "candidatures", "sorties")
"""Sources of counts of persons that a territory page shows."""


@dataclass(slots=True)
class StructureFigures:
    """One structure over the year; ``etp_conventionnes`` is yearly (FIN-02), ``cddi`` None when unknown."""

    structure_id: UUID
    siret: str
    type_structure: str
    raison_sociale: str
    code_insee: str
    departement: str
    permanents: int | None
    chiffre_affaires: Decimal | None
    etp_conventionnes: Fraction
    cddi: int | None
    financement_etat: Decimal
    etp_realises: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class Seance:
    """One sitting of a CDIAE."""

    departement: str
    jour: date
    dossiers: int
    etp_demandes: Decimal
    etp_accordes: Decimal | None


@dataclass(slots=True)
class RegionFigures:
    """A region and a year.

    Attributes
    ----------
    months
        Monthly ETP realised (FIN-04) by (département, type, month).
    targets
        Monthly ETP conventionnés (FIN-01) by the same key.
    comptes
        Counts of persons by source, at every level and for every type, whatever the filter on types.
    declared
        Expected and received declarations by (département, month).
    """

    champ: Champ
    structures: list[StructureFigures]
    months: dict[tuple[str, str, int], Fraction]
    targets: dict[tuple[str, str, int], Decimal]
    comptes: dict[str, Comptes]
    declared: dict[tuple[str, int], tuple[int, int]]
    clauses: dict[str, Decimal]
    seances: list[Seance]
    years: list[int] = field(default_factory=list)
    memo: dict[str, Any] = field(default_factory=dict)

    def of(self, departement: str | None) -> list[StructureFigures]:
        """Return the structures of a département, or all of them."""
        return [s for s in self.structures if departement in (None, s.departement)]


async def read_region(conn: AsyncConnection, champ: Champ) -> RegionFigures:
    """Read all the figures of a region and a year."""
    where = champ.parameters()

    async def read(statement: Any) -> Iterable[Any]:
        return (await conn.execute(champ.statement(statement), where)).all()

    structures = {row.structure_id: _structure(row) for row in await read(STRUCTURES)}
    months: dict[tuple[str, str, int], Fraction] = {}
    for row in await read(HOURS):
        etp = Fraction(row.heures) / Fraction(row.heures_par_etp)
        if row.structure_id is not None:
            structures[row.structure_id].etp_realises += etp
        else:
            key = (row.departement, row.type_structure, row.mois)
            months[key] = months.get(key, Fraction(0)) + etp * 12
    return RegionFigures(
        champ=champ,
        structures=list(structures.values()),
        months=months,
        targets={(r.departement, r.type_structure, r.mois): r.etp for r in await read(TARGETS)},
        comptes={source: await read_counts(conn, champ, source) for source in SOURCES},
        declared={(r.departement, r.mois): (int(r.attendues), int(r.recues)) for r in await read(DECLARED)},
        clauses={r.departement: r.heures for r in await read(CLAUSES)},
        seances=[
            Seance(r.departement, r.date_seance, r.dossiers, r.demandes, r.accordes)
            for r in await read(SEANCES)
        ],
        years=[r.annee for r in await read(YEARS)],
    )


def _structure(row: Any) -> StructureFigures:
    of_year = row.annee is not None
    return StructureFigures(
        structure_id=row.structure_id,
        siret=row.siret,
        type_structure=row.type_structure,
        raison_sociale=row.raison_sociale,
        code_insee=row.code_insee,
        departement=row.departement,
        permanents=row.permanents if of_year else None,
        chiffre_affaires=row.chiffre_affaires if of_year else None,
        etp_conventionnes=Fraction(row.etp_mois) / 12,
        cddi=row.cddi,
        financement_etat=row.etat,
    )

"""The registry and the governance as pages show them: a list, a structure, a séance."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.elements import TextClause

from services.gateway.queries.champ import ETATS
from services.gateway.queries.known import as_known
from services.gateway.tables import convention, fiche_de_poste, histoire, structure

FOUND = """
    from structure s
    where s.departement = any(cast(:departements as text[]))
      and (cast(:type as text) is null or s.type_structure = :type)
      and (cast(:reseau as text) is null or s.reseau = :reseau)
      and (cast(:texte as text) is null or strpos(s.texte, :texte) > 0)
"""
# An antenne shares the convention of its mother.
EN_COURS = """
    from convention c where c.structure_id = coalesce(s.mere_id, s.structure_id)
      and coalesce(c.etat, 'SIGNEE') in ('SIGNEE', 'ACTIVE', 'SUSPENDUE')
"""
COUNT = text(f"select count(*) {FOUND}")  # constants of this module
LIST = text(f"""
    select s.structure_id, s.raison_sociale, s.type_structure, s.code_insee, s.departement, s.reseau, s.fermee_le,
           s.siret, (select sum(f.postes_ouverts) from fiche_de_poste f
                     where f.structure_id = s.structure_id and f.fermee_le is null) as postes,
           (select max(c.date_fin) {EN_COURS}) as conventionnee_au,
           (select max(c.suspendue_le) {EN_COURS} and c.etat = 'SUSPENDUE') as suspendue_le
    {FOUND}
      and (cast(:apres_nom as text) is null or (s.raison_sociale, s.structure_id) > (:apres_nom, cast(:apres_id as uuid)))
    order by s.raison_sociale, s.structure_id limit :limit offset :offset
""")  # noqa: S608 # idem
RESEAUX = text("""
    select distinct reseau from structure
    where departement = any(cast(:departements as text[])) and reseau is not null order by reseau
""")
ANNEXES = text("""
    select numero, mesure, etat, date_debut, date_fin, etp, montant_socle from annexe
    where structure_id = :id order by date_debut desc, numero desc limit 50
""")
# The same definitions as the territory pages (FIN-04 and FIN-01), for one structure.
MONTHS = text(f"""
    with af as (
        select numero, etp, heures_par_etp, greatest(date_debut, :debut) as debut, least(date_fin, :fin) as fin
        from annexe where structure_id = :id and etat in {ETATS} and mesure not like 'FDI%'
          and date_debut <= :fin and date_fin >= :debut
    ),
    one as (select distinct on (left(numero, -1)) left(numero, -1) as racine, heures_par_etp
            from af order by left(numero, -1), debut desc, numero desc)
    select m as mois,
           (select sum(etp) from af where m between extract(month from debut) and extract(month from fin)) as cible,
           (select count(*) from declaration d
            where d.structure_id = :id and d.annee = :annee and d.mois = m) as declarations,
           (select json_agg(json_build_array(h.heures::text, o.heures_par_etp::text))
            from heures h join one o on o.racine = left(h.annexe, -1)
            where h.structure_id = :id and h.annee = :annee and h.mois = m) as heures
    from generate_series(1, 12) m order by m
""")  # noqa: S608 # idem
YEARS = text("""
    select distinct generate_series(extract(year from date_debut)::int, extract(year from date_fin)::int) as annee
    from annexe where structure_id = :id order by 1 desc limit 10
""")
PLAN = text("""
    select * from plan where maille = :maille and territoire = :territoire order by date_debut desc, plan_id limit 1
""")
CDIAE = text("""
    select s.*, i.libelle, i.membres, i.quorum as quorum_instance, i.source_regles from seance s
    join instance i using (instance_id)
    where i.nature = 'CDIAE' and i.territoire = :departement and s.date_seance = :jour
    order by (s.etat = 'ANNULEE'), s.seance_id limit 1
""")
DOSSIERS = text("""
    select d.*, s.raison_sociale, s.type_structure, s.siret, s.code_insee from dossier d
    join structure s using (structure_id)
    where d.departement = :departement and d.date_seance = :jour
      and (cast(:seance as uuid) is null or d.seance_id is null or d.seance_id = :seance)
    order by s.raison_sociale, d.dossier_id
""")


@dataclass(frozen=True, slots=True)
class Filter:
    """What a reader asks of the list; ``texte`` is searched without accents.

    ``connu_le`` is the day the registry was known on, included; None for what is known now.
    """

    departements: Sequence[str]
    type: str | None = None
    reseau: str | None = None
    texte: str | None = None
    connu_le: date | None = None

    def parameters(self) -> dict[str, Any]:
        """Return the bind values of the list."""
        return {
            "departements": list(self.departements),
            "type": self.type,
            "reseau": self.reseau,
            "texte": self.texte,
            "connu_le": self.connu_le,
        }

    def statement(self, statement: TextClause) -> TextClause:
        """Return a statement as it reads the registry: as it is, or as it was known."""
        return as_known(statement) if self.connu_le else statement


@dataclass(frozen=True, slots=True)
class Found:
    """One page of the list, how many structures the filter keeps, and how many the territory has."""

    rows: Sequence[RowMapping]
    total: int
    ensemble: int
    reseaux: Sequence[str]


@dataclass(frozen=True, slots=True)
class Month:
    """A month of a structure: exact monthly ETP, None while nothing is declared."""

    mois: int
    etp: Fraction | None
    cible: Decimal | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """All that the views hold of a structure."""

    structure: RowMapping
    conventions: Sequence[RowMapping]
    annexes: Sequence[RowMapping]
    fiches: Sequence[RowMapping]
    histoire: Sequence[RowMapping]
    absorbante: RowMapping | None
    mere: RowMapping | None
    months: Sequence[Month]
    years: Sequence[int]


@dataclass(frozen=True, slots=True)
class Sitting:
    """A day of a CDIAE: the séance, when the instance is known here, and the files."""

    seance: RowMapping | None
    dossiers: Sequence[RowMapping]

    def total(self, column: str) -> Decimal:
        """Return the sum of a column of the files that tell it."""
        return sum((row[column] for row in self.dossiers if row[column] is not None), Decimal(0))


async def find_structures(conn: AsyncConnection, asked: Filter, limit: int, offset: int) -> Found:
    """Return one page of the structures that a filter keeps, by name."""
    return await _found(conn, asked, {"limit": limit, "offset": offset, "apres_nom": None, "apres_id": None})


async def list_structures(
    conn: AsyncConnection, asked: Filter, limit: int, apres: tuple[str, UUID] | None
) -> Found:
    """Return the structures that a filter keeps after a name and an identifier: what comes or goes moves nobody."""
    name, identity = apres or (None, None)
    return await _found(conn, asked, {"limit": limit, "offset": 0, "apres_nom": name, "apres_id": identity})


async def _found(conn: AsyncConnection, asked: Filter, place: dict[str, Any]) -> Found:
    where = asked.parameters()
    everything = Filter(asked.departements, connu_le=asked.connu_le).parameters()
    total = (await conn.execute(asked.statement(COUNT), where)).scalar_one()
    whole = (await conn.execute(asked.statement(COUNT), everything)).scalar_one()
    rows = await conn.execute(asked.statement(LIST), where | place)
    reseaux = await conn.execute(asked.statement(RESEAUX), everything)
    return Found(rows.mappings().all(), total, whole, reseaux.scalars().all())


async def find_years(conn: AsyncConnection, structure_id: UUID) -> Sequence[int]:
    """Return the years that an annexe of a structure covers, the last first."""
    return (await conn.execute(YEARS, {"id": structure_id})).scalars().all()


async def read_sheet(conn: AsyncConnection, structure_id: UUID, annee: int) -> Sheet | None:
    """Return what the views hold of a structure, the months of a year."""
    row = await find_structure(conn, structure_id)
    if row is None:
        return None
    of = structure_id

    async def read(table: Any, *order: Any) -> Sequence[RowMapping]:
        query = select(table).where(table.c.structure_id == of).order_by(*order)
        return (await conn.execute(query)).mappings().all()

    year = {"id": of, "annee": annee, "debut": date(annee, 1, 1), "fin": date(annee, 12, 31)}
    return Sheet(
        structure=row,
        conventions=(await read_conventions(conn, [of])).get(of, ()),
        annexes=(await conn.execute(ANNEXES, {"id": of})).mappings().all(),
        fiches=await read(fiche_de_poste, fiche_de_poste.c.appellation, fiche_de_poste.c.fiche_id),
        histoire=await read(histoire, histoire.c.version),
        absorbante=await find_structure(conn, row["absorbante_id"]) if row["absorbante_id"] else None,
        mere=await find_structure(conn, row["mere_id"]) if row["mere_id"] else None,
        months=[_month(month) for month in (await conn.execute(MONTHS, year)).all()],
        years=await find_years(conn, of),
    )


async def read_identities(conn: AsyncConnection, ids: Iterable[UUID]) -> Mapping[UUID, RowMapping]:
    """Return structures by identifier."""
    rows = await conn.execute(select(structure).where(structure.c.structure_id.in_(set(ids))))
    return {row["structure_id"]: row for row in rows.mappings()}


async def read_conventions(conn: AsyncConnection, ids: Iterable[UUID]) -> Mapping[UUID, Sequence[RowMapping]]:
    """Return the conventions of some structures, those of its mother for an antenne, the last first."""
    porteuse = func.coalesce(structure.c.mere_id, structure.c.structure_id)
    query = (
        select(convention, structure.c.structure_id.label("porte"))
        .join_from(structure, convention, convention.c.structure_id == porteuse)
        .where(structure.c.structure_id.in_(set(ids)))
        .order_by(convention.c.date_debut.desc())
    )
    found: dict[UUID, list[RowMapping]] = {}
    for row in (await conn.execute(query)).mappings():
        found.setdefault(row["porte"], []).append(row)
    return found


async def find_structure(conn: AsyncConnection, structure_id: UUID) -> RowMapping | None:
    """Return a structure."""
    rows = await conn.execute(select(structure).where(structure.c.structure_id == structure_id))
    return rows.mappings().first()


def _month(row: Any) -> Month:
    done = None
    if row.declarations:
        done = sum((Fraction(hours) / Fraction(per_etp) for hours, per_etp in row.heures or ()), Fraction(0))
    return Month(row.mois, None if done is None else done * 12, row.cible)


async def read_sitting(conn: AsyncConnection, departement: str, jour: date) -> Sitting:
    """Return a day of the CDIAE of a département; files of the past have no séance."""
    where = {"departement": departement, "jour": jour}
    held = (await conn.execute(CDIAE, where)).mappings().first()
    dossiers = await conn.execute(DOSSIERS, where | {"seance": held["seance_id"] if held else None})
    return Sitting(held, dossiers.mappings().all())


async def read_plan(
    conn: AsyncConnection, maille: str, territoire: str, connu_le: date | None = None
) -> RowMapping | None:
    """Return the latest plan of a territory, as it is or as it was known on a day."""
    statement = as_known(PLAN) if connu_le else PLAN
    where = {"maille": maille, "territoire": territoire, "connu_le": connu_le}
    return (await conn.execute(statement, where)).mappings().first()

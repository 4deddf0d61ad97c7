"""What was declared and paid on annexes, an annexe and its avenants of modification counting as one."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

# The hours name the number of their day: M0 before the avenant, M1 after. Its one digit gives ten numbers to look for.
# After a merger two structures may have one number: each has its own hours.
DECLARED = """
    from annexe_financiere a cross join generate_series(0, 9) as m(rang)
    join heures_declarees h on h.annexe_numero = left(a.numero, -1) || m.rang and h.structure_id = a.structure_id
     and h.mois between to_char(a.date_debut, 'YYYY-MM') and to_char(a.date_fin, 'YYYY-MM')
    where a.id = any(cast(:ids as uuid[])) and a.mesure
"""
# A travailleur indépendant earns one whole aid at most (F29): what passes it in a month earns nothing.
HOURS = text(f"""
    select a.id, h.mois, sum(h.heures) as heures, sum(h.heures_eligibles) as eligibles
    {DECLARED} <> 'EITI_DC' group by a.id, h.mois
    union all
    select id, mois, sum(heures), sum(least(total, entier) - least(total - eligibles, entier)) from (
        select a.id, h.mois, a.heures_par_etp as entier, sum(h.heures) as heures, sum(h.heures_eligibles) as eligibles,
               sum(sum(h.heures_eligibles)) over (partition by a.id, h.contrat_id order by h.mois) as total
        {DECLARED} = 'EITI_DC' group by a.id, h.mois, a.heures_par_etp, h.contrat_id
    ) by_contrat group by id, mois
    order by id, mois
""")  # noqa: S608 # constants of this module
PAID = text("""
    select a.id, v.mois, v.financeur, v.nature, sum(v.montant) as montant
    from annexe_financiere a cross join generate_series(0, 9) as m(rang)
    join annexe_financiere b on b.numero = left(a.numero, -1) || m.rang and b.structure_id = a.structure_id
     and b.date_debut <= a.date_fin and b.date_fin >= a.date_debut
    join versement v on v.annexe_id = b.id
    where a.id = any(cast(:ids as uuid[]))
    group by a.id, v.mois, v.financeur, v.nature order by a.id, v.mois
""")
IN_FORCE = text("""
    select a.*, s.departement, s.type_structure, s.raison_sociale, s.siret
    from annexe_financiere a join structure s on s.id = a.structure_id
    where s.departement = any(cast(:departements as text[])) and a.etat in ('VALIDE', 'PROVISOIRE', 'CLOTURE')
      and a.date_debut <= make_date(:annee, 12, 31) and a.date_fin >= make_date(:annee, 1, 1)
    order by s.departement, a.numero
""")
VERSIONS = text("""
    select d.declaration_id, d.version, d.mois, d.connue_le, d.heures, d.heures_eligibles
    from version_declaration d
    where d.annexe_numero = any(cast(:numeros as text[]))
      and not exists (
          select 1 from heures_declarees h where h.declaration_id = d.declaration_id and h.structure_id <> :structure
      )
    order by d.mois, d.declaration_id, d.version limit 500
""")


class Heures(NamedTuple):
    """Hours of an annexe in a month; ``eligibles`` earn the aid, those of an EITI up to one ETP by contract."""

    mois: str
    heures: Decimal
    eligibles: Decimal


async def hours_of(conn: AsyncConnection, ids: Sequence[UUID]) -> dict[UUID, list[Heures]]:
    """Return the declared hours of annexes, by month in order; an annexe without hours is absent."""
    found: dict[UUID, list[Heures]] = {}
    for row in await conn.execute(HOURS, {"ids": list(ids)}):
        found.setdefault(row.id, []).append(Heures(row.mois, row.heures, row.eligibles))
    return found


async def payments_of(conn: AsyncConnection, ids: Sequence[UUID]) -> dict[UUID, list[RowMapping]]:
    """Return what was paid on annexes by month, funder and kind, in order of the months."""
    found: dict[UUID, list[RowMapping]] = {}
    for row in (await conn.execute(PAID, {"ids": list(ids)})).mappings():
        found.setdefault(row["id"], []).append(row)
    return found


async def annexes_in_force(
    conn: AsyncConnection, departements: Sequence[str], annee: int
) -> Sequence[RowMapping]:
    """Return the annexes in force or settled that meet a year in some départements."""
    return (
        (await conn.execute(IN_FORCE, {"departements": list(departements), "annee": annee})).mappings().all()
    )


async def declarations_of(conn: AsyncConnection, numero: str, structure_id: UUID) -> Sequence[RowMapping]:
    """Return at most 500 versions of a structure's declarations of an annexe, what each said, in order."""
    numeros = [f"{numero[:-1]}{rang}" for rang in range(10)]
    return (await conn.execute(VERSIONS, {"numeros": numeros, "structure": structure_id})).mappings().all()


def mois_clos(le: date) -> str:
    """Return the last month that is over on a day, ``AAAA-MM``."""
    year, month = (le.year, le.month - 1) if le.month > 1 else (le.year - 1, 12)
    return f"{year:04d}-{month:02d}"

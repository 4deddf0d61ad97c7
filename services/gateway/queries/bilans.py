"""Some structures, year after year: ETP, exits forecast, funders, files of the CDIAE.

The same definitions as the pages of territories (FIN-02, FIN-03), for a few structures and several years at once.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.gateway.queries.champ import ETATS, MONTHS

AF = f"""
    with an as (
        select annee, make_date(annee, 1, 1) as premier, make_date(annee, 12, 31) as dernier
        from unnest(cast(:annees as int[])) annee
    ),
    af as (
        select a.*, an.annee, greatest(a.date_debut, an.premier) as debut, least(a.date_fin, an.dernier) as fin
        from annexe a join an on a.date_debut <= an.dernier and a.date_fin >= an.premier
        where a.structure_id = any(cast(:structures as uuid[])) and a.etat in {ETATS} and a.mesure not like 'FDI%'
    )
"""  # noqa: S608 # constants of these modules
CONVENTIONNES = text(f"""
    {AF}
    select structure_id, annee, sum(etp * ({MONTHS})) as etp_mois, sum(sorties_prevues) as prevues,
           sum(sorties_prevues * (taux_durable_prevu + taux_transition_prevu + taux_positive_prevu)) as dynamiques,
           bool_or(sorties_prevues is not null and taux_durable_prevu + taux_transition_prevu
                   + taux_positive_prevu is null) as taux_inconnu
    from af group by structure_id, annee
""")  # noqa: S608 # idem
HEURES = text(f"""
    {AF},
    one as (select distinct on (structure_id, annee, left(numero, -1)) structure_id, annee,
                   left(numero, -1) as racine, heures_par_etp
            from af order by structure_id, annee, left(numero, -1), debut desc, numero desc)
    select h.structure_id, h.annee, o.heures_par_etp, sum(h.heures) as heures
    from heures h join one o
      on o.structure_id = h.structure_id and o.annee = h.annee and o.racine = left(h.annexe, -1)
    group by h.structure_id, h.annee, o.heures_par_etp
""")  # noqa: S608 # idem
ATTENDUS = text(f"""
    {AF},
    attendu as (
        select distinct structure_id, annee, m as mois from af, generate_series(1, 12) m
        where m between extract(month from debut) and extract(month from fin)
    )
    select structure_id, annee, count(*) as attendus, count(d.declaration_id) as recus
    from attendu left join declaration d using (structure_id, annee, mois)
    where make_date(annee, mois, 1) < date_trunc('month', cast(:le as date)) or d.declaration_id is not null
    group by structure_id, annee
""")  # noqa: S608 # idem
VERSES = text("""
    select structure_id, annee, financeur, sum(montant) as montant from versement
    where structure_id = any(cast(:structures as uuid[])) and annee = any(cast(:annees as int[]))
    group by 1, 2, 3
""")
EXAMINES = text("""
    select d.*, s.conclusions, s.etat as etat_seance from dossier d left join seance s using (seance_id)
    where d.structure_id = any(cast(:structures as uuid[])) and d.date_seance < :avant
    order by d.date_seance desc, d.dossier_id
""")
CANDIDATURES = text("""
    select (select count(*) from candidature where structure_id = :id and envoyee_le > :depuis) as candidatures,
           (select coalesce(sum(postes_ouverts), 0) from fiche_de_poste
            where structure_id = :id and fermee_le is null) as postes
""")
RECENTES = timedelta(weeks=3)
"""Recent candidatures, for the score of attractiveness (registre §6)."""


@dataclass(slots=True)
class Bilan:
    """A structure over a civil year.

    Attributes
    ----------
    etp_realises
        None while nothing is declared.
    mois_attendus, mois_recus
        Months over, under an annexe, and those of them that are declared.
    sorties_prevues, dynamiques_prevues
        Exits forecast in the annexes; None when no annexe says it.
    financeurs
        Euros paid in the year by funder.
    """

    annee: int
    etp_conventionnes: Fraction = Fraction(0)
    etp_realises: Fraction | None = None
    mois_attendus: int = 0
    mois_recus: int = 0
    sorties_prevues: int | None = None
    dynamiques_prevues: Fraction | None = None
    financeurs: dict[str, Decimal] = field(default_factory=dict)


Bilans = Mapping[UUID, Mapping[int, Bilan]]


async def read_bilans(
    conn: AsyncConnection, structures: Iterable[UUID], annees: Sequence[int], le: date
) -> Bilans:
    """Return what each of some structures did in each of some years; ``le`` is the day of the reading."""
    ids = sorted(set(structures))
    found = {identity: {annee: Bilan(annee) for annee in annees} for identity in ids}
    where = {"structures": ids, "annees": list(annees), "le": le}

    async def read(statement: Any) -> Iterable[tuple[Bilan, Any]]:
        rows = (await conn.execute(statement, where)).all() if ids else []
        return [(found[row.structure_id][row.annee], row) for row in rows]

    for bilan, row in await read(CONVENTIONNES):
        bilan.etp_conventionnes = Fraction(row.etp_mois) / 12
        bilan.sorties_prevues = row.prevues
        if row.dynamiques is not None and not row.taux_inconnu:
            bilan.dynamiques_prevues = Fraction(row.dynamiques)
    for bilan, row in await read(ATTENDUS):
        bilan.mois_attendus, bilan.mois_recus = row.attendus, row.recus
        if row.recus:
            bilan.etp_realises = Fraction(0)
    for bilan, row in await read(HEURES):
        bilan.etp_realises = (bilan.etp_realises or 0) + Fraction(row.heures) / Fraction(row.heures_par_etp)
    for bilan, row in await read(VERSES):
        bilan.financeurs[row.financeur] = row.montant
    return found


async def read_examines(
    conn: AsyncConnection, structures: Iterable[UUID], avant: date
) -> Mapping[UUID, Sequence[RowMapping]]:
    """Return the files of some structures at the CDIAE before a day, the last first."""
    rows = await conn.execute(EXAMINES, {"structures": sorted(set(structures)), "avant": avant})
    found: dict[UUID, list[RowMapping]] = {}
    for row in rows.mappings():
        found.setdefault(row["structure_id"], []).append(row)
    return found


async def read_attractivite(conn: AsyncConnection, structure_id: UUID, le: date) -> tuple[int, int]:
    """Return the candidatures of three weeks and the open posts of a structure."""
    row = (await conn.execute(CANDIDATURES, {"id": structure_id, "depuis": le - RECENTES})).one()
    return row.candidatures, int(row.postes)

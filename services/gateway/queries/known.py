"""Reading the views as they were known on a day.

Every statement on the views names them without a schema. As known on a day, the same statement reads common table
expressions of the same names: the rows whose facts were known, and those that later facts replaced. Inside one of
them its own name still is the view, so each says what it keeps of it.
"""

# ruff: noqa: S608 -- every name in a text is a constant of these modules

from functools import cache

from sqlalchemy import text
from sqlalchemy.sql.elements import TextClause

VALID = "connu_du <= cast(:connu_le as date) and connu_avant > cast(:connu_le as date)"
KNOWN = "{alias}.known_on <= cast(:connu_le as date)"


def _past(view: str) -> str:
    return (
        f"select p.* from (select distinct on (cle) ligne from passe where vue = '{view}' and {VALID} "
        f"order by cle, connu_avant) former, json_populate_record(null::{view}, former.ligne) p"
    )


def _not_past(view: str, key: str) -> str:
    return f"not exists (select 1 from passe where vue = '{view}' and cle = t.{key} and {VALID})"


def _rows(view: str, key: str) -> str:
    known = KNOWN.format(alias="t")
    return f"{view} as (select t.* from {view} t where {known} and {_not_past(view, key)} union all {_past(view)})"


def _plain(view: str) -> str:
    return f"{view} as (select t.* from {view} t where {KNOWN.format(alias='t')})"


# Hours come first: they look at the view of declarations itself, not at what is known of it.
HEURES = f"""heures as (
    select h.* from heures h join declaration t using (declaration_id)
    where {KNOWN.format(alias="t")} and {_not_past("declaration", "declaration_id")}
    union all
    select p.* from (select distinct on (cle) ligne from passe where vue = 'heures' and {VALID}
                     order by cle, connu_avant) former,
                    json_populate_recordset(null::heures, former.ligne) p
)"""
PRESENCE = """presence as (
    select d.annee, d.structure_id, personne_id, cast(count(*) as int) as mois
    from declaration d, unnest(d.personnes) personne_id group by 1, 2, 3
)"""
CANDIDATURE = f"""candidature as (
    select t.candidature_id, t.personne_id, t.structure_id, t.origine, t.envoyee_le,
           case when later then 'new' else t.etat end as etat, case when not later then t.decidee_le end as decidee_le,
           case when not later then t.contrat_id end as contrat_id, t.known_on,
           case when not later then t.decision_known_on end as decision_known_on
    from candidature t, lateral (select coalesce(t.decision_known_on > cast(:connu_le as date), false)) l(later)
    where {KNOWN.format(alias="t")} and {_not_past("candidature", "candidature_id")}
    union all {_past("candidature")}
)"""
CONTRAT = f"""contrat as (
    select t.contrat_id, t.personne_id, t.structure_id, t.type_contrat, t.date_debut, t.date_fin_prevue,
           case when not later then t.date_sortie end as date_sortie, case when not later then t.categorie end as categorie,
           case when not later then t.dynamique end as dynamique, case when not later then t.comptee end as comptee,
           case when not later then t.raison end as raison, t.known_on,
           case when not later then t.sortie_known_on end as sortie_known_on
    from contrat t, lateral (select coalesce(t.sortie_known_on > cast(:connu_le as date), false)) l(later)
    where {KNOWN.format(alias="t")} and {_not_past("contrat", "contrat_id")}
    union all {_past("contrat")}
)"""
ROWS = {
    "structure": "structure_id",
    "convention": "convention_id",
    "fiche_de_poste": "fiche_id",
    "plan": "plan_id",
    "annexe": "annexe_id",
    "declaration": "declaration_id",
    "marche": "marche_id",
    "cofinancement": "cofinancement_id",
    "redeploiement": "redeploiement_id",
    "droit": "droit_id",
    "publics": "publics_id",
}
PLAIN = (
    "versement", "dossier", "diagnostic", "etape", "suivi", "fusion", "enveloppe",
    "credit_deplace", "imputation", "arbitrage",
)  # fmt: skip
PREFIX = ", ".join(
    [
        HEURES,
        *(_rows(view, key) for view, key in ROWS.items()),
        PRESENCE,
        CANDIDATURE,
        CONTRAT,
        *(_plain(view) for view in PLAIN),
    ]
)


@cache
def as_known(statement: TextClause) -> TextClause:
    """Return a statement that reads the views as they were known on ``:connu_le``, included.

    Parameters
    ----------
    statement
        Names the views without a schema, may start with ``with``, and may bind ``:connu_le`` elsewhere.
    """
    body = statement.text.strip()
    rest = body.removeprefix("with ")
    return text(f"with {PREFIX}{', ' if rest != body else ' '}{rest}")

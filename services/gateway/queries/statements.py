"""The statements that count: one per source, each of which gives the four levels at once (all, by département, by type, by both).

A count of distinct persons is counted at each level, never added. Nothing is hidden here.
"""

# ruff: noqa: S608 -- every name in a text is a constant of these modules

from collections.abc import Mapping
from types import MappingProxyType

from sqlalchemy import text

from services.gateway.queries.champ import CHAMP, ETATS, MONTHS
from services.gateway.queries.fusions import gardees
from services.gateway.queries.publics import MOTIFS, PUBLICS, counted

LEVEL = "grouping(departement, type_structure) as niveau"
SETS = "group by grouping sets ((), (departement), (type_structure), (departement, type_structure))"
SETS_STRUCTURES = f"{SETS.removesuffix(')')}, (departement, type_structure, structure_id))"
SETS_MONTHS = "group by grouping sets ((mois), (departement, mois), (type_structure, mois), (departement, type_structure, mois))"
TIERS = "origine in ('PRESCRIPTEUR', 'ORIENTEUR')"
ATTENTE = "etat in ('new', 'processing', 'postponed')"
CANDIDATURES, CONTRATS, DIAGNOSTICS, DROITS, PRESENCES = (
    gardees(vue) for vue in ("candidature", "contrat", "diagnostic", "droit", "presence")
)
REPONDU = "etat in ('accepted', 'refused') and decidee_le is not null"

SOURCES: Mapping[str, str] = MappingProxyType(
    {
        "offre": f"""
            {CHAMP},
            conv as (select distinct structure_id from af)
            select departement, type_structure, {LEVEL}, count(*) as structures,
                   count(distinct left(siret, 9)) as organismes, count(distinct code_insee) as communes_pourvues,
                   sum(permanents) as permanents, sum(chiffre_affaires) as chiffre_affaires
            from champ join conv using (structure_id) {SETS}
        """,
        "antennes": f"""
            {CHAMP}
            select c.departement, c.type_structure, grouping(c.departement, c.type_structure) as niveau,
                   count(*) filter (where s.mere_id is not null) as antennes,
                   sum((select coalesce(sum(f.postes_ouverts), 0) from fiche_de_poste f
                        where f.structure_id = c.structure_id and f.fermee_le is null)) as postes_ouverts
            from champ c join structure s using (structure_id) where s.fermee_le is null
            group by grouping sets ((), (c.departement), (c.type_structure), (c.departement, c.type_structure))
        """,
        "presents": f"""
            {CHAMP},
            present as (
                select c.departement, c.type_structure, coalesce(f.conservee_id, p.personne_id) as personne_id
                from presence p join champ c using (structure_id)
                left join fusion f on f.absorbee_id = p.personne_id where p.annee = :annee and p.mois > 0
            ),
            again as (
                select * from present
                where personne_id in (select personne_id from present group by personne_id having count(*) > 1)
            ),
            counted as (
                select departement, type_structure, {LEVEL}, count(*) as personnes from present {SETS}
                union all
                select departement, type_structure, {LEVEL}, count(distinct personne_id) - count(*) from again {SETS}
            ),
            whole as (
                select departement, type_structure, niveau, cast(sum(personnes) as bigint) as personnes
                from counted group by departement, type_structure, niveau
            ),
            several as (
                select departement, count(*) as personnes_deux_types from (
                    select departement, personne_id from again
                    group by grouping sets ((personne_id), (departement, personne_id))
                    having count(distinct type_structure) > 1
                ) crossed group by departement
            )
            select w.*, case when w.niveau in (1, 3) then coalesce(s.personnes_deux_types, 0) end as personnes_deux_types
            from whole w left join several s on s.departement is not distinct from w.departement and w.niveau in (1, 3)
        """,
        "mois": f"""
            {CHAMP},
            declared as (
                select c.departement, c.type_structure, d.mois, d.personnes
                from declaration d join champ c using (structure_id)
                where d.annee = :annee and d.mois between :mois1 and :mois2
            ),
            several as (
                select gardee from {PRESENCES} p join champ using (structure_id) where p.annee = :annee
                group by gardee having count(*) > 1
            ),
            again as (
                select d.departement, d.type_structure, d.mois, coalesce(f.conservee_id, p.id) as personne_id
                from declared d cross join unnest(d.personnes) p(id) left join fusion f on f.absorbee_id = p.id
                where coalesce(f.conservee_id, p.id) in (select gardee from several)
            ),
            monthly as (
                select departement, type_structure, {LEVEL}, mois, sum(cardinality(personnes)) as lignes, 0 as doublons
                from declared {SETS_MONTHS}
                union all
                select departement, type_structure, {LEVEL}, mois, 0, count(*) - count(distinct personne_id)
                from again {SETS_MONTHS}
            )
            select departement, type_structure, niveau, cast(sum(lignes) as bigint) as salaries_mois,
                   cast(sum(lignes - doublons) as bigint) as presences, count(distinct mois) as mois_declares
            from monthly group by departement, type_structure, niveau
        """,
        "candidatures": f"""
            {CHAMP},
            sent as (
                select c.departement, c.type_structure, k.*, {TIERS} as tiers, k.decidee_le - k.envoyee_le as delai
                from candidature k join champ c using (structure_id)
                where k.envoyee_le between :debut and :fin
            )
            select departement, type_structure, {LEVEL},
                   count(*) filter (where tiers) as envoyees,
                   count(*) filter (where origine = 'PRESCRIPTEUR') as par_prescripteur,
                   count(*) filter (where origine = 'ORIENTEUR') as par_orienteur,
                   count(*) filter (where origine = 'EMPLOYEUR') as par_employeur,
                   count(*) filter (where origine = 'CANDIDAT') as par_candidat,
                   count(*) filter (where tiers and etat = 'accepted') as acceptees,
                   count(*) filter (where tiers and etat = 'accepted' and contrat_id is not null) as embauches,
                   count(*) filter (where tiers and etat = 'refused') as refusees,
                   count(*) filter (where tiers and {ATTENTE}) as sans_reponse,
                   count(*) filter (where tiers and {REPONDU}) as repondues,
                   count(*) filter (where tiers and {REPONDU} and delai <= 30) as repondues_30,
                   count(*) filter (where tiers and {REPONDU} and delai between 31 and 45) as repondues_45,
                   count(*) filter (where tiers and {REPONDU} and delai between 46 and 60) as repondues_60,
                   count(*) filter (where tiers and {REPONDU} and delai between 61 and 90) as repondues_90,
                   count(*) filter (where tiers and {REPONDU} and delai > 90) as repondues_plus,
                   count(*) filter (where tiers and envoyee_le < cast(:arret as date) - 30) as anciennes,
                   count(*) filter (where tiers and envoyee_le < cast(:arret as date) - 30 and {REPONDU} and delai <= 30)
                       as anciennes_30
            from sent {SETS}
        """,
        "delais": f"""
            {CHAMP},
            answered as (
                select c.departement, c.type_structure, k.decidee_le - k.envoyee_le as delai
                from candidature k join champ c using (structure_id)
                where k.envoyee_le between :debut and :fin and {TIERS} and {REPONDU}
            )
            select departement, type_structure, {LEVEL},
                   percentile_disc(0.25) within group (order by delai) as delai_q1,
                   percentile_disc(0.5) within group (order by delai) as delai_mediane,
                   percentile_disc(0.75) within group (order by delai) as delai_q3
            from answered {SETS}
        """,
        "orientes": f"""
            {CHAMP},
            sent as (
                select c.departement, c.type_structure, k.gardee,
                       k.etat = 'accepted' and k.contrat_id is not null as embauchee
                from {CANDIDATURES} k join champ c using (structure_id)
                where k.envoyee_le between :debut and :fin and {TIERS}
            )
            select departement, type_structure, {LEVEL}, count(distinct gardee) as personnes_orientees,
                   count(distinct gardee) filter (where embauchee) as personnes_embauchees
            from sent {SETS}
        """,
        "attente": f"""
            {CHAMP},
            waiting as (
                select c.departement, c.type_structure, k.gardee, min(k.envoyee_le) as premiere
                from {CANDIDATURES} k join champ c using (structure_id)
                where k.envoyee_le > cast(:arret as date) - interval '6 months' and k.envoyee_le <= :arret
                group by grouping sets ((k.gardee), (c.departement, k.gardee),
                                        (c.type_structure, k.gardee),
                                        (c.departement, c.type_structure, k.gardee))
                having not bool_or(k.etat = 'accepted' and k.decidee_le <= :arret)
            )
            select departement, type_structure,
                   case when departement is null then 2 else 0 end + case when type_structure is null then 1 else 0 end
                       as niveau,
                   count(*) as file_active, count(*) filter (where premiere < cast(:arret as date) - 30) as sans_solution
            from waiting group by departement, type_structure
        """,
        "embauches": f"""
            {CHAMP},
            firsts as (
                select c.departement, c.type_structure, k.gardee, min(k.envoyee_le) as premiere,
                       min(e.date_debut) filter (where e.date_debut >= k.envoyee_le) as embauche
                from {CANDIDATURES} k join champ c using (structure_id)
                left join contrat e on e.contrat_id = k.contrat_id and k.etat = 'accepted'
                where k.origine <> 'EMPLOYEUR' and k.envoyee_le between :debut and :fin
                group by grouping sets ((k.gardee), (c.departement, k.gardee),
                                        (c.type_structure, k.gardee),
                                        (c.departement, c.type_structure, k.gardee))
            )
            select departement, type_structure,
                   case when departement is null then 2 else 0 end + case when type_structure is null then 1 else 0 end
                       as niveau,
                   count(*) as embauchees_delai,
                   percentile_disc(0.25) within group (order by embauche - premiere) as embauche_q1,
                   percentile_disc(0.5) within group (order by embauche - premiere) as embauche_mediane,
                   percentile_disc(0.75) within group (order by embauche - premiere) as embauche_q3
            from firsts where embauche >= premiere group by departement, type_structure
        """,
        "autoprescription": f"""
            {CHAMP},
            found as (
                select gardee, structure_id, min(date_diagnostic) as le from {DIAGNOSTICS} d
                where auteur = 'employeur' group by gardee, structure_id
            ),
            hired as (
                select c.departement, c.type_structure, coalesce(d.le <= k.decidee_le, false) as auto
                from {CANDIDATURES} k join champ c using (structure_id) left join found d using (gardee, structure_id)
                where k.etat = 'accepted' and k.contrat_id is not null and k.decidee_le between :debut and :fin
            )
            select departement, type_structure, {LEVEL}, count(*) as embauches_toutes,
                   count(*) filter (where auto) as embauches_auto
            from hired {SETS}
        """,
        "sorties": f"""
            {CHAMP},
            left_ones as (
                select c.departement, c.type_structure, k.*
                from contrat k join champ c using (structure_id) where k.date_sortie between :debut and :fin
            )
            select departement, type_structure, structure_id, {LEVEL}, count(*) as sorties,
                   count(*) filter (where comptee) as comptees,
                   count(*) filter (where comptee and dynamique) as dynamiques,
                   count(*) filter (where comptee and categorie = 'DURABLE') as durables,
                   count(*) filter (where comptee and categorie = 'TRANSITION') as transitions,
                   count(*) filter (where comptee and categorie = 'POSITIVE') as positives,
                   count(*) filter (where comptee and not dynamique) as autres,
                   count(*) filter (where raison = 'duree_insuffisante') as ecartees_duree,
                   count(*) filter (where raison = 'heures_insuffisantes') as ecartees_heures,
                   count(*) filter (where raison = 'retrait') as ecartees_retrait
            from left_ones {SETS_STRUCTURES}
        """,
        "durees": f"""
            {CHAMP},
            followed as (
                select c.departement, c.type_structure, k.date_sortie, k.comptee,
                       k.date_sortie - min(k.date_debut) over (partition by k.structure_id, k.gardee) + 1 as jours
                from {CONTRATS} k join champ c using (structure_id)
            )
            select departement, type_structure, {LEVEL}, sum(jours) as jours_comptees
            from followed where date_sortie between :debut and :fin and comptee {SETS}
        """,
        "contrats": f"""
            {CHAMP},
            signed as (
                select c.departement, c.type_structure, k.*, row_number() over one = 1 as premier,
                       lead(k.contrat_id) over one is not null as suivi
                from {CONTRATS} k join champ c using (structure_id)
                window one as (partition by k.structure_id, k.gardee order by k.date_debut, k.contrat_id)
            ),
            came as (select distinct structure_id, gardee from {PRESENCES} p where mois > 0)
            select departement, type_structure, {LEVEL},
                   count(*) filter (where date_debut between :debut and :fin) as contrats,
                   count(*) filter (where date_debut between :debut and :fin and premier
                                    and came.gardee is not null) as entrees,
                   count(*) filter (where premier and date_fin_prevue between :debut and :fin) as parents,
                   count(*) filter (where premier and suivi and date_fin_prevue between :debut and :fin) as reconduits,
                   count(*) filter (where date_fin_prevue between :debut and least(:fin, cast(:arret as date))
                                    and date_sortie is null and not suivi) as non_documentees
            from signed s left join came using (structure_id, gardee)
            where date_debut between :debut and :fin or date_fin_prevue between :debut and :fin {SETS}
        """,
        "droits": f"""
            {CHAMP},
            held as (
                select distinct on (k.gardee) k.gardee, k.date_fin, exists (
                    select 1 from json_array_elements(k.suspensions) x
                    where :arret between cast(x ->> 'debut' as date) and cast(x ->> 'fin' as date)) as suspendu
                from {DROITS} k where k.annule = 0 and :arret between k.date_debut and k.date_fin
                order by k.gardee, k.date_fin desc
            ),
            last as (
                select distinct on (k.gardee) k.gardee, k.structure_id,
                       coalesce(k.date_sortie, k.date_fin_prevue) as fin_contrat
                from {CONTRATS} k where k.date_debut <= :arret order by k.gardee, k.date_debut desc
            ),
            placed as (
                select h.*, c.departement, c.type_structure, k.fin_contrat
                from held h join last k using (gardee) join champ c using (structure_id)
            )
            select departement, type_structure, {LEVEL}, count(*) as droits_valides,
                   count(*) filter (where suspendu) as droits_suspendus,
                   count(*) filter (where date_fin < cast(:arret as date) + interval '3 months') as droits_expirant,
                   count(*) filter (where fin_contrat < :arret) as droits_sans_contrat
            from placed {SETS}
        """,
        "etapes": f"""
            {CHAMP},
            noted as (select c.departement, c.type_structure, e.nature,
                             coalesce(f.conservee_id, e.personne_id) as personne_id
                      from etape e join champ c using (structure_id)
                      left join fusion f on f.absorbee_id = e.personne_id where e.date_debut between :debut and :fin)
            select departement, type_structure, {LEVEL},
                   count(distinct personne_id) filter (where nature = 'FREIN') as personnes_frein,
                   count(*) filter (where nature = 'FORMATION') as formations,
                   count(distinct personne_id) filter (where nature = 'FORMATION') as personnes_formees,
                   count(*) filter (where nature = 'PMSMP') as immersions,
                   count(distinct personne_id) filter (where nature = 'PMSMP') as personnes_immergees
            from noted {SETS}
        """,
        "suivis": f"""
            {CHAMP}
            select departement, type_structure, {LEVEL}, count(*) as suivis_6,
                   count(*) filter (where situation = 'EMPLOI') as suivis_6_emploi
            from suivi join champ using (structure_id)
            where echeance = 6 and situation <> 'INCONNUE' and constate_le between :debut and :fin {SETS}
        """,
        "etats": f"""
            {CHAMP},
            attendu as (
                select distinct structure_id, departement, type_structure, m as mois
                from af, generate_series(cast(:mois1 as int), cast(:mois2 as int)) m
                where m between extract(month from debut) and extract(month from fin)
                  and make_date(:annee, m, 1) + interval '1 month' <= cast(:arret as date) + interval '1 day'
            )
            select departement, type_structure, {LEVEL}, count(*) as etats_attendus,
                   count(*) filter (where d.declaration_id is null) as etats_manquants
            from attendu a left join declaration d
              on d.structure_id = a.structure_id and d.annee = :annee and d.mois = a.mois {SETS}
        """,
        "cofinancements": f"""
            {CHAMP}
            select c.departement, c.type_structure, {LEVEL}, sum(f.theorique) as theorique,
                   sum(f.montant) filter (where f.theorique is not null) as inscrit
            from cofinancement f join annexe a using (annexe_id) join champ c on c.structure_id = f.structure_id
            where a.etat in {ETATS} and a.mesure not like 'FDI%' and a.date_debut <= :fin and a.date_fin >= :debut
            {SETS}
        """,
        "versements": f"""
            {CHAMP}
            select departement, type_structure, {LEVEL},
                   coalesce(sum(montant) filter (where financeur = 'ETAT'), 0) as verse_etat,
                   coalesce(sum(montant) filter (where financeur <> 'ETAT'), 0) as verse_autres
            from versement v join champ using (structure_id)
            where v.annee = :annee and v.mois between :mois1 and :mois2 {SETS}
        """,
    }
)  # constants of these modules, no value enters a text
STATEMENTS: Mapping[str, str] = MappingProxyType(
    {
        **SOURCES,
        "publics": counted(SOURCES["presents"], "personnes", "publics", PUBLICS, "true"),
        "refus": counted(SOURCES["candidatures"], "refusees", "refus", MOTIFS, ":mois1 = 1 and :mois2 = 12"),
    }
)
CLAUSES = text("""
    select departement, grouping(departement) as entier, sum(heures_prevues) as clauses_prevues,
           sum(heures_realisees) as clauses_realisees,
           coalesce(sum(heures_realisees) filter (where structure_id is not null), 0) as clauses_siae
    from marche where annee = :annee and departement = any(cast(:departements as text[]))
    group by grouping sets ((), (departement))
""")
ENVELOPPES = text("""
    select case when e.niveau = 'DEPARTEMENTAL' then e.territoire end as departement,
           cast(e.niveau = 'REGIONAL' as int) as entier,
           sum(e.notifie + (
               select coalesce(sum(case when c.destination_id = e.enveloppe_id then c.montant else -c.montant end), 0)
               from credit_deplace c where e.enveloppe_id in (c.origine_id, c.destination_id))) as enveloppe
    from enveloppe e
    where e.annee = :annee and e.nature = 'AIDE_POSTE'
      and (e.niveau = 'DEPARTEMENTAL' and e.territoire = any(cast(:departements as text[]))
           or e.niveau = 'REGIONAL' and e.territoire = :region)
    group by e.niveau, e.territoire
""")
ANNEXES = text(f"""
    {CHAMP},
    one as (
        select structure_id, left(numero, -1) as racine, sum(etp * ({MONTHS})) as etp_mois,
               (array_agg(heures_par_etp order by debut desc, numero desc))[1] as heures_par_etp,
               (array_agg(montant_unitaire order by debut desc, numero desc))[1] as montant_unitaire,
               sum(montant_socle + coalesce(montant_module, 0)) as montant, sum(montant_cofinance) as cofinance,
               sum(postes_cddi_cd) as cddi, sum(montant_module) as module,
               sum(montant_socle) filter (where montant_module is not null) as socle_module,
               sum(sorties_prevues) filter (where taux_prevu is not null) as prevues,
               sum(sorties_prevues * taux_prevu) as dynamiques_prevues
        from af group by 1, 2
    ),
    done as (
        select structure_id, left(annexe, -1) as racine, sum(heures) as heures, max(mois) as dernier
        from heures where annee = :annee and mois between :mois1 and :mois2 group by 1, 2
    )
    select c.departement, c.type_structure, o.etp_mois, o.heures_par_etp, o.montant_unitaire, o.montant,
           o.cofinance, o.cddi, o.module, o.socle_module, o.prevues, o.dynamiques_prevues, coalesce(d.heures, 0) as heures, coalesce(d.dernier, 0) as dernier, true as connue
    from one o join champ c using (structure_id) left join done d using (structure_id, racine)
    union all
    select c.departement, c.type_structure, 0, 0, 0, 0, null, null, null, null, null, null, d.heures, d.dernier, false
    from done d join champ c using (structure_id)
    where not exists (select 1 from one o where o.structure_id = d.structure_id and o.racine = d.racine)
""")

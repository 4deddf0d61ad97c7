"""Indicators of the public dictionary that the facts do not allow, each with the fact that is missing."""

from services.gateway.catalogue.indicateur import Manquant

_COFFRE = "le service des parcours ne publie que des comptes de personnes employées, par public"
_ETAPE = "une étape de parcours dit sa nature (frein, formation…), jamais son thème ni son intensité"
_AUTEUR = "une candidature dit son origine, jamais l'organisation qui l'envoie"
_FICHIER = "aucun fait ne porte cette colonne des fichiers de l'ASP"

MANQUANTS = tuple(
    Manquant(*line)
    for line in (
        ("OFF-06", "Postes en tension", "une candidature ne dit pas le poste visé"),
        ("OFF-07", "Densité d'offre", "aucune source datée du nombre de demandeurs d'emploi ni d'habitants de 15 à 64 ans"),
        ("OFF-10", "Taux d'encadrement", f"{_FICHIER} (encadrement en ETP), et la formule publique n'est pas publiée"),
        ("OFF-12", "Part de marchés dans les produits", f"{_FICHIER} (total des produits d'exploitation)"),
        ("FIN-14", "Postes bRSA équivalents", "aucun fait ne dit le montant du RSA de chaque mois, ni s'il est déjà réduit à 88 % (non vérifié dans la source publique)"),
        ("FIN-21", "Part du budget bénéficiant aux femmes", f"{_COFFRE} : jamais des heures ni des ETP selon le sexe"),
        ("ORI-03", "Diagnostics d'éligibilité", "un diagnostic de prescripteur ne dit ni le territoire ni l'organisation"),
        ("ORI-05", "Taux de transformation par type de prescripteur", _AUTEUR),
        ("ORI-07", "Motifs de refus", "une répartition, non un chiffre : elle se lit en entier sur la page des parcours, refus par motif"),
        ("ORI-09", "Délai de prise en compte", "les vues tiennent le dernier état d'une candidature et le jour de sa décision, pas celui du premier traitement"),
        ("ORI-14", "Inscrits sans candidature", "une personne diagnostiquée sans candidature n'a pas de territoire : sa résidence reste dans le coffre"),
        ("ORI-18", "Orientations par prescripteur", _AUTEUR),
        ("ORI-19", "Candidats avec un critère de niveau 1", f"{_COFFRE}, non de candidats"),
        ("PAR-07", "Prolongations demandées", "seules les prolongations acceptées deviennent des faits"),
        ("PAR-11", "Contrôle a posteriori", "les campagnes de contrôle ne sont pas tenues ici"),
        ("PUB-03", "RSA majoré", "la nomenclature des critères a un seul RSA : majoré ou non n'est pas tenu"),
        ("PUB-16", "Intensité des besoins", _ETAPE),
        ("PUB-17", "Écart de sexe", f"{_COFFRE}, non de candidats"),
        ("ACC-02", "Taux d'accompagnement d'un frein", _ETAPE),
        ("ACC-03", "Mode d'accompagnement", _ETAPE),
        ("ACC-04", "Accompagnement professionnel", _ETAPE),
        ("ACC-05", "Freins levés", _ETAPE),
        ("ACC-07", "Taux d'accès à la formation", "les personnes formées (ACC-06) ne sont pas toutes parmi les personnes employées de l'année"),
        ("ACC-09", "Heures d'accompagnement", _FICHIER),
        ("CLA-03", "Personnes mobilisées", "les heures d'entreprises hors IAE ne désignent personne"),
        ("CLA-06", "Marchés réservés", "un marché dit sa modalité d'insertion, jamais s'il est réservé ni son montant"),
        ("CLA-07", "Recettes de marchés par secteur", _FICHIER),
        ("CLA-08", "Part d'achats inclusifs", "aucun fait ne porte les achats d'un acheteur"),
        ("CLA-09", "Fournisseurs inclusifs", "aucun fait ne porte les achats d'un acheteur"),
        ("CLA-10", "Achats par segment", "aucun fait ne porte les achats d'un acheteur"),
        ("QUA-02", "Heures au-delà du plafond annuel", "les heures par personne ne quittent pas la déclaration : le refus est à la saisie"),
        ("QUA-04", "Somme par type égale au total", "vraie par construction : les types se comptent dans la même requête que le total"),
        ("QUA-06", "Doublons de structure", "refusés par une contrainte du registre : toujours nuls"),
        ("QUA-07", "Champs non renseignés", "un critère qui n'est pas dit ne se distingue pas d'un critère absent ; les niveaux de formation inconnus sont comptés sur la page des parcours"),
        ("QUA-08", "Prévisions de sortie incohérentes", "une annexe porte les trois taux prévus, jamais leur somme : aucun écart n'est possible"),
        ("QUA-09", "Écart entre fichier et base", "se lit dans le rapport de chaque import"),
    )
)  # fmt: skip

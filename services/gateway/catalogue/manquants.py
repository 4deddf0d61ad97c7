"""Indicators of the public dictionary that the facts do not allow, each with the fact that is missing."""

from services.gateway.catalogue.indicateur import Manquant

_COFFRE = "critères, sexe, âge et résidence restent dans le coffre du service des parcours : aucun fait n'en parle, et c'est voulu"
_REFUS = (
    "le motif d'un refus reste dans le coffre du service des parcours : aucun fait n'en parle, et c'est voulu"
)
_ETAPE = "une étape de parcours dit sa nature (frein, formation…), jamais son thème ni son intensité"
_AUTEUR = "une candidature dit son origine, jamais l'organisation qui l'envoie"
_FICHIER = "aucun fait ne porte cette colonne des fichiers de l'ASP"

MANQUANTS = tuple(
    Manquant(*line)
    for line in (
        ("OFF-06", "Postes en tension", f"{_REFUS} ; une candidature ne dit pas le poste visé"),
        ("OFF-07", "Densité d'offre", "aucune source datée du nombre de demandeurs d'emploi ni d'habitants de 15 à 64 ans"),
        ("OFF-10", "Taux d'encadrement", f"{_FICHIER} (encadrement en ETP), et la formule publique n'est pas publiée"),
        ("OFF-12", "Part de marchés dans les produits", f"{_FICHIER} (total des produits d'exploitation)"),
        ("FIN-11", "Taux d'exécution de l'enveloppe", "se lit sur la page des financements, par enveloppe, non par territoire et par type"),
        ("FIN-13", "ETP du département, ETP de l'État", "aucun fait ne répartit les heures entre financeurs"),
        ("FIN-14", "Postes bRSA équivalents", "aucun fait ne dit le montant forfaitaire de RSA retenu par l'annexe"),
        ("FIN-15", "Écart cofinancement inscrit et théorique", "se lit par annexe sur la page des financements"),
        ("FIN-17", "Coût État par sortie en emploi durable", "un quotient par une sortie dirait les petits effectifs : non publié"),
        ("FIN-18", "Part modulée moyenne", "la part modulée n'est connue qu'à la décision, par annexe"),
        ("FIN-21", "Part du budget bénéficiant aux femmes", _COFFRE),
        ("ORI-03", "Diagnostics d'éligibilité", "un diagnostic de prescripteur ne dit ni le territoire ni l'organisation"),
        ("ORI-05", "Taux de transformation par type de prescripteur", _AUTEUR),
        ("ORI-07", "Motifs de refus", _REFUS),
        ("ORI-08", "Part des refus « objectifs du dialogue de gestion »", _REFUS),
        ("ORI-09", "Délai de prise en compte", "la date du premier traitement n'est pas tenue dans les vues"),
        ("ORI-14", "Inscrits sans candidature", "une personne diagnostiquée sans candidature n'a pas de territoire : sa résidence reste dans le coffre"),
        ("ORI-18", "Orientations par prescripteur", _AUTEUR),
        ("ORI-19", "Candidats avec un critère de niveau 1", _COFFRE),
        ("PAR-07", "Prolongations demandées", "seules les prolongations acceptées deviennent des faits"),
        ("PAR-11", "Contrôle a posteriori", "les campagnes de contrôle ne sont pas tenues ici"),
        *((f"PUB-{rank:02d}", label, _COFFRE) for rank, label in enumerate(
            ("Femmes", "Bénéficiaires du RSA", "RSA majoré", "ASS", "AAH", "Travailleurs handicapés", "Demandeurs d'emploi de longue durée",
             "Demandeurs d'emploi de très longue durée", "Longue durée", "Jeunes", "Seniors", "Quartiers prioritaires", "Zones rurales",
             "Niveau inférieur au CAP", "Autres situations", "Intensité des besoins", "Écart de sexe"), 1)),
        ("ACC-02", "Taux d'accompagnement d'un frein", _ETAPE),
        ("ACC-03", "Mode d'accompagnement", _ETAPE),
        ("ACC-04", "Accompagnement professionnel", _ETAPE),
        ("ACC-05", "Freins levés", _ETAPE),
        ("ACC-07", "Taux d'accès à la formation", "les personnes formées (ACC-06) ne sont pas toutes parmi les personnes employées de l'année"),
        ("ACC-09", "Heures d'accompagnement", _FICHIER),
        ("SOR-07", "Écart à la prévision", "la prévision de sorties de l'annexe n'est pas tenue dans les vues"),
        ("CLA-03", "Personnes mobilisées", "les heures d'entreprises hors IAE ne désignent personne"),
        ("CLA-06", "Marchés réservés", "la réserve d'un marché n'est pas dans son fait"),
        ("CLA-07", "Recettes de marchés par secteur", _FICHIER),
        ("CLA-08", "Part d'achats inclusifs", "aucun fait ne porte les achats d'un acheteur"),
        ("CLA-09", "Fournisseurs inclusifs", "aucun fait ne porte les achats d'un acheteur"),
        ("CLA-10", "Achats par segment", "aucun fait ne porte les achats d'un acheteur"),
        ("QUA-01", "États mensuels manquants", "même mesure que FIN-19, avec un seuil de 90 %"),
        ("QUA-02", "Heures au-delà du plafond annuel", "les heures par personne ne quittent pas la déclaration : le refus est à la saisie"),
        ("QUA-04", "Somme par type égale au total", "vraie par construction : les types se comptent dans la même requête que le total"),
        ("QUA-06", "Doublons de structure", "refusés par une contrainte du registre : toujours nuls"),
        ("QUA-07", "Champs non renseignés", _COFFRE),
        ("QUA-08", "Prévisions de sortie incohérentes", "la prévision de sorties de l'annexe n'est pas tenue dans les vues"),
        ("QUA-09", "Écart entre fichier et base", "se lit dans le rapport de chaque import"),
    )
)  # fmt: skip

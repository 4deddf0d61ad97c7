"""Assumptions of the data set: shares, durations, activities, words of the invented names.

None comes from the summary of 2017. They follow public orders of magnitude and may be changed freely: the totals
produced stay those of the source. Mappings by type of structure; months and weeks are those of a contract.
"""

from typing import NamedTuple

PERSONNES = {"ACI": 17_500, "EI": 4_000, "AI": 8_200, "ETTI": 4_000, "AUTRE": 300}
ETP_REALISES = {"ACI": 7_800, "EI": 2_050, "AI": 1_900, "ETTI": 1_150, "AUTRE": 100}
ETP_CONVENTIONNES = {"ACI": 5_700, "EI": 1_500, "AI": 1_650, "ETTI": 1_050, "AUTRE": 77}
MONTANT_UNITAIRE_AUTRE = 10_237  # euros per ETP and year: no barème exists for a type the source does not say
DEPARTEMENTS = {"59": 0.42, "62": 0.27, "80": 0.11, "60": 0.10, "02": 0.10}
RSA_2017 = {
    m: 535.17 if m < 4 else 536.78 if m < 9 else 545.48 for m in range(1, 13)
}  # euros per month, one person
CHIFFRE_AFFAIRES_HORAIRE = {"ACI": 4.5, "EI": 17, "AI": 15, "ETTI": 22, "AUTRE": 5}  # euros per hour worked


class Activite(NamedTuple):
    """What a structure does: label, NAF division, ROME code, weight of the draw."""

    libelle: str
    division_naf: str
    code_rome: str
    poids: int


ACTIVITES = {
    "ACI": (
        Activite("Espaces verts et naturels", "81", "A1203", 26),
        Activite("Maraîchage", "01", "A1414", 14),
        Activite("Bâtiment second œuvre", "43", "F1606", 16),
        Activite("Ressourcerie, recyclage", "38", "K2303", 18),
        Activite("Couture, lingerie", "96", "K2201", 8),
        Activite("Restauration", "56", "G1602", 7),
        Activite("Propreté", "81", "K2204", 6),
        Activite("Mobilité, garage", "45", "I1604", 5),
    ),
    "EI": (
        Activite("Collecte et tri des déchets", "38", "K2303", 24),
        Activite("Propreté", "81", "K2204", 20),
        Activite("Bâtiment", "43", "F1606", 22),
        Activite("Espaces verts", "81", "A1203", 16),
        Activite("Restauration, traiteur", "56", "G1602", 9),
        Activite("Logistique", "52", "N1103", 9),
    ),
    "AI": (
        Activite("Aide à domicile, ménage", "88", "K1304", 52),
        Activite("Entretien de locaux", "81", "K2204", 25),
        Activite("Petits travaux, jardinage", "81", "A1203", 15),
        Activite("Aide en restauration", "56", "G1605", 8),
    ),
    "ETTI": (
        Activite("Intérim bâtiment", "78", "F1704", 48),
        Activite("Intérim logistique", "78", "N1105", 30),
        Activite("Intérim industrie", "78", "H3302", 15),
        Activite("Intérim propreté", "78", "K2204", 7),
    ),
    "AUTRE": (Activite("Services aux habitants", "88", "K1304", 1),),
}


class Duree(NamedTuple):
    """Months of a contract: shortest, longest, mean."""

    mini: int
    maxi: int
    moyenne: int


TYPE_CONTRAT = {"ACI": "CDDI", "EI": "CDDI", "AI": "CDD_USAGE", "ETTI": "CTT", "AUTRE": "CDDI"}
DUREE_MOIS = {
    "ACI": Duree(4, 24, 12),
    "EI": Duree(4, 24, 10),
    "AI": Duree(1, 24, 8),
    "ETTI": Duree(1, 20, 7),
    "AUTRE": Duree(4, 18, 8),
}
DEJA_LA = {
    "ACI": 0.47,
    "EI": 0.47,
    "AI": 0.44,
    "ETTI": 0.40,
    "AUTRE": 0.45,
}  # share already there on 1 January
ENTREES_PAR_MOIS = (10, 8, 9, 8, 8, 8, 7, 5, 12, 11, 8, 6)
HEBDO = {
    "ACI": (20, 24, 26, 26, 28, 30, 35),
    "EI": (26, 30, 35, 35),
    "AI": (10, 14, 16, 18, 20, 24, 26),
    "ETTI": (21, 28, 35, 35),
    "AUTRE": (20, 24, 26),
}
AGE_MINI, AGE_MAXI, AGE_FREQUENT = 18, 63, 26
FEMMES = {"ACI": 0.36, "EI": 0.31, "AI": 0.62, "ETTI": 0.22, "AUTRE": 0.5}

# Chances of each category of exit; the order is that of the draws.
_SORTIES_ACI = {"DURABLE": 15, "TRANSITION": 16, "POSITIVE": 17, "AUTRE": 44, "RETRAIT": 8}
SORTIES = {
    "ACI": _SORTIES_ACI,
    "EI": {"DURABLE": 24, "TRANSITION": 21, "POSITIVE": 14, "AUTRE": 34, "RETRAIT": 7},
    "AI": {"DURABLE": 25, "TRANSITION": 24, "POSITIVE": 12, "AUTRE": 33, "RETRAIT": 6},
    "ETTI": {"DURABLE": 28, "TRANSITION": 27, "POSITIVE": 9, "AUTRE": 31, "RETRAIT": 5},
    "AUTRE": _SORTIES_ACI,
}

# Percentage of the employees concerned in ACI, EI, AI, ETTI, AUTRE; ASE is among those under 26.
CRITERES = {
    "RSA": (60, 41, 31, 27, 40),
    "ASS": (7, 6, 5, 3, 5),
    "AAH": (3, 2, 2, 1, 2),
    "DETLD": (38, 26, 22, 15, 25),
    "DELD": (18, 19, 16, 15, 18),
    "TH": (9, 8, 7, 5, 8),
    "PI": (10, 8, 13, 5, 9),
    "PSH_PR": (6, 5, 2, 3, 4),
    "REF_DA": (4, 5, 2, 5, 3),
    "DETENTION_MJ": (3, 3, 1, 2, 2),
    "PM": (20, 15, 14, 8, 15),
    "FLE": (9, 8, 6, 7, 8),
    "ASE": (8, 6, 5, 4, 6),
}
NIVEAUX_FORMATION = {"70": 24, "01": 3, "60": 6, "50": 22, "51": 28, "41": 6, "40": 7, "30": 3, "20": 1}
PRESCRIPTEURS = {
    ("FT", "Pôle emploi"): 46,
    ("ML", "Mission locale"): 18,
    ("DEPT", "Service social du département"): 12,
    ("PLIE", "PLIE"): 9,
    ("CAP_EMPLOI", "Cap emploi"): 5,
    ("CCAS", "CCAS"): 5,
    ("SPIP", "SPIP"): 2,
    ("CHRS", "CHRS"): 2,
    ("OHPD", "Autre prescripteur habilité"): 1,
}
REFUS = {
    "no_position": 34,
    "did_not_come": 20,
    "incompatible": 14,
    "not_mobile": 10,
    "not_interested": 10,
    "hired_elsewhere": 5,
    "training": 3,
    "non_eligible": 4,
}
OBJETS_MARCHE = {
    "Travaux de voirie": 25,
    "Construction, réhabilitation": 35,
    "Espaces verts": 14,
    "Nettoyage de locaux": 16,
    "Collecte de déchets": 10,
}
MODALITES_CLAUSE = {"MISE_A_DISPOSITION": 46, "EMBAUCHE_DIRECTE": 34, "SOUS_TRAITANCE": 20}
OBJETS_DOSSIER = {"RENOUVELLEMENT": 70, "EXTENSION": 22, "CREATION": 8}
MOIS_CDIAE = (1, 2, 3, 3, 6, 10)


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


PRENOMS_F = _words("""
Alba Brune Cyane Dalie Elvire Fanie Garance Ilona Jade Louve Mirabelle Nola Ombeline Perle Sixtine
Azalée Bergamote Capucine Églantine Flore Hortense Iris Jacinthe Lila Mauve Olive Pervenche Reine
Sauge Violette
""")
PRENOMS_M = _words("""
Aubin Brice Côme Dorian Ernest Fulbert Gaspard Isaac Joris Loup Marin Noam Octave Robin Silvère
Anselme Basile Cyprien Donatien Éloi Florentin Gildas Honoré Jonquin Lubin Narcisse Pacôme Romaric
Sylvain Thym
""")
NOMS = _words("""
TOURNESOL PEUPLIER GENEVRIER BRUYERE NOISETIER CAMOMILLE ROMARIN SARRASIN TILLEUL CHATAIGNIER
POTIRON COQUELICOT MARJOLAINE PISSENLIT AUBEPINE ROSEAU LICHEN FOUGERE SAULE ORTIE TREFLE LAVANDE
BOULEAU CHARME PAQUERETTE BLEUET CHICOREE ENDIVE HOUBLON LUZERNE MELISSE NENUPHAR ORIGAN PRIMEVERE
RHUBARBE SUREAU TOPINAMBOUR VERVEINE AJONC CIBOULETTE GLYCINE HELLEBORE JONQUILLE MYRTILLE NIGELLE
PIMPRENELLE RENONCULE VALERIANE
""")
LIEUX = tuple(
    start + end
    for start in _words("Lume Bosca Terva Orme Clai Vaudre Mari Sale Hautre Quie")
    for end in _words("rive nel court mont val grange lande bois fosse seuil")
)
ENSEIGNES = {
    "ACI": ("Chantier", "Ateliers", "Jardins", "Ressourcerie"),
    "EI": ("Services", "Façonnage", "Propreté", "Tri"),
    "AI": ("Relais", "Coup de main", "Entraide"),
    "ETTI": ("Intérim solidaire", "Missions"),
    "AUTRE": ("Maison commune",),
}
VOIES = (
    "rue des Ateliers",
    "rue du Canal",
    "place du Marché",
    "avenue des Terrils",
    "chemin du Moulin",
    "rue de la Gare",
    "zone des Briques",
)

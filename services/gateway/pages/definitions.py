"""The catalogue of the indicators shown by the pages: one figure, one definition.

Formulas follow the indicator dictionary (codes OFF, FIN, ORI, PAR, SOR, CLA) and the contract of the headline
answer. Codes VER and COF are ours: no public dictionary defines these two figures.
"""

from services.gateway.pages.models import Definition

VERSION = "1"
_ASP = "Déclarations mensuelles des structures et annexes financières"
_PROVISOIRE = "Les états mensuels ne sont complets qu'environ deux mois après la fin du mois ; d'ici là, le mois est provisoire."
_PERSONNES = "Un compte de personnes distinctes ne s'additionne ni entre structures, ni entre mois, ni entre territoires."
_PETITS_EFFECTIFS = "Un effectif de 1 à 4 personnes est remplacé par « secret », ainsi que ce qui permettrait de le retrouver."

DEFINITIONS: tuple[Definition, ...] = (
    Definition(
        "OFF-01",
        "Structures conventionnées",
        "Nombre de structures (couple SIRET et type) ayant au moins une annexe financière valide, provisoire ou close "
        "qui rencontre l'année.",
        "structure",
        "Registre des structures et annexes financières",
        (
            "Un organisme qui porte deux types compte pour deux structures.",
            "Le type « autre » rassemble les structures dont la source ne dit pas le type.",
        ),
        VERSION,
    ),
    Definition(
        "OFF-09",
        "Permanents",
        "Somme des effectifs de salariés permanents déclarés par les structures conventionnées.",
        "personne",
        "Registre des structures",
        ("Il s'agit de personnes, non d'équivalents temps plein (ETP).",),
        VERSION,
    ),
    Definition(
        "OFF-11",
        "Chiffre d'affaires",
        "Somme des ventes et prestations de l'exercice des structures conventionnées, comptée une fois par structure.",
        "euro",
        "Registre des structures",
        ("Un montant non transmis n'est pas compté ; il n'est pas remplacé par zéro.",),
        VERSION,
    ),
    Definition(
        "PAR-10",
        "Personnes employées",
        "Nombre de personnes distinctes ayant au moins une heure déclarée dans l'année.",
        "personne",
        _ASP,
        (_PERSONNES, _PETITS_EFFECTIFS),
        VERSION,
    ),
    Definition(
        "FIN-01",
        "ETP conventionnés du mois",
        "Somme des ETP des annexes financières qui couvrent le mois.",
        "ETP",
        "Annexes financières",
        ("Ne se somme pas sur les mois.",),
        VERSION,
    ),
    Definition(
        "FIN-02",
        "ETP conventionnés",
        "Somme, sur les annexes financières de l'année, des ETP multipliés par le nombre de mois couverts, divisée par 12.",
        "ETP",
        "Annexes financières",
        ("Une annexe à cheval sur deux années est répartie par mois.",),
        VERSION,
    ),
    Definition(
        "FIN-03",
        "ETP réalisés",
        "Somme des heures déclarées dans l'année, chacune divisée par le nombre d'heures par ETP de son annexe.",
        "ETP",
        _ASP,
        (
            "Heures déclarées, à distinguer des heures qui ouvrent droit à l'aide.",
            "Le total est calculé en valeur exacte et arrondi une seule fois.",
            _PROVISOIRE,
        ),
        VERSION,
    ),
    Definition(
        "FIN-04",
        "ETP réalisés du mois",
        "Heures déclarées dans le mois, divisées par les heures par ETP de l'annexe et multipliées par 12.",
        "ETP",
        _ASP,
        ("La moyenne des douze mois est égale aux ETP réalisés de l'année.", _PROVISOIRE),
        VERSION,
    ),
    Definition(
        "FIN-05",
        "Taux de réalisation du mois",
        "ETP réalisés du mois (FIN-04) rapportés aux ETP conventionnés du mois (FIN-01).",
        "ratio, affiché en %",
        _ASP,
        ("Sans objet quand aucun ETP n'est conventionné.", _PROVISOIRE),
        VERSION,
    ),
    Definition(
        "FIN-06",
        "Taux de réalisation",
        "ETP réalisés (FIN-03) rapportés aux ETP conventionnés (FIN-02), sur les mois écoulés de l'année.",
        "ratio, affiché en %",
        _ASP,
        ("Sans objet quand aucun ETP n'est conventionné.",),
        VERSION,
    ),
    Definition(
        "VER-01",
        "Financement de l'État",
        "Somme des versements de l'État dans l'année : aide au poste (socle et part modulée) et fonds de développement "
        "de l'inclusion.",
        "euro",
        "Versements enregistrés",
        (
            "Définition propre à cette plateforme.",
            "Un versement n'est jamais modifié : il est corrigé par une ligne contraire.",
        ),
        VERSION,
    ),
    Definition(
        "COF-01",
        "Postes CDDI cofinancés",
        "Somme des postes en contrat à durée déterminée d'insertion (CDDI) cofinancés par le département, inscrits aux "
        "annexes financières de l'année.",
        "poste",
        "Annexes financières",
        (
            "Définition propre à cette plateforme.",
            "« non communiqué » là où le nombre n'est pas connu : ce n'est pas zéro.",
        ),
        VERSION,
    ),
    Definition(
        "CLA-01",
        "Heures de clauses sociales",
        "Somme des heures réalisées sur les marchés du département qui portent une clause d'insertion.",
        "heure",
        "Marchés et heures déclarées",
        (
            "Comprend les heures d'entreprises hors IAE.",
            "« non communiqué » là où les marchés ne sont pas connus.",
        ),
        VERSION,
    ),
    Definition(
        "ORI-02",
        "Orientations",
        "Nombre de candidatures envoyées dans l'année par un tiers, prescripteur ou orienteur.",
        "candidature",
        "Orientations reçues",
        ("Une personne orientée deux fois compte deux orientations.", _PETITS_EFFECTIFS),
        VERSION,
    ),
    Definition(
        "ORI-04",
        "Taux d'acceptation",
        "Candidatures acceptées rapportées aux candidatures envoyées dans l'année, traitées ou non.",
        "ratio, affiché en %",
        "Orientations reçues",
        ("Les candidatures de fin d'année sont encore en attente.", _PETITS_EFFECTIFS),
        VERSION,
    ),
    Definition(
        "SOR-01",
        "Taux de sorties dynamiques",
        "Sorties en emploi durable, de transition et sorties positives, rapportées aux sorties comptées.",
        "ratio, affiché en %",
        "Sorties déclarées",
        (
            "Une sortie est comptée à partir de 81 jours et une heure en ACI et EI, de 150 heures en AI et ETTI.",
            "Les retraits de sorties constatées ne sont pas comptés.",
            "Les sorties de l'année ne viennent pas des orientations de l'année : les deux ne se rapportent pas l'une à l'autre.",
            _PETITS_EFFECTIFS,
        ),
        VERSION,
    ),
)

PAR_CODE = {definition.code: definition for definition in DEFINITIONS}

"""Indicators of orientation (ORI), of pathways (PAR, ACC) and of exits (SOR): they speak of persons."""

from fractions import Fraction

from services.gateway.catalogue.indicateur import PERSONNES, Indicateur
from services.gateway.catalogue.lecture import Lecture
from services.gateway.catalogue.mesures import EcartDePart, Effectif, ParPersonne, Part, ratio
from services.gateway.pages.formats import Absence, Unite
from services.gateway.queries.counts import Nombre

JOURS_PAR_MOIS = Fraction(1, 1) / Fraction("0.0328767")
_ORI = "Orientations reçues"
_HEURES = "Déclarations mensuelles des structures"
_SORTIES = "Sorties déclarées"
_TAUX = "ratio, affiché en %"
_ATTENTE = "Les candidatures récentes sont encore en attente."
_DEUX_FOIS = "Une personne orientée deux fois compte deux orientations."
_ETAPES = "Étapes de parcours notées par les structures"
_SEUILS = "Une sortie est comptée à partir de 81 jours et une heure en ACI et EI, de 150 heures en AI et ETTI, d'une heure en EITI."
_DENOMINATEUR = "Rapporté aux sorties comptées ; les sorties non documentées sont dans SOR-06, jamais mêlées."
_REPONDUES = "Candidatures répondues seulement : celles qui attendent encore ne sont pas dans la médiane."
_TERRITOIRE = (
    "Territoire de la dernière structure qui a employé la personne ; sans contrat, elle n'est pas comptée."
)


def _lu(source: str, nom: str, effectif: str) -> ParPersonne:
    return ParPersonne(source, effectif, lambda lecture: lecture.brut(source, nom))


def _duree_moyenne(lecture: Lecture) -> Nombre:
    return Fraction(lecture.brut("durees", "jours_comptees") or 0) / Fraction(
        lecture.effectif("sorties", "comptees") or 1
    )


def _duree_en_mois(lecture: Lecture) -> Nombre:
    return Fraction(_duree_moyenne(lecture) or 0) / JOURS_PAR_MOIS


def _taux_prevu(lecture: Lecture) -> Nombre | Absence:
    return ratio(lecture.brut("annexes", "dynamiques_prevues"), lecture.brut("annexes", "prevues"))


def _delai_median(lecture: Lecture) -> Nombre:
    return lecture.brut("delais", "delai_mediane")


ORIENTATION = (
    Indicateur("ORI-01", "Personnes orientées", "Personnes distinctes ayant au moins une candidature envoyée dans l'année par un tiers, prescripteur ou orienteur.",
        "personne", Unite.NOMBRE, _ORI, Effectif("orientes", "personnes_orientees"), (PERSONNES,)),
    Indicateur("ORI-02", "Orientations", "Nombre de candidatures envoyées dans l'année par un tiers, prescripteur ou orienteur.",
        "candidature", Unite.NOMBRE, _ORI, Effectif("candidatures", "envoyees"), (_DEUX_FOIS,)),
    Indicateur("ORI-04", "Taux d'acceptation", "Candidatures acceptées rapportées aux candidatures envoyées dans l'année, traitées ou non.",
        _TAUX, Unite.TAUX, _ORI, Part("candidatures", "acceptees", "envoyees"), (_ATTENTE,)),
    Indicateur("ORI-06", "Taux de refus", "Candidatures refusées rapportées aux refusées et acceptées, envoyées par un tiers dans l'année.",
        _TAUX, Unite.TAUX, _ORI, Part("candidatures", "refusees", "", ("acceptees",)),
        ("Année civile, non douze mois glissants.", "Les candidatures envoyées par l'employeur ou la personne n'y sont pas.")),
    Indicateur("ORI-10", "Délai de réponse", "Médiane des jours entre l'envoi d'une orientation et la réponse, acceptation ou refus.",
        "jour", Unite.JOURS, _ORI, ParPersonne("candidatures", "repondues", _delai_median, ("delais",)), (_REPONDUES,)),
    Indicateur("ORI-11", "Délai de l'orientation à l'embauche",
        "Médiane, par personne, des jours entre sa première candidature de l'année et le début du contrat qui l'a suivie.",
        "jour", Unite.JOURS, "Orientations reçues et contrats", _lu("embauches", "embauche_mediane", "embauchees_delai"),
        ("Personnes embauchées seulement.", "Les candidatures envoyées par l'employeur ne comptent pas.", "Un début de contrat antérieur à la candidature est exclu.")),
    Indicateur("ORI-12", "File active", "Personnes ayant au moins une candidature dans les six derniers mois et aucune acceptée.",
        "personne", Unite.NOMBRE, _ORI, Effectif("attente", "file_active"), ("À la fin de la période, ou au jour de la lecture.", PERSONNES)),
    Indicateur("ORI-13", "Candidats sans solution", "Personnes de la file active (ORI-12) dont la première candidature date de plus de 30 jours.",
        "personne", Unite.NOMBRE, _ORI, Effectif("attente", "sans_solution"), ("Première candidature des six derniers mois.", PERSONNES)),
    Indicateur("ORI-15", "Taux de candidats sans solution", "Candidats sans solution (ORI-13) rapportés à la file active (ORI-12).",
        _TAUX, Unite.TAUX, _ORI, Part("attente", "sans_solution", "file_active")),
    Indicateur("ORI-16", "Taux d'entrée", "Personnes embauchées après une orientation de l'année rapportées aux personnes orientées (ORI-01).",
        _TAUX, Unite.TAUX, _ORI, Part("orientes", "personnes_embauchees", "personnes_orientees"), ("Cohorte des orientations de l'année, non rapport de flux.", _ATTENTE)),
    Indicateur("ORI-17", "Autoprescription", "Embauches dont l'employeur est l'auteur du diagnostic d'éligibilité, rapportées aux embauches de l'année.",
        _TAUX, Unite.TAUX, "Diagnostics et candidatures", Part("autoprescription", "embauches_auto", "embauches_toutes"),
        ("Même structure, non même organisme.", "Avant septembre 2021 aucun diagnostic n'est tenu ici : le taux y est nul.")),
    Indicateur("ORI-20", "Réponses en moins de 30 jours", "Réponses en 30 jours au plus rapportées aux orientations envoyées il y a plus de 30 jours.",
        _TAUX, Unite.TAUX, _ORI, Part("candidatures", "anciennes_30", "anciennes"), ("Les orientations restées sans réponse sont au dénominateur.",)),
)  # fmt: skip
PARCOURS = (
    Indicateur("PAR-01", "Parcours ouverts", "Personnes dont l'agrément ou le PASS IAE est valide à la fin de la période.",
        "personne", Unite.NOMBRE, "Agréments et PASS IAE", Effectif("droits", "droits_valides"), (_TERRITOIRE, PERSONNES)),
    Indicateur("PAR-02", "Entrées", "Premiers contrats d'une personne dans une structure, signés dans l'année et suivis d'au moins une heure déclarée.",
        "contrat", Unite.NOMBRE, "Contrats et déclarations", Effectif("contrats", "entrees"), ("Une personne qui entre dans deux structures compte deux entrées.",)),
    Indicateur("PAR-03", "Contrats signés", "Contrats qui commencent dans l'année, premiers contrats et reconductions.",
        "contrat", Unite.NOMBRE, "Contrats", Effectif("contrats", "contrats")),
    Indicateur("PAR-04", "Taux de reconduction", "Premiers contrats dont la fin prévue est dans l'année et qu'un autre contrat de la même personne a suivis dans la structure.",
        _TAUX, Unite.TAUX, "Contrats", Part("contrats", "reconduits", "parents"), ("Les contrats ne disent pas leur parent : l'ordre des dates en tient lieu.",)),
    Indicateur("PAR-05", "Durée de parcours", "Jours du premier contrat dans la structure à la sortie comptée de l'année, en moyenne, convertis en mois (× 0,0328767).",
        "mois", Unite.MOIS, "Contrats et sorties", ParPersonne("sorties", "comptees", _duree_en_mois, ("durees",)), ("Sorties comptées seulement.",)),
    Indicateur("PAR-06", "Taux de suspension", "Droits suspendus à la fin de la période rapportés aux parcours ouverts (PAR-01).",
        _TAUX, Unite.TAUX, "PASS IAE", Part("droits", "droits_suspendus", "droits_valides"), ("Un agrément d'avant septembre 2021 ne dit pas ses suspensions.", _TERRITOIRE)),
    Indicateur("PAR-08", "Droits expirant sous trois mois", "Parcours ouverts dont le droit finit dans les trois mois.",
        "personne", Unite.NOMBRE, "Agréments et PASS IAE", Effectif("droits", "droits_expirant"), (_TERRITOIRE,)),
    Indicateur("PAR-09", "Droits valides sans contrat", "Parcours ouverts dont le dernier contrat est fini.",
        "personne", Unite.NOMBRE, "Agréments, PASS IAE et contrats", Effectif("droits", "droits_sans_contrat"), (_TERRITOIRE,)),
    Indicateur("PAR-10", "Personnes employées", "Nombre de personnes distinctes ayant au moins une heure déclarée dans l'année.",
        "personne", Unite.NOMBRE, _HEURES, Effectif("presents", "personnes"), (PERSONNES,)),
    Indicateur("PAR-12", "Parcours enchaînés", "Personnes employées dans l'année par au moins deux types de structure, rapportées aux personnes employées (PAR-10).",
        _TAUX, Unite.TAUX, _HEURES, Part("presents", "personnes_deux_types", "personnes"), ("« non communiqué » par type : la question n'y a pas de sens.",)),
)  # fmt: skip
ACCOMPAGNEMENT = (
    Indicateur("ACC-01", "Personnes concernées par un frein", "Personnes distinctes pour lesquelles une structure a noté au moins un frein dans l'année.",
        "personne", Unite.NOMBRE, _ETAPES, Effectif("etapes", "personnes_frein"),
        ("Le frein lui-même reste dans le coffre du service : aucun tableau ne peut le dire.", PERSONNES)),
    Indicateur("ACC-06", "Personnes formées", "Personnes distinctes pour lesquelles une formation commence dans l'année.",
        "personne", Unite.NOMBRE, _ETAPES, Effectif("etapes", "personnes_formees"), (PERSONNES,)),
    Indicateur("ACC-08", "Personnes en immersion", "Personnes distinctes pour lesquelles une période de mise en situation en milieu professionnel (PMSMP) commence dans l'année.",
        "personne", Unite.NOMBRE, _ETAPES, Effectif("etapes", "personnes_immergees"), (PERSONNES,)),
)  # fmt: skip


def _sortie(code: str, libelle: str, formule: str, nom: str) -> Indicateur:
    return Indicateur(
        code,
        libelle,
        formule,
        _TAUX,
        Unite.TAUX,
        _SORTIES,
        Part("sorties", nom, "comptees"),
        (_SEUILS, _DENOMINATEUR),
    )


SORTIES = (
    Indicateur("SOR-01", "Taux de sorties dynamiques", "Sorties en emploi durable, de transition et sorties positives, rapportées aux sorties comptées.",
        _TAUX, Unite.TAUX, _SORTIES, Part("sorties", "dynamiques", "comptees"),
        (_SEUILS, "Les retraits de sorties constatées ne sont pas comptés.",
         "Les sorties de l'année ne viennent pas des orientations de l'année : les deux ne se rapportent pas l'une à l'autre.", _DENOMINATEUR)),
    _sortie("SOR-02", "Emploi durable", "Sorties en emploi durable rapportées aux sorties comptées.", "durables"),
    _sortie("SOR-03", "Emploi de transition", "Sorties en emploi de transition rapportées aux sorties comptées.", "transitions"),
    _sortie("SOR-04", "Sorties positives", "Sorties positives rapportées aux sorties comptées.", "positives"),
    _sortie("SOR-05", "Autres sorties", "Autres sorties rapportées aux sorties comptées.", "autres"),
    Indicateur("SOR-06", "Sorties non documentées", "Contrats finis dans l'année, sans sortie déclarée ni contrat suivant dans la structure.",
        "contrat", Unite.NOMBRE, "Contrats et sorties", Effectif("contrats", "non_documentees"), ("Compte, non taux : les deux dénominateurs ne se mêlent pas.",)),
    Indicateur("SOR-07", "Écart à la prévision de sorties", "Taux de sorties dynamiques (SOR-01) moins le taux prévu aux annexes financières, pondéré par les sorties prévues.",
        _TAUX, Unite.TAUX, "Sorties déclarées et annexes financières", EcartDePart(Part("sorties", "dynamiques", "comptees"), _taux_prevu, ("annexes",)),
        (_SEUILS, "Sur les annexes qui disent une prévision ; « non communiqué » où aucune ne la dit.")),
    Indicateur("SOR-08", "Emploi à six mois", "Personnes en emploi six mois après leur sortie, rapportées à celles dont la situation est connue.",
        _TAUX, Unite.TAUX, "Situations constatées par les structures", Part("suivis", "suivis_6_emploi", "suivis_6"),
        ("Constat des structures, non appariement avec les déclarations sociales (Dares) : les deux ne se comparent pas.", "Année du constat.")),
    Indicateur("SOR-09", "Durée moyenne des parcours sortis", "Jours du premier contrat dans la structure à la sortie, en moyenne des sorties comptées.",
        "jour", Unite.JOURS, "Contrats et sorties", ParPersonne("sorties", "comptees", _duree_moyenne, ("durees",)), ("Sorties comptées seulement.",)),
)  # fmt: skip

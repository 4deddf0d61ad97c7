"""Indicators of ETP and money (FIN, VER, COF) and of social clauses (CLA)."""

from fractions import Fraction

from services.gateway.catalogue.indicateur import PERSONNES, PROVISOIRE, Indicateur
from services.gateway.catalogue.lecture import Lecture
from services.gateway.catalogue.mesures import ParPersonne, Quantite, rapport, ratio, somme
from services.gateway.pages.formats import Absence, Unite
from services.gateway.queries.counts import Nombre

HEURES_ETP_CLAUSE = 1607
_ASP = "Déclarations mensuelles des structures et annexes financières"
_AF = "Annexes financières"
_TAUX = "ratio, affiché en %"
_SANS_ETP = "Sans objet quand aucun ETP n'est conventionné."
_COUPEE = "Réalisé et conventionné sont coupés à deux décimales, sans marge, comme la source publique (F19)."


def _lu(lecture: Lecture, nom: str) -> Fraction:
    return Fraction(lecture.brut("annexes", nom) or 0)


def _mois(lecture: Lecture) -> Fraction:
    return Fraction(lecture.brut("annexes", "mois") or 1)


def _conventionnes_du_mois(lecture: Lecture) -> Nombre:
    return _lu(lecture, "etp_mois") / _mois(lecture)


def _realises_du_mois(lecture: Lecture) -> Nombre:
    return _lu(lecture, "etp_realises") * 12 / _mois(lecture)


def _conventionnes(lecture: Lecture) -> Nombre:
    return _lu(lecture, "etp_mois") / 12


def _ecart(lecture: Lecture) -> Nombre:
    return _lu(lecture, "etp_realises") - _lu(lecture, "etp_mois") / 12


def _realisation(lecture: Lecture) -> Nombre | Absence:
    return ratio(_lu(lecture, "etp_realises"), _lu(lecture, "etp_mois") / 12)


def _realisation_du_mois(lecture: Lecture) -> Nombre | Absence:
    return ratio(_realises_du_mois(lecture), _conventionnes_du_mois(lecture))


def _part_cofinancee(lecture: Lecture) -> Nombre | Absence:
    return ratio(lecture.brut("annexes", "cofinance"), lecture.brut("annexes", "montant_connu"))


def _execution(lecture: Lecture) -> Nombre | Absence:
    if lecture.type is not None:
        return Absence.SANS_OBJET
    granted = lecture.compteurs["enveloppes"].comptes.get((lecture.lieu, None), {}).get("enveloppe")
    return ratio(lecture.brut("annexes", "consomme_etat"), granted)


def _ecart_cofinancement(lecture: Lecture) -> Nombre | Absence:
    due, written = (lecture.brut("cofinancements", name) for name in ("theorique", "inscrit"))
    return None if due is None or written is None else ratio(Fraction(written) - Fraction(due), due)


def _cout_durable(lecture: Lecture) -> Nombre:
    return Fraction(lecture.brut("annexes", "consomme_etat") or 0) / (
        lecture.effectif("sorties", "durables") or 1
    )


def _heures_par_salarie(lecture: Lecture) -> Nombre:
    return Fraction(lecture.brut("annexes", "heures") or 0) / Fraction(
        lecture.effectif("mois", "salaries_mois") or 1
    )


def _effectif_moyen(lecture: Lecture) -> Nombre:
    return Fraction(lecture.effectif("mois", "presences")) / Fraction(
        lecture.brut("mois", "mois_declares") or 1
    )


def _clause(nom: str) -> Quantite:
    return Quantite(("clauses",), lambda lecture: _par_departement(lecture, nom))


def _par_departement(lecture: Lecture, nom: str) -> Nombre | Absence:
    place, kind = lecture.lieu, lecture.type
    if kind is not None:
        return Absence.SANS_OBJET
    return lecture.compteurs["clauses"].comptes.get((place, None), {}).get(nom)


def _rapport_clause(haut: str, bas: str) -> Quantite:
    def calcul(lecture: Lecture) -> Nombre | Absence:
        up, down = _par_departement(lecture, haut), _par_departement(lecture, bas)
        if isinstance(up, Absence) or isinstance(down, Absence):
            return Absence.SANS_OBJET
        return ratio(up, down)

    return Quantite(("clauses",), calcul)


def _etp_clause(lecture: Lecture) -> Nombre | Absence:
    hours = _par_departement(lecture, "clauses_realisees")
    return hours if hours is None or isinstance(hours, Absence) else Fraction(hours) / HEURES_ETP_CLAUSE


FINANCEMENT = (
    Indicateur("FIN-01", "ETP conventionnés du mois",
        "Somme des ETP des annexes financières qui couvrent le mois ; sur plusieurs mois, leur moyenne.",
        "ETP", Unite.ETP, _AF, Quantite(("annexes",), _conventionnes_du_mois), ("Ne se somme pas sur les mois.",)),
    Indicateur("FIN-02", "ETP conventionnés",
        "Somme, sur les annexes financières de l'année, des ETP multipliés par le nombre de mois couverts, divisée par 12.",
        "ETP", Unite.ETP, _AF, Quantite(("annexes",), _conventionnes),
        ("Une annexe à cheval sur deux années est répartie par mois.",)),
    Indicateur("FIN-03", "ETP réalisés",
        "Somme des heures déclarées dans l'année, chacune divisée par le nombre d'heures par ETP de son annexe.",
        "ETP", Unite.ETP, _ASP, somme("annexes", "etp_realises"),
        ("Heures déclarées, à distinguer des heures qui ouvrent droit à l'aide.",
         "Le total est calculé en valeur exacte et arrondi une seule fois.", PROVISOIRE)),
    Indicateur("FIN-04", "ETP réalisés du mois",
        "Heures déclarées dans le mois, divisées par les heures par ETP de l'annexe et multipliées par 12 ; sur plusieurs mois, leur moyenne.",
        "ETP", Unite.ETP, _ASP, Quantite(("annexes",), _realises_du_mois),
        ("La moyenne des douze mois est égale aux ETP réalisés de l'année.", PROVISOIRE)),
    Indicateur("FIN-05", "Taux de réalisation du mois",
        "ETP réalisés du mois (FIN-04) rapportés aux ETP conventionnés du mois (FIN-01).",
        _TAUX, Unite.TAUX, _ASP,
        Quantite(("annexes",), _realisation_du_mois), (_SANS_ETP, PROVISOIRE)),
    Indicateur("FIN-06", "Taux de réalisation",
        "ETP réalisés (FIN-03) rapportés aux ETP conventionnés (FIN-02), sur la période.",
        _TAUX, Unite.TAUX, _ASP, Quantite(("annexes",), _realisation), (_SANS_ETP,)),
    Indicateur("FIN-07", "Annexes en sous-consommation",
        "Annexes financières dont les ETP réalisés sont inférieurs aux ETP conventionnés, rapportées aux annexes de l'année.",
        _TAUX, Unite.TAUX, _ASP, rapport("annexes", "annexes_sous", "annexes"), (_COUPEE, PROVISOIRE)),
    Indicateur("FIN-08", "Écart de réalisation", "ETP réalisés (FIN-03) moins ETP conventionnés (FIN-02), sur la période.",
        "ETP", Unite.ETP, _ASP, Quantite(("annexes",), _ecart), (PROVISOIRE,)),
    Indicateur("FIN-09", "Montant engagé",
        "Montants socle et modulé des annexes financières qui rencontrent l'année, moins ce que les cofinanceurs en paient.",
        "euro", Unite.EUROS, _AF, somme("annexes", "engage"),
        ("Les annexes historisées sont exclues.", "Le montant d'une annexe à cheval sur deux années compte en entier dans chacune.")),
    Indicateur("FIN-10", "Montant consommé, part de l'État",
        "Somme, par annexe, des ETP réalisés multipliés par le montant unitaire, moins la part des cofinanceurs (F20).",
        "euro", Unite.EUROS, _ASP, somme("annexes", "consomme_etat"),
        ("La part des cofinanceurs est celle qui est inscrite à l'annexe ; non inscrite, elle compte pour zéro.", PROVISOIRE)),
    Indicateur("FIN-11", "Taux d'exécution de l'enveloppe",
        "Montant consommé, part de l'État (FIN-10), rapporté à l'enveloppe d'aide au poste notifiée au territoire, mouvements compris.",
        _TAUX, Unite.TAUX, "Enveloppes notifiées, annexes et déclarations", Quantite(("annexes", "enveloppes"), _execution),
        ("Sans objet par type de structure : une enveloppe n'en a pas.",
         "« non communiqué » là où aucune enveloppe n'est notifiée.", PROVISOIRE)),
    Indicateur("FIN-12", "Part des cofinanceurs",
        "Montants cofinancés rapportés aux montants des annexes financières où le cofinancement est connu (F12).",
        _TAUX, Unite.TAUX, _AF, Quantite(("annexes",), _part_cofinancee),
        ("« non communiqué » là où aucune annexe ne dit le cofinancement : ce n'est pas zéro.",)),
    Indicateur("FIN-13", "ETP cofinancés",
        "Somme, par annexe, des ETP conventionnés de l'année multipliés par la part des cofinanceurs (F13).",
        "ETP", Unite.ETP, _AF, somme("annexes", "etp_cofinances"),
        ("Les ETP de l'État sont le reste des ETP conventionnés (FIN-02).",
         "« non communiqué » là où aucune annexe ne dit le cofinancement.")),
    Indicateur("FIN-15", "Écart du cofinancement au théorique",
        "Cofinancements inscrits moins leur montant théorique (F14), rapportés à ce montant, là où il est connu.",
        _TAUX, Unite.TAUX, "Cofinancements inscrits", Quantite(("cofinancements",), _ecart_cofinancement),
        ("Sur les cofinancements dont la participation théorique est calculée.",)),
    Indicateur("FIN-16", "Coût pour l'État d'un ETP réalisé", "Montant consommé, part de l'État (FIN-10), rapporté aux ETP réalisés (FIN-03).",
        "euro par ETP", Unite.EUROS, _ASP, rapport("annexes", "consomme_etat", "etp_realises"), (PROVISOIRE,)),
    Indicateur("FIN-17", "Coût pour l'État d'une sortie en emploi durable",
        "Montant consommé, part de l'État (FIN-10), rapporté aux sorties comptées en emploi durable.",
        "euro par sortie", Unite.EUROS, "Déclarations, annexes et sorties", ParPersonne("sorties", "durables", _cout_durable, ("annexes",)),
        ("À lire avec le taux de sorties dynamiques (SOR-01).", PROVISOIRE)),
    Indicateur("FIN-18", "Part modulée moyenne", "Montants modulés rapportés aux montants socles, sur les annexes dont la part modulée est connue.",
        _TAUX, Unite.TAUX, _AF, rapport("annexes", "module", "socle_module"),
        ("« non communiqué » tant qu'aucune part modulée n'est décidée.",)),
    Indicateur("FIN-19", "Saisie à jour",
        "Annexes financières dont le dernier mois déclaré n'a pas plus de deux mois de retard, rapportées aux annexes de l'année.",
        _TAUX, Unite.TAUX, _ASP, rapport("annexes", "annexes_a_jour", "annexes"),
        ("Pour une année passée, le dernier mois attendu est décembre.", "Une annexe qui finit avant décembre paraît en retard une fois finie.")),
    Indicateur("FIN-20", "Heures moyennes par salarié et par mois",
        "Heures déclarées rapportées au nombre de salariés ayant au moins une heure, compté chaque mois.",
        "heure", Unite.HEURES, _ASP, ParPersonne("presents", "personnes", _heures_par_salarie, ("annexes", "mois")), (PROVISOIRE,)),
    Indicateur("FIN-22", "ETP réalisés plafonnés", "Somme, par annexe, du plus petit des ETP réalisés et conventionnés.",
        "ETP", Unite.ETP, _ASP, somme("annexes", "etp_plafonnes"), (PROVISOIRE,)),
    Indicateur("FIN-23", "Effectif salarié moyen", "Salariés distincts ayant au moins une heure dans le mois, en moyenne des mois déclarés.",
        "personne", Unite.NOMBRE, _ASP, ParPersonne("presents", "personnes", _effectif_moyen, ("mois",)),
        ("À ne pas confondre avec les personnes de l'année (PAR-10).", PERSONNES)),
    Indicateur("VER-01", "Financement de l'État",
        "Somme des versements de l'État dans l'année : aide au poste (socle et part modulée) et fonds de développement "
        "de l'inclusion.",
        "euro", Unite.EUROS, "Versements enregistrés", somme("versements", "verse_etat"),
        ("Définition propre à cette plateforme.",
         "Un versement n'est jamais modifié : il est corrigé par une ligne contraire.")),
    Indicateur("VER-02", "Financement des autres financeurs", "Somme des versements de l'année d'un financeur autre que l'État.",
        "euro", Unite.EUROS, "Versements enregistrés", somme("versements", "verse_autres"),
        ("Définition propre à cette plateforme.", "Les versements directs que personne n'enregistre ici n'y sont pas.")),
    Indicateur("COF-01", "Postes CDDI cofinancés",
        "Somme des postes en contrat à durée déterminée d'insertion (CDDI) cofinancés par le département, inscrits aux "
        "annexes financières de l'année.",
        "poste", Unite.NOMBRE, _AF, somme("annexes", "postes_cddi"),
        ("Définition propre à cette plateforme.",
         "« non communiqué » là où le nombre n'est pas connu : ce n'est pas zéro.")),
)  # fmt: skip
CLAUSES = (
    Indicateur("CLA-01", "Heures de clauses sociales",
        "Somme des heures réalisées sur les marchés du département qui portent une clause d'insertion.",
        "heure", Unite.HEURES, "Marchés et heures déclarées", _clause("clauses_realisees"),
        ("Comprend les heures d'entreprises hors IAE.", "« non communiqué » là où les marchés ne sont pas connus.",
         "Sans objet par type de structure : un marché n'en a pas.")),
    Indicateur("CLA-02", "Taux de réalisation des clauses", "Heures réalisées rapportées aux heures prévues des marchés de l'année.",
        _TAUX, Unite.TAUX, "Marchés et heures déclarées", _rapport_clause("clauses_realisees", "clauses_prevues"),
        ("Sans prorata d'avancement : la durée d'un marché n'est pas toujours connue.",)),
    Indicateur("CLA-04", "Part des heures portées par des structures de l'IAE",
        "Heures réalisées par des structures de l'IAE rapportées aux heures réalisées.",
        _TAUX, Unite.TAUX, "Marchés et heures déclarées", _rapport_clause("clauses_siae", "clauses_realisees")),
    Indicateur("CLA-05", "ETP de clause", "Heures réalisées (CLA-01) divisées par 1 607.",
        "ETP", Unite.ETP, "Marchés et heures déclarées", Quantite(("clauses",), _etp_clause)),
)  # fmt: skip

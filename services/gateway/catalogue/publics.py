"""Indicators of publics (PUB), and of reasons of refusal: shares of counts that the vault lets out, never of persons."""

from services.gateway.catalogue.indicateur import PERSONNES, Indicateur
from services.gateway.catalogue.mesures import Part
from services.gateway.pages.formats import Unite

_SOURCE = "Publics comptés chaque jour par le service des parcours"
_PART = "ratio, affiché en %"
_ENTREE = "Critère connu à l'entrée de la personne ; un critère qui n'est pas dit ne se distingue pas d'un critère absent."
_CUMUL = "Les critères se cumulent : la somme des parts dépasse 100 %."
_ARRETE = "Numérateur du dernier compte de la journée ; « non communiqué » tant qu'aucun compte n'est fait, et tel que connu un jour d'avant."


def _public(code: str, libelle: str, qui: str, nom: str, *limites: str) -> Indicateur:
    return Indicateur(
        code,
        libelle,
        f"Personnes distinctes {qui}, rapportées aux personnes employées de l'année (PAR-10).",
        _PART,
        Unite.TAUX,
        _SOURCE,
        Part("publics", nom, "personnes"),
        (*(limites or (_ENTREE,)), _CUMUL, _ARRETE, PERSONNES),
    )


PUBLICS = (
    _public("PUB-01", "Femmes", "de sexe féminin", "femmes", "Sexe de l'état civil, toujours dit."),
    _public("PUB-02", "Bénéficiaires du RSA", "au critère « bénéficiaire du RSA » à l'entrée", "brsa"),
    _public("PUB-04", "Allocataires de l'ASS", "au critère « allocataire ASS » à l'entrée", "ass"),
    _public("PUB-05", "Allocataires de l'AAH", "au critère « allocataire AAH » à l'entrée", "aah"),
    _public("PUB-06", "Travailleurs handicapés", "au critère « travailleur handicapé » à l'entrée", "handicapes"),
    _public("PUB-07", "Demandeurs d'emploi de longue durée", "inscrites depuis 12 à 23 mois à l'entrée", "deld"),
    _public("PUB-08", "Demandeurs d'emploi de très longue durée", "inscrites depuis 24 mois et plus à l'entrée", "detld"),
    _public("PUB-09", "Longue durée, 12 mois et plus", "inscrites depuis 12 mois et plus à l'entrée (PUB-07 et PUB-08)", "longue_duree"),
    _public("PUB-10", "Jeunes", "de moins de 26 ans", "jeunes", "Âge : année observée moins année de naissance."),
    _public("PUB-11", "Seniors", "de 50 ans et plus", "seniors", "Âge : année observée moins année de naissance.",
            "D'autres tableaux comptent à partir de 51 ou de 55 ans."),
    _public("PUB-12", "Quartiers prioritaires", "au critère « résident QPV » à l'entrée", "qpv", _ENTREE, "Critère déclaré, non adresse codée."),
    _public("PUB-13", "Zones rurales", "au critère « résident ZRR ou FRR » à l'entrée", "zrr", _ENTREE,
            "Les zones de revitalisation rurale sont devenues France Ruralités Revitalisation."),
    _public("PUB-14", "Niveau inférieur au CAP", "de niveau de formation codé 70", "sans_diplome",
            "Les niveaux non renseignés sont comptés à part, sur la page des parcours."),
    _public("PUB-15", "Autres situations",
            "parent isolé, sans hébergement, réfugiées, sortant de détention ou de l'ASE, en difficulté de langue ou de mobilité : une au moins",
            "autres_situations", _ENTREE, "« Sans ressources » n'est pas un critère tenu ici."),
)  # fmt: skip
REFUS = (
    Indicateur("ORI-08", "Refus au motif des objectifs du dialogue de gestion",
        "Orientations de l'année refusées pour les objectifs du dialogue de gestion, rapportées aux orientations refusées.",
        _PART, Unite.TAUX, "Motifs de refus comptés chaque jour par le service des parcours",
        Part("refus", "refus_prevent_objectives", "refusees"), ("Année entière seulement.", _ARRETE)),
)  # fmt: skip

"""Indicators of the offer (OFF): structures, posts, staff, turnover."""

from services.gateway.catalogue.indicateur import Indicateur
from services.gateway.catalogue.lecture import Lecture
from services.gateway.catalogue.mesures import Quantite, ratio, somme
from services.gateway.pages.formats import Absence, Unite
from services.gateway.queries.counts import Nombre
from shared.reference.territories import communes

_REGISTRE = "Registre des structures"
_ANNEXES = "Registre des structures et annexes financières"


def _part_du_type(lecture: Lecture) -> Nombre | Absence:
    place, kind = lecture.lieu, lecture.type
    if kind is None:
        return Absence.SANS_OBJET
    every = lecture.compteurs["offre"].comptes.get((place, None), {}).get("structures", 0)
    return ratio(lecture.brut("offre", "structures"), every)


def _sans_siae(lecture: Lecture) -> Nombre | Absence:
    place = lecture.lieu
    places = {cell[0] for cell in lecture.compteurs["offre"].comptes if cell[0]} if place is None else {place}
    every = sum(commune.code_departement in places for commune in communes().values())
    served = lecture.brut("offre", "communes_pourvues")
    return ratio(every - min(every, int(served or 0)), every)


OFFRE = (
    Indicateur(
        "OFF-01", "Structures conventionnées",
        "Nombre de structures (couple SIRET et type) ayant au moins une annexe financière valide, provisoire ou close "
        "qui rencontre l'année.",
        "structure", Unite.NOMBRE, _ANNEXES, somme("offre", "structures"),
        ("Un organisme qui porte deux types compte pour deux structures.",
         "Le type « autre » rassemble les structures dont la source ne dit pas le type."),
    ),
    Indicateur(
        "OFF-02", "Organismes porteurs", "Nombre de SIREN distincts parmi les structures conventionnées (OFF-01).",
        "organisme", Unite.NOMBRE, _ANNEXES, somme("offre", "organismes"),
        ("Toujours inférieur ou égal à OFF-01.", "Un organisme présent dans deux départements compte dans chacun et une fois au total."),
    ),
    Indicateur(
        "OFF-03", "Antennes", "Nombre de sites rattachés à une structure mère et non fermés.",
        "antenne", Unite.NOMBRE, _REGISTRE, somme("antennes", "antennes"),
        ("Jamais comptées dans OFF-01.", "État du registre au jour de la lecture, non de l'année."),
    ),
    Indicateur(
        "OFF-04", "Part du type dans l'offre", "Structures conventionnées du type choisi rapportées à toutes (OFF-01).",
        "ratio, affiché en %", Unite.TAUX, _ANNEXES, Quantite(("offre",), _part_du_type),
        ("Sans objet tant qu'aucun type n'est choisi.",),
    ),
    Indicateur(
        "OFF-05", "Postes ouverts au recrutement", "Somme des postes des fiches de poste ouvertes des structures non fermées.",
        "poste", Unite.NOMBRE, "Fiches de poste", somme("antennes", "postes_ouverts"),
        ("État au jour de la lecture, non de l'année.", "Une structure sans fiche de poste n'en compte aucun."),
    ),
    Indicateur(
        "OFF-08", "Communes sans structure", "Communes où aucune structure conventionnée n'est installée, rapportées aux communes du territoire.",
        "ratio, affiché en %", Unite.TAUX, "Registre des structures et communes de 2026", Quantite(("offre",), _sans_siae),
        ("Rayon de 0 km : la commune elle-même.", "Sans objet hors des Hauts-de-France, dont seules les communes sont tenues."),
    ),
    Indicateur(
        "OFF-09", "Permanents", "Somme des effectifs de salariés permanents déclarés par les structures conventionnées.",
        "personne", Unite.NOMBRE, _REGISTRE, somme("offre", "permanents"),
        ("Il s'agit de personnes, non d'équivalents temps plein (ETP).",
         "Salariés permanents de la structure, non personnes en parcours : le nombre est public.",
         "Dernier exercice déclaré."),
    ),
    Indicateur(
        "OFF-11", "Chiffre d'affaires",
        "Somme des ventes et prestations de l'exercice des structures conventionnées, comptée une fois par structure.",
        "euro", Unite.EUROS, _REGISTRE, somme("offre", "chiffre_affaires"),
        ("Un montant non transmis n'est pas compté ; il n'est pas remplacé par zéro.", "Dernier exercice déclaré."),
    ),
)  # fmt: skip

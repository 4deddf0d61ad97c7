"""The screen of pathways, and the same in the API: from orientation to exit, counted once and hidden once."""

from collections.abc import Sequence
from typing import Any

from fastapi import Request

from services.gateway.catalogue.lecture import Lecture
from services.gateway.catalogue.mesures import Effectif, ParPersonne, Part
from services.gateway.counting import Counting
from services.gateway.pages.exports import Fichier
from services.gateway.pages.formats import Absence, Valeur
from services.gateway.pages.models import CategorieSortie, Etape, situe
from services.gateway.pages.parcours import BLOCS, Absent, Compte, Delai, ParcoursPage
from services.gateway.pages.secrecy import PAS
from services.gateway.pages.site import Adresse
from services.gateway.screens import publics
from services.gateway.screens.cadre import sources_freshness
from services.gateway.screens.indicateurs import Demande, filters_of, json_row, parameters_of

SOURCES = (
    "candidatures",
    "delais",
    "orientes",
    "attente",
    "embauches",
    "contrats",
    "presents",
    "sorties",
    "etapes",
    *publics.SOURCES,
)
ENVOI, PERSONNES, EMPLOI, SORTIE = (
    "Orientations envoyées dans l'année",
    "Personnes orientées dans l'année",
    "Emploi dans l'année",
    "Sorties de l'année",
)
CATEGORIES = (
    ("Emploi durable", "durables"),
    ("Emploi de transition", "transitions"),
    ("Sortie positive", "positives"),
    ("Autre sortie", "autres"),
)
QUANTILES = ("q1", "mediane", "q3")
ABSENTS = (
    Absent(
        "Résidence",
        "La commune où vit une personne reste dans le coffre du service des parcours : les territoires sont ceux des structures.",
    ),
    Absent(
        "Freins par thème",
        "Une étape notée dit qu'un frein existe, jamais lequel ni sa force. Le nombre de personnes concernées est plus haut.",
    ),
)


async def parcours_screen(
    request: Request, asked: Demande, years: Sequence[int]
) -> tuple[ParcoursPage, dict[str, int]]:
    """Return the page of pathways and the positions it was read at."""
    counting: Counting = request.app.state.counting
    champ = asked.champ
    comptage = await counting.read(champ, SOURCES)
    lecture = Lecture(comptage.compteurs, (asked.departement, champ.type))
    parameters = parameters_of(asked)
    page = ParcoursPage(
        titre=f"De l'orientation à la sortie {situe(asked.nature, asked.code, asked.nom)} en {champ.annee}",
        nom=asked.nom,
        code=asked.code if asked.departement else f"region-{asked.region}",
        annee=champ.annee,
        adresse=Adresse("/parcours", parameters),
        api=Adresse("/api/vues/v1/parcours/etapes", parameters).avec(),
        fraicheur=sources_freshness(request, champ.arret, None),
        filtres=filters_of(asked, list(years)),
        connu_le=champ.connu_le,
        type=champ.type,
        etapes=_steps(lecture),
        delais=_delays(lecture),
        tranches=_ranges(lecture),
        suites=_outcomes(lecture),
        refus=publics.refus_of(lecture),
        publics=publics.publics_of(lecture),
        accompagnement=_support(lecture),
        sorties=tuple(
            CategorieSortie(
                label, lecture.montre("sorties", nom), Part("sorties", nom, "comptees").valeur(lecture)
            )
            for label, nom in CATEGORIES
        ),
        ecartees=_left_out(lecture),
        absents=ABSENTS,
    )
    return page, comptage.positions


def _steps(lecture: Lecture) -> tuple[Etape, ...]:
    def step(
        code: str,
        label: str,
        where: str,
        source: str,
        nom: str,
        of: str | None = None,
        words: str = "",
        note: str = "",
    ) -> Etape:
        rate: Valeur = Absence.SANS_OBJET if of is None else Part(source, nom, of).valeur(lecture)
        return Etape(code, label, where, lecture.montre(source, nom), rate, words, note)

    return (
        step("ORIENTATIONS", "Orientations reçues", ENVOI, "candidatures", "envoyees"),
        step("REPONDUES", "Répondues", ENVOI, "candidatures", "repondues", "envoyees", "des orientations"),
        step("ACCEPTEES", "Acceptées", ENVOI, "candidatures", "acceptees", "envoyees", "des orientations"),
        step("EMBAUCHES", "Suivies d'une embauche", ENVOI, "candidatures", "embauches", "acceptees", "des acceptées"),
        step("PERSONNES_ORIENTEES", "Personnes orientées", PERSONNES, "orientes", "personnes_orientees",
             note="Une personne orientée deux fois compte une fois ici."),
        step("PERSONNES_EMBAUCHEES", "Embauchées", PERSONNES, "orientes", "personnes_embauchees", "personnes_orientees", "des personnes orientées"),
        step("EMPLOYEES", "Personnes employées", EMPLOI, "presents", "personnes", note="Au moins une heure déclarée dans l'année."),
        step("CONTRATS", "Contrats signés", EMPLOI, "contrats", "contrats"),
        step("ENTREES", "dont entrées", EMPLOI, "contrats", "entrees", "contrats", "des contrats", "Premier contrat de la personne dans la structure."),
        step("SORTIES", "Sorties", SORTIE, "sorties", "sorties"),
        step("COMPTEES", "Sorties comptées", SORTIE, "sorties", "comptees", "sorties", "des sorties", "Au-delà des seuils de durée ou d'heures, hors retraits."),
        step("DYNAMIQUES", "Sorties dynamiques", SORTIE, "sorties", "dynamiques", "comptees", "des sorties comptées", "Emploi durable, de transition, sorties positives."),
    )  # fmt: skip


def _delays(lecture: Lecture) -> tuple[Delai, ...]:
    def delay(code: str, label: str, source: str, lu: str, prefix: str, count: str, note: str) -> Delai:
        first, middle, third = (
            _quantile(lecture, (source, count), (lu, f"{prefix}_{rank}")) for rank in QUANTILES
        )
        return Delai(code, label, lecture.montre(source, count), first, middle, third, note)

    return (
        delay("ORI-10", "De l'envoi à la réponse", "candidatures", "delais", "delai", "repondues",
              "Orientations répondues ; celles qui attendent encore n'y sont pas."),
        delay("ORI-11", "De la première candidature à l'embauche", "embauches", "embauches", "embauche", "embauchees_delai",
              "Par personne embauchée, candidatures envoyées par l'employeur exclues."),
    )  # fmt: skip


def _quantile(lecture: Lecture, effectif: tuple[str, str], lu: tuple[str, str]) -> Valeur:
    return ParPersonne(*effectif, lambda found: found.brut(*lu)).valeur(lecture)


def _ranges(lecture: Lecture) -> tuple[Compte, ...]:
    labels = {
        "repondues_30": "30 jours au plus",
        "repondues_45": "31 à 45 jours",
        "repondues_60": "46 à 60 jours",
        "repondues_90": "61 à 90 jours",
        "repondues_plus": "Plus de 90 jours",
    }
    return tuple(
        _count(lecture, name.upper(), label, "candidatures", name, "repondues")
        for name, label in labels.items()
    )


def _outcomes(lecture: Lecture) -> tuple[Compte, ...]:
    return (
        _count(lecture, "ACCEPTEES", "Acceptées", "candidatures", "acceptees", "envoyees"),
        _count(lecture, "REFUSEES", "Refusées", "candidatures", "refusees", "envoyees", "Par motif : voir plus bas."),
        _count(lecture, "SANS_REPONSE", "Sans réponse à ce jour", "candidatures", "sans_reponse", "envoyees", "Reçues, à l'étude ou mises en attente."),
        _count(lecture, "SANS_SOLUTION", "Personnes sans solution depuis plus de 30 jours", "attente", "sans_solution", "file_active", "Rapportées à la file active : candidature des six derniers mois, aucune acceptée."),
    )  # fmt: skip


def _support(lecture: Lecture) -> tuple[Compte, ...]:
    rows = (
        ("ACC-01", "Personnes concernées par un frein noté", "personnes_frein"),
        ("ACC-06", "Personnes formées", "personnes_formees"),
        ("ACC-08", "Personnes en immersion (PMSMP)", "personnes_immergees"),
    )
    return tuple(
        Compte(code, label, Effectif("etapes", name).valeur(lecture), Absence.SANS_OBJET)
        for code, label, name in rows
    )


def _left_out(lecture: Lecture) -> tuple[Compte, ...]:
    return (
        _count(lecture, "DUREE", "Durée trop courte", "sorties", "ecartees_duree", "sorties", "Moins de 81 jours entre l'entrée et la sortie, en ACI et EI."),
        _count(lecture, "HEURES", "Trop peu d'heures", "sorties", "ecartees_heures", "sorties", "Moins de 150 heures en AI et ETTI, d'une heure ailleurs, dans l'année de la sortie."),
        _count(lecture, "RETRAIT", "Retrait d'une sortie constatée", "sorties", "ecartees_retrait", "sorties", "La structure a retiré la sortie : elle ne compte jamais."),
        _count(lecture, "NON_DOCUMENTEES", "Contrats finis sans sortie déclarée", "contrats", "non_documentees", None, "En dehors des sorties : aucun des deux dénominateurs ne les mêle."),
    )  # fmt: skip


def _count(
    lecture: Lecture, code: str, label: str, source: str, nom: str, of: str | None, note: str = ""
) -> Compte:
    share: Valeur = Absence.SANS_OBJET if of is None else Part(source, nom, of).valeur(lecture)
    return Compte(code, label, lecture.montre(source, nom), share, note)


def parcours_file(page: ParcoursPage, bloc: str) -> Fichier:
    """Return one block of the page as a file holds it.

    Raises
    ------
    KeyError
        No such block.
    """
    colonnes, rows = page.tableau(bloc)
    return Fichier(
        f"parcours-{bloc}",
        page.titre,
        colonnes,
        rows,
        page.nom,
        page.code,
        page.annee,
        page.type,
        page.fraicheur.arrete_le,
        page.connu_le,
    )


def parcours_body(page: ParcoursPage, asked: Demande) -> dict[str, Any]:
    """Return the page as the API writes it: the same hidden values."""
    body: dict[str, Any] = {
        "territoire": asked.territoire,
        "annee": page.annee,
        "type": page.type,
        "connu_le": page.connu_le.isoformat() if page.connu_le else None,
        "effectifs_arrondis_a": PAS if page.connu_le else None,
        "arrete_le": page.fraicheur.arrete_le.isoformat(),
    }
    for bloc in BLOCS:
        colonnes, rows = page.tableau(bloc)
        body[bloc] = [json_row(colonnes, row) for row in rows]
    body["non_publies"] = [{"libelle": absent.libelle, "raison": absent.raison} for absent in page.absents]
    return body

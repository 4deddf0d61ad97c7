"""Sample pages of the catalogue, with made-up values; structures and territories of the sample region."""

from datetime import date
from decimal import Decimal

from services.gateway.catalogue import PAR_CODE
from services.gateway.pages.diagnostic import DiagnosticPage, EpciRow
from services.gateway.pages.donnees import DonneesPage
from services.gateway.pages.formats import Absence, Unite
from services.gateway.pages.indicateurs import CataloguePage, IndicateurPage, ValeurRow, tries
from services.gateway.pages.models import Comparaison, Etape, Filtre, Option, Tendance
from services.gateway.pages.parcours import Compte, Delai, ParcoursPage
from services.gateway.pages.site import Adresse
from services.gateway.screens.donnees import JEUX
from services.gateway.screens.indicateurs import catalogue_page, fiche
from services.gateway.screens.parcours import ABSENTS
from tests.factories.gateway_pages import make_freshness, make_sorties

D = Decimal


def make_catalogue() -> CataloguePage:
    return catalogue_page()


def make_indicator_page(code: str = "FIN-03") -> IndicateurPage:
    lines = (
        ("Aisne", "02", D("1209.24"), D("1150.10")),
        ("Nord", "59", D("5217.50"), D("5300.00")),
        ("Oise", "60", D("1204.99"), Absence.SANS_OBJET),
        ("Pas-de-Calais", "62", Absence.SECRET, D("3500")),
        ("Somme", "80", None, None),
    )
    rows = tuple(
        ValeurRow(
            name, number, "département", now, now, before,
            now - before if isinstance(now, D) and isinstance(before, D) else Absence.SANS_OBJET,
        )
        for name, number, now, before in lines
    )  # fmt: skip
    indicateur = PAR_CODE[code]
    return IndicateurPage(
        fiche=fiche(indicateur),
        titre=f"{indicateur.libelle} dans les Hauts-de-France en 2017",
        adresse=Adresse(f"/indicateurs/{code}", {"territoire": "region-32", "annee": "2017"}),
        api=f"/api/vues/v1/indicateurs/{code}?territoire=region-32&annee=2017",
        fraicheur=make_freshness(),
        filtres=(
            Filtre("territoire", "Territoire", (Option("region-32", "Hauts-de-France", choisie=True),)),
            Filtre("annee", "Année", (Option("2017", "2017", choisie=True), Option("2016", "2016"))),
            Filtre("type", "Type de structure", (Option("", "tous les types", choisie=True),)),
        ),
        annee=2017,
        nom="Hauts-de-France",
        unite=Unite.ETP,
        valeur=D("13000"),
        comparaison=Comparaison("+320 ETP par rapport à 2016, où la valeur était 12 680", Tendance.HAUSSE),
        periode="Du 1er janvier 2017 au 31 décembre 2017",
        provisoire=False,
        connu_le=date(2018, 1, 15),
        lignes=tries(rows),
        entier=ValeurRow("Hauts-de-France", "32", "région", D("13000"), D("13000"), D("12680"), D("320")),
        entier_nom="Hauts-de-France",
    )


def _filters() -> tuple[Filtre, ...]:
    return make_indicator_page().filtres


def make_parcours_page(*, vide: bool = False) -> ParcoursPage:
    """The steps of the sample région; empty when nothing is held."""
    counts = {
        "ORIENTATIONS": 18_000, "REPONDUES": 15_612, "ACCEPTEES": 9_822, "EMBAUCHES": 9_360,
        "SORTIES": 19_596, "COMPTEES": 17_058, "DYNAMIQUES": 10_107,
    }  # fmt: skip
    steps = tuple(
        Etape(
            code, code.capitalize(), "Sorties de l'année" if rank > 3 else "Orientations envoyées dans l'année",
            0 if vide else count, Absence.SANS_OBJET if rank in (0, 4) else D("0.567"), "des précédentes", "Une note.",
        )
        for rank, (code, count) in enumerate(counts.items())
    )  # fmt: skip
    rows = (
        Compte("A", "Acceptées", 9_822, D("0.5457"), "Une note."),
        Compte("B", "Refusées", Absence.SECRET, Absence.SECRET),
    )
    support = (Compte("ACC-01", "Personnes concernées par un frein noté", 0, Absence.SANS_OBJET),)
    return ParcoursPage(
        titre="De l'orientation à la sortie dans les Hauts-de-France en 2017",
        nom="Hauts-de-France",
        code="region-32",
        annee=2017,
        adresse=Adresse("/parcours", {"territoire": "region-32", "annee": "2017"}),
        api="/api/vues/v1/parcours/etapes?territoire=region-32&annee=2017",
        fraicheur=make_freshness(),
        filtres=_filters(),
        connu_le=None,
        type=None,
        etapes=steps,
        delais=(
            Delai("ORI-10", "De l'envoi à la réponse", 15_612, D(9), D(19), D(34), "Orientations répondues."),
        ),
        tranches=rows,
        suites=rows,
        refus=() if vide else rows,
        publics=() if vide else rows,
        accompagnement=support
        if vide
        else (*support, Compte("ACC-06", "Personnes formées", 812, Absence.SANS_OBJET)),
        sorties=make_sorties(),
        ecartees=rows,
        absents=ABSENTS,
    )


def make_diagnostic_page(*, vide: bool = False) -> DiagnosticPage:
    """Three intercommunal bodies under more or less pressure."""
    lines = (
        ("Métropole européenne de Lille", "200093201", D("1210.5"), 600, 120, 3_200, 41, D("21.5")),
        ("CU de Dunkerque", "245900428", D("410"), None, None, 512, Absence.SECRET, None),
        (
            "CA du Caudrésis et du Catésis",
            "200030633",
            D("35.25"),
            40,
            2,
            Absence.SECRET,
            Absence.SECRET,
            D(30),
        ),
    )
    rows = tuple(
        EpciRow(
            name, code, "59", 12, etp, capacity, posts, waiting, sent, sent, pending,
            D(sent) / etp if isinstance(sent, int) else sent,
        )
        for name, code, etp, capacity, posts, sent, pending, waiting in lines
    )  # fmt: skip
    return DiagnosticPage(
        titre="Diagnostic de l'offre dans le Nord en 2017",
        nom="Nord",
        code="59",
        annee=2017,
        type=None,
        adresse=Adresse("/diagnostic", {"territoire": "departement-59", "annee": "2017"}),
        api="/api/vues/v1/diagnostic?territoire=departement-59&annee=2017",
        fraicheur=make_freshness(),
        filtres=_filters(),
        connu_le=None,
        lignes=() if vide else rows,
        lecture="La plus forte pression est à Métropole européenne de Lille : 3 200 orientations pour 1 210,5 ETP conventionnés.",
    )


def make_open_data_page() -> DonneesPage:
    return DonneesPage(
        2017,
        "Hauts-de-France",
        Adresse("/donnees", {"annee": "2017"}),
        make_freshness(),
        (2018, 2017),
        JEUX,
        None,
    )

"""Sample pages: the Hauts-de-France in 2017, as the synthetic data set gives them. Structures are fictitious."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from services.gateway.pages.formats import Absence, Unite
from services.gateway.pages.models import (
    CategorieSortie,
    Comparaison,
    DepartementRow,
    Etape,
    Filtre,
    HomePage,
    KeyFigure,
    MonthlyEtp,
    Nature,
    Option,
    Seance,
    StructureRow,
    StructuresTable,
    StructureTotals,
    Tendance,
    TerritoryLine,
    TerritoryPage,
    TypeRow,
)
from services.gateway.pages.site import (
    Adresse,
    Bus,
    EtatSource,
    Freshness,
    Incident,
    Lien,
    Site,
    SourceFreshness,
    StatePage,
)
from shared.reference.carte import carte

D = Decimal
NOW = datetime(2018, 1, 15, 13, 10, tzinfo=UTC)
CODES = ("02", "59", "60", "62", "80")
TYPES = {
    "ACI": "Ateliers et chantiers d'insertion",
    "EI": "Entreprises d'insertion",
    "AI": "Associations intermédiaires",
    "ETTI": "Entreprises de travail temporaire d'insertion",
    "AUTRE": "Type non précisé",
}
MOIS = {
    "ACI": "6977.37 6844.58 8434.37 7302.50 7935.38 8393.20 8017.56 8576.62 8062.65 8385.34 7704.65 6965.78",
    "EI": "2033.08 1975.50 2397.04 2052.33 2168.12 2257.13 2076.76 2129.21 1945.39 2004.52 1866.42 1694.51",
    "AI": "2618.31 1977.52 2364.60 1995.72 2090.93 2067.92 1801.99 1751.79 1563.02 1657.83 1507.40 1402.96",
    "ETTI": "1664.43 1261.67 1502.83 1223.29 1246.88 1236.82 1023.55 971.43 885.26 944.90 951.77 887.16",
    "AUTRE": "109.19 106.35 132.14 113.67 117.34 109.09 93.61 92.58 78.01 88.44 83.32 76.27",
}


def make_site(
    *, demonstration: bool = True, contact: str | None = "signalement@plateforme-iae.example"
) -> Site:
    territoires = (
        Lien("Hauts-de-France", "/regions/32"),
        *(Lien(d.nom, f"/departements/{d.code}") for d in make_departements()),
    )
    return Site("Plateforme IAE", "http://127.0.0.1:8000", demonstration, NOW, territoires, contact)


def make_freshness(*, panne: bool = False) -> Freshness:
    silent = SourceFreshness(
        "financements",
        2_210,
        timedelta(hours=5),
        EtatSource.INJOIGNABLE,
        datetime(2018, 1, 15, 13, 10, tzinfo=UTC),
    )
    sources = (
        SourceFreshness("structures", 1_362, timedelta(seconds=3), EtatSource.A_JOUR),
        SourceFreshness("parcours", 71_785, timedelta(seconds=2), EtatSource.A_JOUR),
        silent if panne else SourceFreshness("financements", 8_144, timedelta(seconds=3), EtatSource.A_JOUR),
    )
    return Freshness(date(2017, 12, 31), sources, Bus.KAFKA, D("0.987"))


def make_departements() -> tuple[DepartementRow, ...]:
    lines = (
        ("02", "Aisne", 45, "1209.24", "936.29", 1709),
        ("59", "Nord", 191, "5217.50", "3993.48", 7249),
        ("60", "Oise", 46, "1204.99", "920.43", 1625),
        ("62", "Pas-de-Calais", 122, "3665.17", "2825.22", 5058),
        ("80", "Somme", 50, "1703.10", "1301.58", 2359),
    )
    return tuple(
        DepartementRow(
            code, nom, structures, D(realises), D(conventionnes), D(realises) / D(conventionnes), orientations
        )
        for code, nom, structures, realises, conventionnes, orientations in lines
    )


def make_months(values: str, *, provisoires: int = 1) -> tuple[MonthlyEtp, ...]:
    figures = [D(value) for value in values.split()]
    return tuple(
        MonthlyEtp(date(2017, rank, 1), figure, provisoire=rank > len(figures) - provisoires)
        for rank, figure in enumerate(figures, 1)
    )


def make_types() -> tuple[TypeRow, ...]:
    lines = (
        ("ACI", 250, 17_688, "7800.00", "5700.00"),
        ("EI", 87, 4_109, "2050.00", "1500.00"),
        ("AI", 80, 8_318, "1900.00", "1650.00"),
        ("ETTI", 30, 4_046, "1150.00", "1050.00"),
        ("AUTRE", 7, 313, "100.00", "77.00"),
    )
    return tuple(
        TypeRow(
            code, TYPES[code], structures, personnes, D(realises), D(conventionnes), D(realises) / D(conventionnes),
            make_months(MOIS[code]), D(conventionnes),
        )
        for code, structures, personnes, realises, conventionnes in lines
    )  # fmt: skip


def make_etapes() -> tuple[Etape, ...]:
    orientations, sorties = "Orientations envoyées dans l'année", "Sorties de l'année"
    return (
        Etape("ORIENTATIONS", "Orientations reçues", orientations, 18_000, Absence.SANS_OBJET),
        Etape("ACCEPTEES", "Acceptées", orientations, 9_822, D(9822) / 18000, "des orientations", "2 388 sont restées sans réponse, 639 étaient en attente."),
        Etape("EMBAUCHES", "Suivies d'une embauche", orientations, 9_360, D(9360) / 9822, "des acceptées"),
        Etape("SORTIES", "Sorties", sorties, 19_596, Absence.SANS_OBJET),
        Etape("COMPTEES", "Sorties comptées", sorties, 17_058, D(17058) / 19596, "des sorties", "Au-delà des seuils de durée, hors retraits."),
        Etape("DYNAMIQUES", "Sorties dynamiques", sorties, 10_107, D(10107) / 17058, "des sorties comptées", "Emploi durable, de transition, sorties positives."),
    )  # fmt: skip


def make_sorties() -> tuple[CategorieSortie, ...]:
    counts = {
        "Emploi durable": 3901,
        "Emploi de transition": 3655,
        "Sortie positive": 2551,
        "Autre sortie": 6951,
    }
    return tuple(CategorieSortie(label, count, D(count) / 17058) for label, count in counts.items())


def make_structures(*, total: int = 454, page: int = 1, tri: str = "-etp_realises") -> StructuresTable:
    lines = (
        ("Jardins Tervamont", "ACI", "Oignies", "62", "99.16", "134.76", "1958479.58", 138, 76),
        (
            "Intérim solidaire Hautrecourt",
            "ETTI",
            "Bailleul",
            "59",
            "102.35",
            "112.90",
            "491976.04",
            228,
            158,
        ),
        ("Jardins Claigrange", "ACI", "Poix-de-Picardie", "80", "70.96", "94.95", "1423213.19", 86, 36),
        ("Intérim solidaire Ormebois", "ETTI", "Péronne", "80", "81.79", "93.46", "361054.08", 190, 117),
        ("Services Quiefosse", "EI", "Salouël", "80", "70.15", "90.92", "731051.02", 93, 60),
        ("Ateliers Hautrelande", "ACI", "Tourcoing", "59", "60.69", "86.18", "1241143.18", 81, 44),
        (
            "Chantier Lumerive",
            "ACI",
            "Téteghem-Coudekerque-Village",
            "59",
            "58.91",
            "84.73",
            "1202711.49",
            68,
            40,
        ),
        ("Ressourcerie Clairive", "ACI", "Lille", "59", "64.92", "84.17", "1370710.70", 96, 48),
        ("Ateliers Hautreseuil", "ACI", "Amiens", "80", "57.32", "81.88", "1191997.48", 74, 37),
        ("Entraide Salebois", "AI", "Hérin", "59", "67.32", "80.77", "92920.05", 179, 123),
        (
            "Intérim solidaire Quiegrange",
            "ETTI",
            "Cauchy-à-la-Tour",
            "62",
            "71.09",
            "78.28",
            "309893.71",
            155,
            93,
        ),
        ("Ateliers Quiefosse", "ACI", "Tourcoing", "59", "55.23", "74.19", "1142658.27", 69, 34),
        ("Chantier Tervalande", "ACI", "Hazebrouck", "59", "51.13", "73.26", "1059382.88", 68, 34),
        ("Maison commune Lumebois", "AUTRE", "Boulogne-sur-Mer", "62", "2.91", "3.29", "30148.18", 8, 5),
        ("Chantier Hautreseuil", "ACI", "Ghyvelde", "59", "5.56", "6.59", "112307.82", 7, 1),
    )
    rows = tuple(
        StructureRow(
            nom,
            kind,
            commune,
            dep,
            D(conv),
            D(real),
            D(real) / D(conv),
            D(eur),
            sorties,
            D(dynamiques) / D(sorties) if sorties > 10 else Absence.SECRET,
        )
        for nom, kind, commune, dep, conv, real, eur, sorties, dynamiques in lines
    )
    totals = StructureTotals(
        D("9977.00"), D("13000.00"), D(13000) / 9977, D("140000000.00"), 17_058, D(10107) / 17058
    )
    return StructuresTable(rows if total else (), tri, page, 15, total, totals)


def make_figures() -> tuple[KeyFigure, ...]:
    compared = Comparaison("130,3 % des 9 977 ETP conventionnés", Tendance.HAUSSE)
    return (
        KeyFigure("OFF-01", "Structures conventionnées", 454, Unite.NOMBRE, Comparaison("250 ACI, 87 EI, 80 AI, 30 ETTI, 7 autres")),
        KeyFigure("PAR-10", "Personnes employées", 34_000, Unite.NOMBRE, Comparaison("et 4 000 permanents")),
        KeyFigure("FIN-03", "ETP réalisés", D("13000.00"), Unite.ETP, compared),
        KeyFigure("ORI-02", "Orientations", 18_000, Unite.NOMBRE, Comparaison("comparaison à 2016 : sans objet")),
        KeyFigure("VER-01", "Financement de l'État", D("140000000.00"), Unite.MILLIONS_EUROS, Comparaison("14 032 € par ETP conventionné")),
        KeyFigure("OFF-11", "Chiffre d'affaires", D("220000000.00"), Unite.MILLIONS_EUROS, Comparaison("484 581 € par structure")),
    )  # fmt: skip


def make_filters(*, type_choisi: str = "") -> tuple[Filtre, ...]:
    types = {"": "tous les types", **TYPES}
    return (
        Filtre("annee", "Année", (Option("2017", "2017", choisie=True),)),
        Filtre(
            "type",
            "Type de structure",
            tuple(Option(code, label, choisie=code == type_choisi) for code, label in types.items()),
        ),
    )


def make_region(*, type_choisi: str = "", panne: bool = False, **table: object) -> TerritoryPage:
    departements, types, etapes = make_departements(), make_types(), make_etapes()
    total = D(13000) / 9977
    sums = [
        sum(values) for values in zip(*([D(v) for v in line.split()] for line in MOIS.values()), strict=True)
    ]
    parametres = {"annee": "2017", **({"type": type_choisi} if type_choisi else {})}
    return TerritoryPage(
        nature=Nature.REGION,
        code="32",
        nom="Hauts-de-France",
        annee=2017,
        type_filtre=Option(type_choisi, TYPES[type_choisi], choisie=True) if type_choisi else None,
        adresse=Adresse("/regions/32", parametres),
        api="/api/vues/v1/territoires/region/32?annee=2017",
        fraicheur=make_freshness(panne=panne),
        filtres=make_filters(type_choisi=type_choisi),
        chiffres=make_figures(),
        complements=(),
        mois=make_months(" ".join(map(str, sums))),
        cible=D("9977.00"),
        departements=departements,
        departements_total=DepartementRow(
            "", "Hauts-de-France", 454, D("13000.00"), D("9977.00"), total, 18_000
        ),
        contours={code: carte().departements[code].chemin for code in CODES},
        types=types,
        types_total=TypeRow("", "Tous les types", 454, 34_000, D("13000.00"), D("9977.00"), total),
        etapes=etapes,
        sorties=make_sorties(),
        structures=make_structures(**table),  # type: ignore[arg-type] # keywords of the other factory
    )


def make_pas_de_calais(**region: object) -> TerritoryPage:
    from dataclasses import replace  # noqa: PLC0415 -- the only use

    page = make_region(**region)  # type: ignore[arg-type] # keywords of the other factory
    return replace(
        page,
        nature=Nature.DEPARTEMENT,
        code="62",
        nom="Pas-de-Calais",
        adresse=replace(page.adresse, chemin="/departements/62"),
        complements=(
            KeyFigure("COF-01", "Postes CDDI cofinancés", 1_310, Unite.NOMBRE, Comparaison("par le département")),
            KeyFigure("CLA-01", "Heures de clauses sociales", D("575000.00"), Unite.HEURES, Comparaison("soit 358 ETP à 1 607 h")),
        ),
        seances=tuple(
            Seance(
                date(2017, mois, jour), dossiers, D(demandes), D(accordes), f"/cdiae/62/2017-{mois:02}-{jour:02}"
            )
            for mois, jour, dossiers, demandes, accordes in (
                (1, 16, 20, "402.10", "388.50"), (2, 14, 19, "351.00", "340.20"), (3, 14, 43, "980.35", "951.12"),
                (6, 14, 26, "612.40", "590.00"), (10, 16, 14, "301.25", "292.75"),
            )
        ),
    )  # fmt: skip


def make_home(*, panne: bool = False) -> HomePage:
    lines = (
        TerritoryLine("Hauts-de-France", "/regions/32", 454, D("13000.00"), D(13000) / 9977),
        *(
            TerritoryLine(d.nom, f"/departements/{d.code}", d.structures, d.etp_realises, d.taux_realisation)
            for d in make_departements()
        ),
    )
    donnees = (
        Lien("Chiffres clés de la région, en JSON", "/api/vues/v1/reperes?region=32&annee=2017"),
        Lien("Structures de la région, en CSV", "/regions/32?annee=2017&format=csv&tableau=structures"),
        Lien("Description de l'API (OpenAPI)", "/openapi.json"),
    )
    return HomePage(
        "32", "Hauts-de-France", 2017, make_freshness(panne=panne), make_figures(), lines, donnees
    )


def make_state() -> StatePage:
    incident = Incident(
        "financements",
        datetime(2018, 1, 15, 13, 10, tzinfo=UTC),
        None,
        "La source ne répond pas ; ses chiffres sont ceux de la dernière lecture.",
    )
    return StatePage(make_freshness(panne=True), (incident,))

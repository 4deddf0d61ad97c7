"""Sample pages of the registry and of the governance; everything is fictitious."""

from datetime import date
from decimal import Decimal

from services.gateway.pages.bilans import AnneeRow, FinanceurRow, SortiesBloc
from services.gateway.pages.comparaisons import ComparaisonRow
from services.gateway.pages.dossiers import DecisionRow, DialoguePage, DossierImprime, ImpressionPage
from services.gateway.pages.formats import Absence, Unite
from services.gateway.pages.models import Filtre, Option
from services.gateway.pages.plans import ActionRow, AxeBloc, CibleRow, PlanPage
from services.gateway.pages.projets import ListePage, PlanLine, ProjetLine, VeilleLine
from services.gateway.pages.registre import (
    AnnexeRow,
    Champ,
    ConventionRow,
    DossierRow,
    Etape,
    MembreRow,
    PosteRow,
    RegistreLine,
    RegistrePage,
    SeancePage,
    StructurePage,
)
from services.gateway.pages.site import Adresse, Lien
from services.gateway.screens.bilans import figures
from tests.factories.gateway_pages import make_freshness, make_months
from tests.factories.siret import make_siret

D = Decimal

SEMBLABLES = (
    ComparaisonRow(
        "FIN-06", "Taux de réalisation", Unite.TAUX, D("0.95"), D("0.88"), D("0.97"), D("1.02"), 23,
        "même type, de la moitié au double de ses ETP conventionnés, Nord",
    ),
    ComparaisonRow(
        "SOR-01", "Taux de sorties dynamiques", Unite.TAUX, Absence.SECRET, *(Absence.SANS_OBJET,) * 3, 4,
        "même type, de la moitié au double de ses ETP conventionnés, Hauts-de-France",
    ),
)  # fmt: skip
SHEET = "/structures/01890a5d-0000-7000-8000-000000000001"


def make_registre(*, texte: str = "", kind: str = "") -> RegistrePage:
    """One page of the list, filtered or empty."""
    rows = tuple(
        RegistreLine(
            f"Chantier fictif de la Vallée n° {n}", SHEET, "ACI", "Lille", "59", "Réseau fictif R01" if n % 2 else "",
            n % 4, "conventionnée jusqu'au 31/12/2019" if n % 3 else "sans convention en cours",
        )
        for n in range(1, 26)
    )  # fmt: skip
    types = {
        "": "tous les types",
        "ACI": "Ateliers et chantiers d'insertion",
        "EI": "Entreprises d'insertion",
    }
    places = {"": "toute la région", "59": "Nord"}
    empty = texte == "rien"
    parameters = {name: value for name, value in (("q", texte), ("type", kind)) if value}
    return RegistrePage(
        Adresse("/structures", parameters),
        make_freshness(),
        (
            Filtre(
                "type", "Type de structure", tuple(Option(v, t, choisie=v == kind) for v, t in types.items())
            ),
            Filtre(
                "departement", "Département", tuple(Option(v, t, choisie=not v) for v, t in places.items())
            ),
        ),
        "/api/vues/v1/structures",
        texte,
        () if empty else rows,
        1,
        25,
        0 if empty else 250,
        454,
    )


def make_annee(annee: int) -> AnneeRow:
    """A year of a structure, one reason of exclusion too small to be told."""
    return AnneeRow(
        annee=annee, etp_conventionnes=D("24.76"), etp_realises=D("22.9"), ecart_etp=D("-1.86"),
        taux_realisation=D("0.9249"), mois_attendus=12, mois_recus=11, sorties_prevues=30, taux_prevu=D("0.6"),
        sorties=SortiesBloc(
            total=Absence.SECRET, comptees=28, dynamiques=15, taux=D("0.5357"),
            categories=(
                ("DURABLE", "Emploi durable", 5), ("TRANSITION", "Emploi de transition", 5),
                ("POSITIVE", "Sortie positive", 5), ("AUTRE", "Autre sortie", 13),
            ),
            exclues=Absence.SECRET,
            exclusions=(("duree_insuffisante", "présence trop courte", Absence.SECRET),),
        ),
        financeurs=(
            FinanceurRow("ETAT", "État", D("483656.50")),
            FinanceurRow("CD59", "Conseil départemental (59)", D(62000)),
        ),
    )  # fmt: skip


def make_sheet() -> StructurePage:
    """A structure with everything a sheet can show."""
    return StructurePage(
        titre="Chantier fictif de la Vallée (ACI)",
        adresse=Adresse(SHEET, {"annee": "2017"}),
        fraicheur=make_freshness(),
        filtres=(Filtre("annee", "Année", (Option("2018", "2018"), Option("2017", "2017", choisie=True))),),
        annee=2017,
        avis="Fermée le 31 décembre 2019.",
        suite=Lien("Absorbée par le Relais fictif", SHEET),
        chiffres=figures(make_annee(2017), make_annee(2016)),
        identite=(
            Champ("SIRET", make_siret(1)),
            Champ("Type", "Ateliers et chantiers d'insertion"),
            Champ("Adresse", "12 rue de l'Exemple, 59000 Lille"),
        ),
        conventions=(ConventionRow("C059ACI170001", date(2017, 1, 1), date(2019, 12, 31), "active"),),
        annexes=(
            AnnexeRow(
                "ACI059170001A0M0", "valide", date(2017, 1, 1), date(2017, 12, 31), D("24.76"), D("483656.50")
            ),
        ),
        mois=make_months("20.1 21.4 22 24 25.2 26 24 18 23 24.7 25", provisoires=0),
        cible=D("24.76"),
        bilan=make_annee(2017),
        semblables=SEMBLABLES,
        postes=(
            PosteRow(
                "Agent d'entretien des espaces verts", "A1203", "CDDI", 3, D(26), "Lille", date(2017, 5, 2)
            ),
        ),
        histoire=(
            Etape(date(2018, 3, 1), "Changement de SIRET", (f"SIRET : {make_siret(1)} → {make_siret(7)}",)),
            Etape(date(2017, 1, 1), "Entrée au registre", ()),
        ),
        dialogue=f"{SHEET}/dialogue",
        api=f"/api/vues/v1{SHEET}?annee=2017",
    )


def make_seance_page() -> SeancePage:
    """The relevé of a séance of a CDIAE."""
    return SeancePage(
        titre="CDIAE dans le Nord, séance du 9 juin 2017",
        adresse=Adresse("/cdiae/59/2017-06-09"),
        fraicheur=make_freshness(),
        etat="close, convoquée le 12 mai 2017",
        quorum="atteint, 3 voix présentes pour 3 requises",
        regles="Règlement intérieur fictif",
        questions=("Diagnostic du territoire", "Plan d'action de l'année"),
        membres=(
            MembreRow("DDETS fictive du Nord", "État", "oui", "présente"),
            MembreRow("Réseau fictif R01", "insertion par l'activité économique", "oui", "absente"),
        ),
        dossiers=tuple(
            DossierRow(
                Lien(f"Chantier fictif de la Vallée n° {n}", SHEET), f"/cdiae/59/2017-06-09/imprimer?structure={n}", "ACI", "Lille",
                "FDI" if n == 3 else "convention",
                D("12.5"), D(10), D(12000) if n == 3 else None, None, "favorable avec réserves",
                "Le projet répond au diagnostic du territoire ; l'encadrement technique reste à renforcer.",
            )
            for n in range(1, 13)
        ),
        etp_demandes=D("137.5"),
        etp_accordes=D(110),
        conclusions=("Le plan d'action est approuvé.",),
        api="/api/vues/v1/cdiae/59/2017-06-09",
    )  # fmt: skip


def make_plan_page() -> PlanPage:
    """The regional plan with its four axes."""
    titles = ("Développement social et économique", "Formation", "Accompagnement", "Sorties dynamiques")
    actions = (
        ActionRow("1.1", "Généraliser la conférence des financeurs", "", None, "en cours"),
        ActionRow("1.2", "Ouvrir un centre de ressources", "IRIAE-HDF", date(2018, 12, 31), "prévue"),
    )
    targets = (
        CibleRow(
            Lien("ETP réalisés", "/indicateurs/FIN-03"),
            "FIN-03",
            "Hauts-de-France",
            2017,
            "≥ 10 000",
            "13 000",
            "▲ atteinte",
            True,
        ),
        CibleRow(
            Lien("Taux de sorties dynamiques", "/indicateurs/SOR-01"),
            "SOR-01",
            "Nord",
            2017,
            "≥ 60,0 %",
            "58,5 %",
            "▼ non atteinte",
            False,
        ),
        CibleRow(
            Lien("Heures de clauses sociales", "/indicateurs/CLA-01"),
            "CLA-01",
            "Somme",
            2017,
            "≥ 600 000 h",
            "non communiqué",
            "ne se mesure pas",
            None,
        ),
    )
    return PlanPage(
        titre="Plan d'action dans les Hauts-de-France",
        adresse=Adresse("/regions/32/plan"),
        fraicheur=make_freshness(),
        intitule="Plan régional fictif",
        debut=date(2017, 1, 1),
        fin=date(2019, 12, 31),
        source="document fictif",
        axes=tuple(
            AxeBloc(str(n), title, actions if n != 3 else (), targets if n % 2 else ())
            for n, title in enumerate(titles, 1)
        ),
    )  # fmt: skip


POINTS = (
    "Demande : 12,5 ETP, soit −12,3 ETP par rapport aux ETP conventionnés en 2017.",
    "Réalisé en 2016 : −1,9 ETP par rapport au conventionné (92,5 %).",
    "Avis favorable avec réserves du 10/06/2016 : sous réserve d'un plan de formation.",
)
DECISION = DecisionRow(
    date(2016, 6, 10), "renouvellement", "25,0 ETP", "24,8 ETP", "favorable avec réserves",
    "Sous réserve d'un plan de formation des encadrants.",
    "en 2016 : 24,8 ETP conventionnés, 22,9 réalisés ; sorties dynamiques : 53,6 %",
)  # fmt: skip


def make_impression() -> ImpressionPage:
    """The printed file of a séance of three structures, one judged."""
    sheet = make_sheet()
    dossiers = tuple(
        DossierImprime(
            Lien(f"Chantier fictif de la Vallée n° {n}", SHEET), "ACI", "convention", "12,5 ETP",
            sheet.identite, sheet.conventions, tuple(make_annee(year) for year in (2015, 2016, 2017)[n == 3 :]), (2015,) if n == 3 else (),
            (DECISION,) if n < 3 else (), POINTS if n < 3 else (),
            "favorable" if n == 1 else None, "10,0 ETP" if n == 1 else "",
            "Le projet répond au diagnostic." if n == 1 else "",
        )
        for n in (1, 2, 3)
    )  # fmt: skip
    return ImpressionPage(
        titre="Dossiers du CDIAE dans le Nord, séance du 9 juin 2017",
        adresse=Adresse("/cdiae/59/2017-06-09/imprimer"),
        fraicheur=make_freshness(),
        etat="convoquée le 12 mai 2017",
        quorum="3 voix à réunir",
        questions=("Diagnostic du territoire",),
        dossiers=dossiers,
        couverture=True,
    )


def make_dialogue() -> DialoguePage:
    """Three years of a structure."""
    return DialoguePage(
        titre="Dialogue de gestion : Chantier fictif de la Vallée (ACI)",
        adresse=Adresse(f"{SHEET}/dialogue"),
        fraicheur=make_freshness(),
        fiche=Lien("Fiche de la structure", SHEET),
        annee=2017,
        chiffres=figures(make_annee(2017), make_annee(2016)),
        conventions=make_sheet().conventions,
        annees=tuple(make_annee(year) for year in (2017, 2016, 2015)),
        semblables=SEMBLABLES,
        points=POINTS,
        decisions=(DECISION,),
    )


def make_liste(nom: str) -> ListePage:
    """The plans, the innovations or the shared readings of the region."""
    places = (Option("", "la région et ses départements", choisie=True), Option("59", "Nord"))
    besoin = "Garder les enfants des salariés dont le chantier commence à six heures du matin."
    return ListePage(
        titre={"plans": "Plans d'action", "projets": "Projets innovants", "veille": "Veille partagée"}[nom]
        + " dans les Hauts-de-France",
        adresse=Adresse(f"/{nom}"),
        fraicheur=make_freshness(),
        filtres=(Filtre("departement", "Territoire", places),),
        plans=(
            PlanLine(
                "Plan régional fictif", "Hauts-de-France", date(2017, 1, 1), date(2019, 12, 31), 4,
                Lien("Plan régional fictif", "/regions/32/plan"),
            ),
            PlanLine("Plan fictif d'avant", "Hauts-de-France", date(2014, 1, 1), date(2016, 12, 31), 3, None),
        ),
        projets=(ProjetLine("Crèche fictive", "Nord", besoin, "étude", "oui", "R01, DDETS-59", 4),),
        veille=(
            VeilleLine(
                Lien("Lecture fictive", "https://exemple.invalid/"), "Nord", date(2017, 5, 2), "mobilite"
            ),
        ),
    )  # fmt: skip

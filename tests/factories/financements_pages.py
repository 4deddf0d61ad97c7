"""Sample pages of the money; everything is fictitious."""

from datetime import date
from decimal import Decimal

from services.gateway.pages.financements import (
    ArbitrageRow,
    ClauseRow,
    EcartRow,
    EchangeRow,
    EnveloppeRow,
    FinancementsPage,
    FinanceurRow,
    LigneSaisie,
    PrevisionRow,
    RedeploiementRow,
    Resultat,
    SimulationPage,
    SuiviRow,
)
from services.gateway.pages.formats import Unite
from services.gateway.pages.models import Comparaison, Filtre, KeyFigure, Option
from services.gateway.pages.site import Adresse
from tests.factories.gateway_pages import TYPES, make_freshness
from tests.factories.registre_pages import SHEET

D = Decimal
NAME = "Chantier fictif de la Vallée n° {}"


def make_financements(*, kind: str = "") -> FinancementsPage:
    """The page of the money of the Hauts-de-France, with everything it can show."""
    parameters = {"region": "32", "annee": "2017"} | ({"type": kind} if kind else {})
    types = {"": "tous les types", **TYPES}
    places = {"": "toute la région", "59": "Nord (59)", "62": "Pas-de-Calais (62)"}
    envelopes = [
        EnveloppeRow(name, D(notified), D(moved), D(engaged), D(notified) + D(moved) - D(engaged), D(engaged) * 9 / 10,
                     D(engaged) * 95 / 100, D(engaged) / (D(notified) + D(moved)))
        for name, notified, moved, engaged in (
            ("Aisne", 12000000, 0, 11764705), ("Nord", 52000000, 250000, 51228070), ("Oise", 9000000, -250000, 8700000),
            ("Pas-de-Calais", 40000000, 0, 33208955),
        )
    ]  # fmt: skip
    envelopes.append(EnveloppeRow("Somme", None, None, D(9100000), None, D(8000000), D(8600000), None))
    whole = EnveloppeRow("Ensemble", None, None, D(114001730), None, D(102601557), D(108301643), None)
    watched = tuple(
        SuiviRow(
            NAME.format(n), SHEET, "ACI", "59", f"ACI05917{n:04d}A0M1", D("24.76"), None if n == 4 else D("21.123"),
            None if n == 4 else D("0.8531"), "rien de déclaré" if n == 4 else "sous-consommation", 12 if n == 4 else n % 3,
            None if n == 4 else D("21.2"), None if n == 4 else D("3.55"),
            "paiement suspendu" if n == 4 else "à ajuster",
        )
        for n in range(1, 16)
    )  # fmt: skip
    forecast = tuple(
        PrevisionRow(label, 40, n, D("2450.5"), D("2301.25"), D("2333.3"), D("-117.2"), D("131.07"))
        for n, label in enumerate(TYPES.values())
    )
    funders = tuple(
        FinanceurRow(
            NAME.format(n), SHEET, "ACI", "62", D("483656.50"), D("20150"), D("84820.60") if n % 2 else D(0), D(12000), D(3500),
            D(25000) if n % 3 else D(0), D(0), D("629127.10"), D("588480"),
        )
        for n in range(1, 16)
    )  # fmt: skip
    gaps = tuple(
        EcartRow(NAME.format(n), SHEET, f"ACI06217{n:04d}A0M0", "CD62", 12, D("66200"), D("68331.86"), D("-2131.86"), D("-0.0312"))
        for n in range(1, 6)
    )  # fmt: skip
    clauses = tuple(
        ClauseRow(name, way, 140, D(201000), D(195500), D("0.9726"), D(1200), D("0.65"), late)
        for name, way, late in (
            ("Pas-de-Calais", "embauche directe", 3),
            ("Pas-de-Calais", "mise à disposition", 0),
            ("Pas-de-Calais", "sous-traitance ou cotraitance", 12),
        )
    )
    return FinancementsPage(
        titre="Financements de l'IAE dans les Hauts-de-France en 2017" + (f" : {TYPES[kind]}" if kind else ""),
        adresse=Adresse("/financements", parameters),
        api="/api/vues/v1/financements?region=32&annee=2017",
        annee=2017,
        fraicheur=make_freshness(),
        filtres=(
            Filtre("region", "Région", (Option("32", "Hauts-de-France", choisie=True), Option("11", "Île-de-France"))),
            Filtre("departement", "Département", tuple(Option(v, t, choisie=not v) for v, t in places.items())),
            Filtre("annee", "Année", (Option("2018", "2018"), Option("2017", "2017", choisie=True))),
            Filtre("type", "Type de structure", tuple(Option(v, t, choisie=v == kind) for v, t in types.items())),
        ),
        chiffres=(
            KeyFigure("FIN-09", "Engagé par l'État", D(114001730), Unite.MILLIONS_EUROS, Comparaison("96,8 % du notifié")),
            KeyFigure("ENVELOPPE", "Disponible", None, Unite.MILLIONS_EUROS),
            KeyFigure("VER-01", "Versé par l'État", D(140000000), Unite.MILLIONS_EUROS, Comparaison("aide au poste, modulation et FDI")),
            KeyFigure("FIN-03", "Atterrissage, en ETP", D(13000), Unite.ETP, Comparaison("pour 9 977 conventionnés")),
            KeyFigure("REPRENABLES", "ETP reprenables", D("131.07"), Unite.ETP),
            KeyFigure("FIN-07", "Annexes à suivre", 96, Unite.NOMBRE, Comparaison("dont 4 avec des mois non déclarés")),
        ),
        enveloppes=tuple(envelopes),
        enveloppes_total=whole,
        suivi=watched,
        suivi_total=96,
        previsions=forecast,
        previsions_total=PrevisionRow("Ensemble", 200, 10, D(9977), D(13000), D(13000), D(3023), D("131.07")),
        financeurs=funders,
        financeurs_total=FinanceurRow(
            "Total des 454 structures", "", "", "", D(114001730), D(14000000), D(7400000), D(500000), D(300000), D(600000),
            D(0), D(136801730), D(147400000),
        ),
        page=1,
        taille=15,
        total=454,
        ecarts=gaps,
        ecarts_total=5,
        arbitrages=(
            ArbitrageRow("Chantier fictif 01", "/structures/1", "59", "CD59", 2, date(2017, 9, 4), D(60000), D(50000), True),
            ArbitrageRow("Chantier fictif 01", "/structures/1", "59", "CD59", 1, date(2017, 4, 12), None, D(45000), False),
        ),
        arbitrages_total=2,
        clauses=clauses,
        clauses_total=ClauseRow("Ensemble", "", 420, D(603000), D(586500), D("0.9726"), D(3600), D("0.65"), 15),
        redeploiements=(RedeploiementRow("89f3a1c0d2e4", "12/10/2017", "proposé", 2, D(2), D("3.84")),),
    )  # fmt: skip


def make_simulation(*, fautif: bool = False, rempli: bool = False) -> SimulationPage:
    """The simulator: blank, refused with its result, or with a field at fault."""
    blank = (LigneSaisie(), LigneSaisie(), LigneSaisie())
    taken = (LigneSaisie("ACI", "2", "23921"), *blank[1:])
    told = {"etp": "Écrivez un nombre d'ETP, par exemple 2 ou 1,5."} if fautif else {}
    given = (
        LigneSaisie("AI", "beaucoup" if fautif else "29,6", "1619", bareme=True, fautes=told),
        *blank[1:],
    )
    used = fautif or rempli
    result = Resultat(
        False,
        ("Les attributions dépassent les retraits de 80,40 €.",),
        D("-27.6"),
        D("-80.40"),
        ("Équilibre en euros, pas en ETP (règle de projet)",),
        (
            EchangeRow("retiré", "Ateliers et chantiers d'insertion", D(2), D(23921)),
            EchangeRow("attribué", "Associations intermédiaires", D("29.6"), D(1619)),
        ),
    )
    return SimulationPage(
        adresse=Adresse("/financements/simulation"),
        fraicheur=make_freshness(),
        types=(("", "choisir"), *((code, label) for code, label in TYPES.items() if code != "AUTRE")),
        annee="2017",
        retraits=taken if used else blank,
        attributions=given if used else blank,
        resultat=result if rempli else None,
    )

"""A year of a structure as pages, printed files and the API show it: small counts of persons hidden once for all."""

from collections.abc import Mapping
from fractions import Fraction

from services.gateway.pages.bilans import AnneeRow, FinanceurRow, SortiesBloc
from services.gateway.pages.formats import Absence, Valeur
from services.gateway.pages.secrecy import hide, hide_rate
from services.gateway.queries.bilans import Bilan
from services.gateway.screens.assembly import CATEGORIES, exact, ratio

RAISONS = {
    "duree_insuffisante": "présence trop courte",
    "heures_insuffisantes": "heures trop peu nombreuses",
    "retrait": "retraits des sorties constatées",
}
DYNAMIQUES = ("DURABLE", "TRANSITION", "POSITIVE")
FINANCEURS = {
    "ETAT": "État", "REGION": "Région", "EPCI": "Intercommunalités", "COMMUNE": "Communes",
    "FSE": "Fonds social européen", "PLIE": "PLIE", "AGEFIPH": "Agefiph", "FONDATION": "Fondations",
    "OPCO": "Opérateurs de compétences", "AUTRE_PUBLIC": "Autres publics", "AUTRE_PRIVE": "Autres privés",
}  # fmt: skip


def annee_row(bilan: Bilan) -> AnneeRow:
    """Return a year of a structure, as it may be published."""
    done, due = bilan.etp_realises, bilan.etp_conventionnes
    planned = bilan.sorties_prevues
    return AnneeRow(
        annee=bilan.annee,
        etp_conventionnes=exact(due),
        etp_realises=None if done is None else exact(done),
        ecart_etp=None if done is None else exact(done - due),
        taux_realisation=None if done is None else ratio(done, due),
        mois_attendus=bilan.mois_attendus,
        mois_recus=bilan.mois_recus,
        sorties_prevues=planned,
        taux_prevu=None
        if bilan.dynamiques_prevues is None or not planned
        else ratio(bilan.dynamiques_prevues, Fraction(planned)),
        sorties=exits(bilan),
        financeurs=tuple(
            FinanceurRow(code, funder(code), amount)
            for code, amount in sorted(bilan.financeurs.items(), key=lambda item: (-item[1], item[0]))
        ),
    )


def exits(bilan: Bilan) -> SortiesBloc:
    """Return the exits of a year; what a subtraction would give back is hidden too.

    Counted exits and their dynamic rate are hidden by the rule of the table of structures of a territory, neither
    more nor less: two pages that hid different cells would reveal one another.
    """
    counted, left_out = sum(bilan.comptees.values()), sum(bilan.exclues.values())
    dynamic = sum(bilan.comptees.get(category, 0) for category in DYNAMIQUES)
    whole, good = "comptees", "dynamiques"
    # Dynamic exits come before all categories: of two cells to hide, theirs comes first.
    shown = hide(
        {whole: counted, good: dynamic} | {c: bilan.comptees.get(c, 0) for c in CATEGORIES},
        [(good, *DYNAMIQUES), (whole, good, "AUTRE"), (whole, *CATEGORIES)],
    )
    aside = hide({"exclues": left_out, **bilan.exclues}, [("exclues", *bilan.exclues)])
    hidden = Absence.SECRET in (shown[whole], aside["exclues"])
    return SortiesBloc(
        total=Absence.SECRET if hidden else counted + left_out,
        comptees=shown[whole],
        dynamiques=shown[good],
        taux=hide_rate(dynamic, counted),
        categories=tuple((code, label, shown[code]) for code, label in CATEGORIES.items()),
        exclues=aside["exclues"],
        exclusions=tuple((code, RAISONS.get(code, code), aside[code]) for code in sorted(bilan.exclues)),
    )


def funder(code: str) -> str:
    """Return the name of a funder; a département is told by its code."""
    return FINANCEURS.get(code) or (
        f"Conseil départemental ({code.removeprefix('CD')})" if code.startswith("CD") else code
    )


def attractivite(candidatures: int, postes: int) -> Mapping[str, Valeur]:
    """Return the candidatures of three weeks and their number for one open post (registre §6), small counts hidden."""
    shown = hide({"n": candidatures})["n"]
    score = shown if isinstance(shown, Absence) else exact(Fraction(candidatures, max(postes, 1)))
    return {"candidatures_trois_semaines": shown, "postes_ouverts": postes, "score": score}

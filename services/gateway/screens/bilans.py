"""A year of a structure as pages, printed files and the API show it: small counts of persons hidden once for all."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from fastapi import Request

from services.gateway.catalogue.lecture import Lecture
from services.gateway.catalogue.mesures import Part
from services.gateway.counting import Counting
from services.gateway.pages.bilans import AnneeRow, FinanceurRow, SortiesBloc
from services.gateway.pages.formats import Absence, Unite, Valeur, etp, euros, nombre, taux
from services.gateway.pages.models import Comparaison, KeyFigure, Tendance
from services.gateway.pages.secrecy import hide
from services.gateway.queries.bilans import Bilan
from services.gateway.queries.champ import Champ
from services.gateway.screens.assembly import CATEGORIES, exact, ratio
from shared.reference.territories import departements

RAISONS = {
    "duree_insuffisante": ("présence trop courte", "ecartees_duree"),
    "heures_insuffisantes": ("heures trop peu nombreuses", "ecartees_heures"),
    "retrait": ("retraits des sorties constatées", "ecartees_retrait"),
}
"""Why an exit does not count: the words, and the count."""
ETAT = "ETAT"
FINANCEURS = {
    ETAT: "État", "REGION": "Région", "EPCI": "Intercommunalités", "COMMUNE": "Communes",
    "FSE": "Fonds social européen", "PLIE": "PLIE", "AGEFIPH": "Agefiph", "FONDATION": "Fondations",
    "OPCO": "Opérateurs de compétences", "AUTRE_PUBLIC": "Autres publics", "AUTRE_PRIVE": "Autres privés",
}  # fmt: skip


Exits = Mapping[int, Lecture]
"""What may be published of the exits of a structure, by year."""


def annee_row(bilan: Bilan, sorties: Lecture) -> AnneeRow:
    """Return a year of a structure, as it may be published; ``sorties`` reads its exits of that year."""
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
        sorties=exits(sorties),
        financeurs=tuple(
            FinanceurRow(code, funder(code), amount)
            for code, amount in sorted(bilan.financeurs.items(), key=lambda item: (-item[1], item[0]))
        ),
    )


async def read_exits(request: Request, row: Mapping[Any, Any], years: Sequence[int]) -> Exits:
    """Return what may be published of the exits of a structure, by year.

    They are those of the tables of its territory, hidden with them: two pages that hid different counts would
    reveal one another.
    """
    region = departements()[row["departement"]].code_region
    cell = (row["departement"], row["type_structure"], row["structure_id"])
    counting: Counting = request.app.state.counting
    found = await counting.read_many([Champ(region, year) for year in years], ("sorties",)) if years else []
    return {year: Lecture(comptage.compteurs, cell) for year, comptage in zip(years, found, strict=True)}


def exits(lecture: Lecture) -> SortiesBloc:
    """Return the exits of a year."""
    whole, counted = (lecture.montre("sorties", name) for name in ("sorties", "comptees"))
    aside = [(code, label, lecture.montre("sorties", name)) for code, (label, name) in RAISONS.items()]
    hidden = Absence.SECRET in (whole, counted, *(count for _, __, count in aside))
    return SortiesBloc(
        total=whole,
        comptees=counted,
        dynamiques=lecture.montre("sorties", "dynamiques"),
        taux=Part("sorties", "dynamiques", "comptees").valeur(lecture),
        categories=tuple(
            (name, label, lecture.montre("sorties", name)) for name, label in CATEGORIES.items()
        ),
        exclues=Absence.SECRET if hidden else int(whole or 0) - int(counted or 0),
        exclusions=tuple(line for line in aside if line[2]),
    )


def figures(year: AnneeRow, before: AnneeRow | None = None) -> tuple[KeyFigure, ...]:
    """Return what a structure did of a year, beside what it was due and what it did the year before, if held."""
    paid = next((row.montant for row in year.financeurs if row.code == ETAT), None)
    others = None
    if paid is not None:
        alone = len(year.financeurs) == 1
        others = Comparaison(
            "seul financeur enregistré" if alone else f"sur {euros(year.finance)} de tous les financeurs"
        )
    return (
        KeyFigure("FIN-03", "ETP réalisés", year.etp_realises, Unite.ETP, _against_due(year, before)),
        KeyFigure("SOR-01", "Sorties dynamiques", year.sorties.taux, Unite.TAUX, _against_goal(year, before)),
        KeyFigure("VER-01", "Financement de l'État", paid, Unite.EUROS, others),
    )


def _against_due(year: AnneeRow, before: AnneeRow | None) -> Comparaison:
    rate = year.taux_realisation
    told = [f"{taux(rate)} des {etp(year.etp_conventionnes)} ETP conventionnés"] if _is_figure(rate) else []
    if before is not None and _is_figure(before.etp_realises):
        told.append(f"{etp(before.etp_realises)} en {before.annee}")
    return Comparaison(" ; ".join(told) or "comparaison : sans objet", _trend(rate, 1))


def _against_goal(year: AnneeRow, before: AnneeRow | None) -> Comparaison:
    exits, goal = year.sorties, year.taux_prevu
    told = [f"pour {nombre(exits.comptees)} sorties comptées"]
    if _is_figure(goal):
        told.append(f"objectif des annexes : {taux(goal)}")
    if before is not None and _is_figure(before.sorties.taux):
        told.append(f"{taux(before.sorties.taux)} en {before.annee}")
    trend = _trend(exits.taux, goal)
    return Comparaison(" ; ".join(told), trend, None if trend is None else trend is not Tendance.BAISSE)


def _is_figure(value: Valeur) -> bool:
    return value is not None and not isinstance(value, Absence)


def _trend(value: Valeur, goal: Valeur) -> Tendance | None:
    if value is None or goal is None or isinstance(value, Absence) or isinstance(goal, Absence):
        return None
    return Tendance.STABLE if value == goal else Tendance.HAUSSE if value > goal else Tendance.BAISSE


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

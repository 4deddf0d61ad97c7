"""From figures to pages: secrecy of small counts, comparisons in words, sorting and paging."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from services.gateway.catalogue.lecture import Compteur, Lecture, lecture_of
from services.gateway.catalogue.mesures import Part
from services.gateway.pages.formats import Absence, Unite, Valeur, euros, nombre, taux
from services.gateway.pages.models import (
    CategorieSortie,
    Comparaison,
    DepartementRow,
    Etape,
    KeyFigure,
    MonthlyEtp,
    Option,
    Seance,
    StructureRow,
    StructuresTable,
    StructureTotals,
    Tendance,
    TypeRow,
)
from services.gateway.pages.tables import STRUCTURES
from services.gateway.queries.region import RegionFigures, StructureFigures
from services.gateway.queries.reperes import TYPES, Reperes, rounded
from shared.reference.files import UnknownCode
from shared.reference.nomenclatures import types_structure
from shared.reference.territories import commune, departements

PAGE = 15
DEFAULT_SORT = "-etp_realises"
CATEGORIES = {
    "durables": "Emploi durable",
    "transitions": "Emploi de transition",
    "positives": "Sortie positive",
    "autres": "Autre sortie",
}
EMPLOYER_SIDE = "Orientations envoyées dans l'année"
EXIT_SIDE = "Sorties de l'année"
EXACT = 12


def exact(value: Fraction | Decimal | int) -> Decimal:
    """Return a quantity with twelve decimals: pages and files round it once, when they write it."""
    return rounded(value, EXACT)


def ratio(part: Fraction | Decimal, whole: Fraction | Decimal) -> Valeur:
    """Return an exact ratio, or « sans objet » on nothing."""
    return exact(Fraction(part) / Fraction(whole)) if whole else Absence.SANS_OBJET


def key_figures(reperes: Reperes, lecture: Lecture) -> tuple[KeyFigure, ...]:
    """Return the six figures of the top of a page."""
    turnover, paid = reperes.chiffre_affaires, reperes.financement_etat
    return (
        KeyFigure("OFF-01", "Structures conventionnées", reperes.structures, Unite.NOMBRE, _kinds(reperes)),
        KeyFigure(
            "PAR-10",
            "Personnes employées",
            lecture.montre("presents", "personnes"),
            Unite.NOMBRE,
            _permanents(reperes),
        ),
        KeyFigure("FIN-03", "ETP réalisés", exact(reperes.etp_realises), Unite.ETP, _against_target(reperes)),
        KeyFigure(
            "ORI-02",
            "Orientations",
            lecture.montre("candidatures", "envoyees"),
            Unite.NOMBRE,
            _accepted(lecture),
        ),
        KeyFigure("VER-01", "Financement de l'État", paid, Unite.MILLIONS_EUROS, _per_etp(reperes)),
        KeyFigure("OFF-11", "Chiffre d'affaires", turnover, Unite.MILLIONS_EUROS, _per_structure(reperes)),
    )


def _kinds(reperes: Reperes) -> Comparaison | None:
    kinds = reperes.structures_par_type
    others = kinds.pop("AUTRE", 0)
    words = [f"{count} {kind}" for kind, count in kinds.items()]
    if others:
        words.append(f"{others} de type non précisé")
    return Comparaison(", ".join(words)) if words else None


def _permanents(reperes: Reperes) -> Comparaison | None:
    known = reperes.permanents
    return None if known is None else Comparaison(f"et {nombre(known)} permanents")


def _against_target(reperes: Reperes) -> Comparaison | None:
    if not reperes.etp_conventionnes:
        return None
    part = reperes.etp_realises / reperes.etp_conventionnes
    trend = Tendance.STABLE if part == 1 else Tendance.HAUSSE if part > 1 else Tendance.BAISSE
    target = nombre(rounded(reperes.etp_conventionnes, 0))
    return Comparaison(f"{taux(exact(part))} des {target} ETP conventionnés", trend)


def _accepted(lecture: Lecture) -> Comparaison | None:
    rate = Part("candidatures", "acceptees", "envoyees").valeur(lecture)
    return Comparaison(f"{taux(rate)} acceptées") if isinstance(rate, Decimal) else None


def _per_etp(reperes: Reperes) -> Comparaison | None:
    if not reperes.etp_conventionnes:
        return None
    per_etp = Fraction(reperes.financement_etat) / reperes.etp_conventionnes
    return Comparaison(f"{euros(exact(per_etp))} par ETP conventionné")


def _per_structure(reperes: Reperes) -> Comparaison | None:
    turnover = reperes.chiffre_affaires
    if turnover is None or not reperes.structures:
        return None
    return Comparaison(f"{euros(exact(Fraction(turnover) / reperes.structures))} par structure")


def department_figures(reperes: Reperes) -> tuple[KeyFigure, ...]:
    """Return the figures known by département only; unknown is not zero."""
    hours = reperes.heures_clauses
    etp = Comparaison(f"soit {nombre(rounded(hours / 1607, 0))} ETP à 1 607 h") if hours else None
    return (
        KeyFigure(
            "COF-01",
            "Postes CDDI cofinancés",
            reperes.postes_cddi_cofinances,
            Unite.NOMBRE,
            Comparaison("par le département"),
        ),
        KeyFigure("CLA-01", "Heures de clauses sociales", hours, Unite.HEURES, etp),
    )


def months_of(
    figures: RegionFigures, departement: str | None, kind: str | None = None
) -> tuple[MonthlyEtp, ...]:
    """Return the monthly ETP realised; a month is provisional while declarations are missing."""
    shown = []
    for month in range(1, 13):
        keys = [
            k
            for k in figures.months
            if k[2] == month and departement in (None, k[0]) and kind in (None, k[1])
        ]
        expected, received = _declared(figures, departement, month)
        etp = exact(sum((figures.months[k] for k in keys), Fraction(0)))
        shown.append(MonthlyEtp(date(figures.champ.annee, month, 1), etp, received < expected))
    return tuple(shown)


def _declared(figures: RegionFigures, departement: str | None, month: int | None) -> tuple[int, int]:
    counts = [
        count for (d, m), count in figures.declared.items() if departement in (None, d) and month in (None, m)
    ]
    return sum(expected for expected, _ in counts), sum(received for _, received in counts)


def target_of(figures: RegionFigures, departement: str | None, kind: str | None = None) -> Decimal:
    """Return the monthly ETP conventionnés, averaged over the year."""
    targets = [
        etp for (d, k, _), etp in figures.targets.items() if departement in (None, d) and kind in (None, k)
    ]
    return exact(Fraction(sum(targets, Decimal(0))) / 12)


def declared_share(figures: RegionFigures, departement: str | None) -> Decimal | None:
    """Return the ratio of declarations received to those expected; None when none is expected."""
    expected, received = _declared(figures, departement, None)
    return exact(Fraction(received, expected)) if expected else None


def closing_day(figures: RegionFigures, today: date) -> date:
    """Return the day the figures are closed at: the end of the last declared month, or of the year."""
    year = figures.champ.annee
    months = [month for (_, month), (_, received) in figures.declared.items() if received]
    last = max(months, default=12)
    end = date(year + last // 12, last % 12 + 1, 1) - timedelta(days=1)
    return min(end, today) if year <= today.year else date(year, 12, 31)


def type_rows(figures: RegionFigures, departement: str | None) -> tuple[tuple[TypeRow, ...], TypeRow]:
    """Return one row per type present, and the total; distinct persons are counted, not added."""
    structures = figures.of(departement)
    kinds = [kind for kind in TYPES if any(s.type_structure == kind for s in structures)]
    rows = []
    for kind in kinds:
        persons = lecture_of(figures, departement, kind).montre("presents", "personnes")
        own = [s for s in structures if s.type_structure == kind]
        done, due = _sums(own)
        rows.append(
            TypeRow(
                kind,
                types_structure()[kind].libelle,
                len(own),
                persons,
                exact(done),
                exact(due),
                ratio(done, due),
                months_of(figures, departement, kind),
                target_of(figures, departement, kind),
            )
        )
    done, due = _sums(structures)
    total = lecture_of(figures, departement).montre("presents", "personnes")
    whole = TypeRow("", "Tous les types", len(structures), total, exact(done), exact(due), ratio(done, due))
    return tuple(rows), whole


def _sums(structures: Iterable[StructureFigures]) -> tuple[Fraction, Fraction]:
    done, due = Fraction(0), Fraction(0)
    for structure in structures:
        done += structure.etp_realises
        due += structure.etp_conventionnes
    return done, due


def departement_rows(
    figures: RegionFigures, region: str
) -> tuple[tuple[DepartementRow, ...], DepartementRow]:
    """Return one row per département of the region, and the total."""
    codes = figures.champ.departements
    rows = []
    for code in codes:
        count = lecture_of(figures, code).montre("candidatures", "envoyees")
        own = figures.of(code)
        done, due = _sums(own)
        name = departements()[code].nom
        rows.append(DepartementRow(code, name, len(own), exact(done), exact(due), ratio(done, due), count))
    done, due = _sums(figures.structures)
    total_sent = lecture_of(figures, None).montre("candidatures", "envoyees")
    whole = DepartementRow(
        "", region, len(figures.structures), exact(done), exact(due), ratio(done, due), total_sent
    )
    return tuple(rows), whole


def steps(figures: RegionFigures, departement: str | None) -> tuple[Etape, ...]:
    """Return the steps from orientation to exit; rates only between comparable steps."""
    lecture = lecture_of(figures, departement)

    def step(
        code: str,
        label: str,
        where: tuple[str, str],
        nom: str,
        of: str | None = None,
        words: str = "",
        note: str = "",
    ) -> Etape:
        source, population = where
        rate = Absence.SANS_OBJET if of is None else Part(source, nom, of).valeur(lecture)
        return Etape(code, label, population, lecture.montre(source, nom), rate, words, note)

    sent, left = ("candidatures", EMPLOYER_SIDE), ("sorties", EXIT_SIDE)
    pending = lecture.montre("candidatures", "sans_reponse")
    waiting = (
        f"{nombre(pending)} sont restées sans réponse à ce jour."
        if isinstance(pending, int) and pending
        else ""
    )
    return (
        step("ORIENTATIONS", "Orientations reçues", sent, "envoyees"),
        step("ACCEPTEES", "Acceptées", sent, "acceptees", "envoyees", "des orientations", waiting),
        step("EMBAUCHES", "Suivies d'une embauche", sent, "embauches", "acceptees", "des acceptées"),
        step("SORTIES", "Sorties", left, "sorties"),
        step("COMPTEES", "Sorties comptées", left, "comptees", "sorties", "des sorties", "Au-delà des seuils de durée ou d'heures, hors retraits."),
        step("DYNAMIQUES", "Sorties dynamiques", left, "dynamiques", "comptees", "des sorties comptées", "Emploi durable, de transition, sorties positives."),
    )  # fmt: skip


def exit_rows(figures: RegionFigures, departement: str | None) -> tuple[CategorieSortie, ...]:
    """Return the counted exits by category and their share."""
    lecture = lecture_of(figures, departement)
    return tuple(
        CategorieSortie(
            label, lecture.montre("sorties", nom), Part("sorties", nom, "comptees").valeur(lecture)
        )
        for nom, label in CATEGORIES.items()
    )


def seance_rows(figures: RegionFigures, departement: str) -> tuple[Seance, ...]:
    """Return the sittings of the CDIAE of a département in the year."""
    return tuple(
        Seance(
            s.jour,
            s.dossiers,
            s.etp_demandes,
            s.etp_accordes,
            f"/cdiae/{departement}/{s.jour.isoformat()}",
        )
        for s in figures.seances
        if s.departement == departement
    )


def structure_rows(figures: RegionFigures, departement: str | None, tri: str) -> list[StructureRow]:
    """Return all the structures of a territory, sorted by a column (``-`` first: decreasing)."""
    compteurs = lecture_of(figures, departement).compteurs
    rows = [_structure_row(s, compteurs) for s in figures.of(departement)]
    column = next(c for c in STRUCTURES if c.cle == tri.removeprefix("-"))
    known = [r for r in rows if not isinstance(column.lire(r), Absence | None)]
    rest = [r for r in rows if isinstance(column.lire(r), Absence | None)]
    known.sort(key=lambda r: (r.nom, r.commune))
    known.sort(key=column.lire, reverse=tri.startswith("-"))  # type: ignore[arg-type] # one kind a column
    return known + sorted(rest, key=lambda r: r.nom)


def _structure_row(s: StructureFigures, compteurs: Mapping[str, Compteur]) -> StructureRow:
    lecture = Lecture(compteurs, (s.departement, s.type_structure, s.structure_id))
    return StructureRow(
        nom=s.raison_sociale,
        type=s.type_structure,
        commune=nom_commune(s.code_insee),
        departement=s.departement,
        etp_conventionnes=exact(s.etp_conventionnes),
        etp_realises=exact(s.etp_realises),
        taux=ratio(s.etp_realises, s.etp_conventionnes),
        financement_etat_eur=s.financement_etat,
        sorties_comptees=lecture.montre("sorties", "comptees"),
        taux_sorties_dynamiques=Part("sorties", "dynamiques", "comptees").valeur(lecture),
        url=f"/structures/{s.structure_id}",
    )


def nom_commune(code_insee: str) -> str:
    """Return the name of a commune, or its code when it is not held."""
    try:
        return commune(code_insee).nom
    except UnknownCode:
        return code_insee


def structures_table(
    figures: RegionFigures, departement: str | None, rows: Sequence[StructureRow], tri: str, page: int
) -> StructuresTable:
    """Return one page of the table of structures, with the totals of all of them."""
    own = figures.of(departement)
    done, due = _sums(own)
    lecture = lecture_of(figures, departement)
    totals = StructureTotals(
        exact(due),
        exact(done),
        ratio(done, due),
        sum((s.financement_etat for s in own), Decimal(0)),
        lecture.montre("sorties", "comptees"),
        Part("sorties", "dynamiques", "comptees").valeur(lecture),
    )
    last = max(1, -(-len(rows) // PAGE))
    page = min(max(1, page), last)
    shown = tuple(rows[(page - 1) * PAGE : page * PAGE])
    return StructuresTable(shown, tri, page, PAGE, len(rows), totals)


def type_option(kind: str | None) -> Option | None:
    """Return the option of the type that filters a page."""
    return Option(kind, types_structure()[kind].libelle, choisie=True) if kind else None

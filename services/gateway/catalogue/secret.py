"""Which counts are of persons, and which of them add up: what secrecy must hold together.

A reader may subtract any published count from any other: a step from the step before, a type from the total, a
département from the région. All the counts of one source are hidden in one go, over every level, so that the page,
the file and the API, whatever their filter, show the same cells and hide the same ones.
"""

from collections.abc import Mapping
from types import MappingProxyType

from services.gateway.pages.secrecy import Compte, hide
from services.gateway.queries.counts import ENTIER, Cellule, Comptes

Somme = tuple[str, tuple[str, ...]]
SOMMES: Mapping[str, tuple[Somme, ...]] = MappingProxyType(
    {
        "presents": (("personnes", ("personnes_deux_types",)),),
        "candidatures": (
            ("envoyees", ("par_prescripteur", "par_orienteur")),
            ("envoyees", ("acceptees", "refusees", "sans_reponse")),
            ("acceptees", ("embauches",)),
            ("envoyees", ("repondues",)),
            ("repondues", ("repondues_30", "repondues_45", "repondues_60", "repondues_90", "repondues_plus")),
            ("envoyees", ("anciennes",)),
            ("anciennes", ("anciennes_30",)),
            ("par_employeur", ()),
            ("par_candidat", ()),
        ),
        "orientes": (("personnes_orientees", ("personnes_embauchees",)),),
        "attente": (("file_active", ("sans_solution",)),),
        "embauches": (("embauchees_delai", ()),),
        "autoprescription": (("embauches_toutes", ("embauches_auto",)),),
        "sorties": (
            ("sorties", ("comptees", "ecartees_duree", "ecartees_heures", "ecartees_retrait")),
            ("comptees", ("dynamiques", "autres")),
            ("dynamiques", ("durables", "transitions", "positives")),
        ),
        "contrats": (("contrats", ("entrees",)), ("parents", ("reconduits",)), ("non_documentees", ())),
        "droits": (
            ("droits_valides", ("droits_suspendus",)),
            ("droits_valides", ("droits_expirant",)),
            ("droits_valides", ("droits_sans_contrat",)),
        ),
        "etapes": (("personnes_frein", ()), ("personnes_formees", ()), ("personnes_immergees", ())),
        "suivis": (("suivis_6", ("suivis_6_emploi",)),),
    }
)
"""By source, each total and its parts; what is left is a part too. A count alone has no part."""


FEUILLES = frozenset({"comptees"})
"""Totals that pages also give by structure, with their parts."""


def hide_cells(source: str, comptes: Comptes) -> dict[tuple[str, Cellule], Compte]:
    """Return the counts of persons of a source as they may be published, every level at once.

    Parameters
    ----------
    comptes
        The four levels of one source: all, by département, by type, by both.
    """
    sommes = SOMMES.get(source, ())
    counts: dict[tuple[str, Cellule], int | None] = {}
    lines: list[tuple[tuple[str, Cellule], ...]] = []
    for rank, (total, parts) in enumerate(sommes):
        rest = f"{total} : reste {rank}"
        for cell, values in comptes.items():
            if len(cell) > len(ENTIER) and total not in FEUILLES:
                continue
            whole = _int(values.get(total))
            known = {part: _int(values.get(part)) for part in parts}
            counts[(total, cell)] = whole
            counts |= {(part, cell): count for part, count in known.items()}
            if parts and whole is not None:
                counts[(rest, cell)] = whole - sum(count or 0 for count in known.values())
                lines.append(((total, cell), *((part, cell) for part in parts), (rest, cell)))
    for name in sorted({name for name, _ in counts}):
        lines += _levels(name, comptes)
    return hide(counts, lines)


def _levels(name: str, comptes: Comptes) -> list[tuple[tuple[str, Cellule], ...]]:
    """Return the sums of one count over the levels: départements make a région, types make all types."""
    places = sorted({cell[0] for cell in comptes if cell[0]})
    kinds = sorted({cell[1] for cell in comptes if cell[1]})
    lines: list[tuple[tuple[str, Cellule], ...]] = [
        ((name, (None, t)), *((name, (d, t)) for d in places)) for t in (None, *kinds)
    ]
    lines += [((name, (d, None)), *((name, (d, t)) for t in kinds)) for d in (None, *places)]
    inside: dict[Cellule, list[tuple[str, Cellule]]] = {}
    for cell in comptes:
        if len(cell) > len(ENTIER):
            inside.setdefault((cell[0], cell[1]), []).append((name, cell))
    return lines + [((name, cell), *parts) for cell, parts in inside.items()]


def _int(value: object) -> int | None:
    return value if isinstance(value, int) else None

"""Which counts are of persons, and which of them add up: what secrecy must hold together.

A reader may subtract any published count from any other: a step from the step before, a type from the total, a
département from the région. All the counts of one source are hidden in one go, over every level, so that the page,
the file and the API, whatever their filter, show the same cells and hide the same ones.
"""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from services.gateway.pages.formats import Absence
from services.gateway.pages.secrecy import SEUIL, Compte, hide
from services.gateway.queries.counts import ENTIER, Cellule, Comptes, Nombre
from services.gateway.queries.publics import MOTIFS, PUBLICS

Somme = tuple[str, tuple[str, ...]]
ENSEMBLE = frozenset(
    {"jeunes", "seniors", "sans_diplome", "niveau_inconnu", "longue_duree", "deld", "detld", "autres_situations"}
)  # fmt: skip
"""Publics whose sums are written out; any other is a part of the persons, and tells nothing of the rest."""
SITUATIONS = (
    "parents_isoles", "sans_hebergement", "refugies", "sortants_detention", "sortants_ase", "langue", "mobilite",
)  # fmt: skip
"""Publics of PUB-15; a person may be of several."""
DETAILS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {"publics": ("presents", "personnes"), "refus": ("candidatures", "refusees")}
)
"""Sources that detail a count of another, which tells it or hides it first."""
SOMMES: Mapping[str, tuple[Somme, ...]] = MappingProxyType(
    {
        "presents": (("personnes", ("personnes_deux_types",)),),
        "candidatures": (
            ("envoyees", ("par_prescripteur", "par_orienteur")),
            ("envoyees", ("acceptees", "refusees", "sans_reponse")),
            ("acceptees", ("embauches",)),
            ("envoyees", ("repondues",)),
            ("repondues", ("acceptees", "refusees")),
            ("repondues", ("repondues_30", "repondues_45", "repondues_60", "repondues_90", "repondues_plus")),
            ("envoyees", ("anciennes",)),
            ("anciennes", ("anciennes_30",)),
            ("repondues_30", ("anciennes_30",)),
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
        "publics": (
            ("personnes", ("jeunes", "seniors")),
            ("personnes", ("sans_diplome", "niveau_inconnu")),
            ("personnes", ("longue_duree",)),
            ("longue_duree", ("deld", "detld")),
            ("personnes", ("autres_situations",)),
            ("autres_situations", SITUATIONS),
            *(("personnes", (name,)) for name in PUBLICS if name not in (*ENSEMBLE, *SITUATIONS)),
        ),
        "refus": (("refusees", tuple(MOTIFS)),),
    }
)
"""By source, each total and its parts; what is left is a part too. A count alone has no part."""


CHAINES: Mapping[str, tuple[tuple[tuple[str, ...], ...], ...]] = MappingProxyType(
    {
        "presents": ((("personnes",),),),
        "sorties": (
            (
                ("comptees",),
                ("dynamiques", "autres"),
                (
                    "durables",
                    "transitions",
                    "positives",
                    "sorties",
                    "ecartees_duree",
                    "ecartees_heures",
                    "ecartees_retrait",
                ),
            ),
        ),
        "contrats": ((("contrats",), ("entrees",)), (("parents",), ("reconduits",)), (("non_documentees",),)),
        "etapes": ((("personnes_frein",),), (("personnes_formees",),), (("personnes_immergees",),)),
        "suivis": ((("suivis_6",), ("suivis_6_emploi",)),),
    }
)
"""By source, what is told of a structure: chains of blocks, each of which details the one before."""
DERNIERS = frozenset({"comptees"})
"""Counts that pages need most: something else of the same sum is hidden rather than them."""
SOMME_DES_TYPES = "personnes : types"
PREMIERS = frozenset({"autres_situations", SOMME_DES_TYPES})
"""Counts that are hidden first: what they gather tells more by itself, or nobody publishes them."""
Cle = tuple[str, Cellule]
Nombres = dict[Cle, int | None]
Lignes = list[tuple[Cle, ...]]


def hide_cells(source: str, comptes: Comptes) -> dict[Cle, Compte]:
    """Return the counts of persons of a source as they may be published, every level at once.

    What is told of a territory does not depend on what is told of its structures: those are hidden afterwards, beside
    totals that stay as they are.

    Parameters
    ----------
    comptes
        The four levels of one source: all, by département, by type, by both; and structures, where they are read.
    """
    territories = {cell: values for cell, values in comptes.items() if len(cell) == len(ENTIER)}
    if source in DETAILS:
        return _hide_details(source, territories)
    counts, lines = _counted(SOMMES.get(source, ()), territories)
    for name in sorted({name for name, _ in counts}):
        lines += _levels(name, territories)
    several, lines = _several(territories, lines)
    few = [key for key in several if 0 < (counts[("personnes_deux_types", key[1])] or 0) < SEUIL]
    shown = hide(counts | several, lines, secrets=few, rang=_rank)
    groups: dict[Cellule, list[Cellule]] = {}
    for cell in comptes:
        if len(cell) > len(ENTIER):
            groups.setdefault((cell[0], cell[1]), []).append(cell)
    for place, cells in groups.items():
        shown |= _hide_structures(source, place, {cell: comptes[cell] for cell in cells}, shown)
    return shown


def _hide_details(source: str, comptes: Comptes) -> dict[Cle, Compte]:
    """Hide the parts of a count that another source tells or hides; it stays as it is told there.

    Sums that share nothing but that count are hidden apart: what remains of it in one says nothing of another.
    """
    base, whole = DETAILS[source]
    told = hide_cells(base, comptes)
    shown = {(whole, cell): told[(whole, cell)] for cell in comptes}
    secrets = {key for key, count in shown.items() if count is Absence.SECRET}
    for sommes in _apart(SOMMES[source], whole):
        counts, lines = _counted(sommes, comptes)
        for name in sorted({name for name, _ in counts} - {whole}):
            lines += _levels(name, comptes)
        shown |= hide(counts, lines, secrets=secrets, fixes=shown.keys() - secrets, rang=_rank)
    return shown


def _apart(sommes: Sequence[Somme], whole: str) -> list[list[Somme]]:
    """Return sums in groups that have no count in common, a whole set aside."""
    groups: list[tuple[set[str], list[Somme]]] = []
    for total, parts in sommes:
        names = {total, *parts} - {whole}
        joined = [group for group in groups if group[0] & names]
        groups = [group for group in groups if group not in joined]
        groups.append(
            (names.union(*(g[0] for g in joined)), [*(s for g in joined for s in g[1]), (total, parts)])
        )
    return [group[1] for group in groups]


def _hide_structures(
    source: str, place: Cellule, comptes: Comptes, told: Mapping[Cle, Compte]
) -> dict[Cle, Compte]:
    """Hide the structures of one type in one département, whose totals are told already.

    A block is told of a structure, or hidden, whole; and with it the blocks that detail it. Those that are hidden hold
    enough persons together, of each count, for their totals to tell nothing: what one has more another may have less.
    """
    shown: dict[Cle, Compte] = {}
    for chain in CHAINES.get(source, ()):
        hidden: set[Cellule] = set()
        for rank, block in enumerate(chain):
            sizes = {cell: _sizes(block, chain[rank - 1] if rank else (), comptes[cell]) for cell in comptes}
            hidden |= {cell for cell, counts in sizes.items() if any(0 < count < SEUIL for count in counts)}
            needed = bool(hidden) or any(told.get((name, place)) is Absence.SECRET for name in block)
            others = sorted(
                (cell for cell in comptes if cell not in hidden), key=lambda cell: _order(sizes[cell], cell)
            )
            while needed and others and (not hidden or _few(sizes[cell] for cell in hidden)):
                hidden.add(others.pop(0))
            for name in block:
                shown |= {
                    (name, cell): Absence.SECRET if cell in hidden else _int(values.get(name)) or 0
                    for cell, values in comptes.items()
                }
    return shown


def _sizes(block: Sequence[str], whole: Sequence[str], values: Mapping[str, Nombre]) -> list[int]:
    """Return the counts of a block, and what it leaves of its whole when it is one part of one count."""
    counts = [_int(values.get(name)) or 0 for name in block]
    if len(whole) == len(block) == 1:
        counts.append((_int(values.get(whole[0])) or 0) - counts[0])
    return counts


def _order(counts: Sequence[int], cell: Cellule) -> tuple[bool, int, str]:
    return (not any(counts), sum(counts), str(cell))


def _few(sizes: Iterable[Sequence[int]]) -> bool:
    """Tell whether some count of hidden structures is small even when all of them are added."""
    return any(0 < sum(counts) < SEUIL for counts in zip(*sizes, strict=True))


def _counted(sommes: Sequence[Somme], comptes: Comptes) -> tuple[Nombres, Lignes]:
    """Return the counts of some cells by name, what is left of each total, and the sums that tie them."""
    counts: Nombres = {}
    lines: Lignes = []
    for rank, (total, parts) in enumerate(sommes):
        rest = f"{total} : reste {rank}"
        for cell, values in comptes.items():
            whole = _int(values.get(total))
            known = {part: _int(values.get(part)) for part in parts}
            counts[(total, cell)] = whole
            counts |= {(part, cell): count for part, count in known.items()}
            given = [count for count in known.values() if count is not None]
            if given and whole is not None:
                counts[(rest, cell)] = whole - sum(given)
                lines.append(((total, cell), *((part, cell) for part in parts), (rest, cell)))
    return counts, lines


def _levels(name: str, comptes: Comptes) -> Lignes:
    """Return the sums of one count over the levels: départements make a région, types make all types."""
    places = sorted({cell[0] for cell in comptes if cell[0]})
    kinds = sorted({cell[1] for cell in comptes if cell[1]})
    lines: Lignes = [((name, (None, t)), *((name, (d, t)) for d in places)) for t in (None, *kinds)]
    return lines + [((name, (d, None)), *((name, (d, t)) for t in kinds)) for d in (None, *places)]


def _several(comptes: Comptes, lines: Lignes) -> tuple[Nombres, Lignes]:
    """Return the sums of types of each place, which count twice whoever is of two, and the lines that tell them so.

    Nobody publishes such a sum, but whoever adds types has it: less the persons of the place, it is about those of two.
    """
    counts: Nombres = {}
    told = list(lines)
    for rank, (total, *types) in enumerate(lines):
        name, (place, kind, *_) = total
        if name != "personnes" or kind or not any(cell[1] for _, cell in types):
            continue
        persons, *each = (_int(comptes.get(cell, {}).get(name)) or 0 for _, cell in (total, *types))
        if sum(each) > persons:
            whole, deux = (SOMME_DES_TYPES, (place, None)), ("personnes_deux_types", (place, None))
            counts[whole] = sum(each)
            told[rank] = (whole, *types)
            told.append((whole, total, deux))
    return counts, told


def _rank(key: Cle) -> int:
    return (key[0] in DERNIERS) - (key[0] in PREMIERS)


def _int(value: object) -> int | None:
    return value if isinstance(value, int) else None

"""A structure among those like it, for its sheet and its dialogue de gestion."""

from collections.abc import Mapping
from typing import Any

from fastapi import Request

from services.gateway.catalogue import PAR_CODE
from services.gateway.counting import Counting
from services.gateway.pages.comparaisons import ComparaisonRow
from services.gateway.queries.champ import Champ
from services.gateway.queries.counts import Cellule
from services.gateway.screens.semblables import TAILLE, quartiles
from services.gateway.screens.valeurs import structure_of, value_at
from shared.reference.territories import departements

COMPARES = tuple(PAR_CODE[code] for code in ("FIN-02", "FIN-06", "FIN-16", "SOR-01", "SOR-02"))


async def read_comparison(request: Request, row: Mapping[Any, Any], annee: int) -> tuple[ComparaisonRow, ...]:
    """Return some indicators of a structure over a year, each beside its quartiles among the structures alike."""
    structure = structure_of(row)
    champ = Champ(departements()[structure.departement].code_region, annee)
    sources = {source for indicateur in COMPARES for source in indicateur.mesure.sources} | set(TAILLE)
    counting: Counting = request.app.state.counting
    (found,) = await counting.read_many([champ], sources, structure.type)
    rows = []
    for indicateur in COMPARES:

        def value(cell: Cellule, one: Any = indicateur) -> Any:
            return value_at(one, found.compteurs, cell)

        spread = quartiles(value, found.compteurs, structure.cellule)
        rows.append(
            ComparaisonRow(
                indicateur.code,
                indicateur.libelle,
                indicateur.format,
                value(structure.cellule),
                spread.q1,
                spread.mediane,
                spread.q3,
                spread.nombre,
                spread.critere,
            )
        )
    return tuple(rows)

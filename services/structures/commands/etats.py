"""How a structure changes: its row, its history and its fact, always together."""

from datetime import date
from typing import Any

from services.structures.domain.structure import Lieu, plain
from services.structures.queries.structure import Stored
from services.structures.tables import structure, structure_etat
from shared.access.rights import Target
from shared.contracts.structures import StructureFact
from shared.messaging.journal import NewFact
from shared.writing import Line, Row, Writer

PUBLISHED = tuple(name for name in StructureFact.model_fields if name != "structure_id")
COLUMNS = tuple(str(column.name) for column in structure.columns if column.computed is None)


def changed(before: Stored, effet: date, **changes: Any) -> dict[str, Any]:
    """Return the next state of a structure, from a day on."""
    after = {name: before[name] for name in COLUMNS} | changes
    texte = plain(" ".join(filter(None, (after["raison_sociale"], after["activite"], after["reseau"]))))
    return after | {"version": before["version"] + 1, "date_effet": effet, "texte": texte}


def located(lieu: Lieu) -> dict[str, Any]:
    """Return the columns of a place."""
    return {
        "code_insee": lieu.code_insee,
        "departement": lieu.departement,
        "epci": lieu.epci,
        "latitude": lieu.latitude,
        "longitude": lieu.longitude,
    }


def recorded(
    after: Stored, kind: type[StructureFact], line: Line, writer: Writer, **told: Any
) -> tuple[tuple[Row, ...], NewFact]:
    """Return the rows and the fact of a state; ``told`` are what this kind of fact adds."""
    fact = kind(structure_id=after["id"], **{name: after[name] for name in PUBLISHED}, **told)
    history = {
        "structure_id": after["id"],
        "version": after["version"],
        "date_effet": after["date_effet"],
        "connu_le": writer.known_on(line),
        "fait": kind.fact,
        "etat": fact.model_dump(mode="json"),
    }
    event = writer.fact(after["id"], after["version"], fact, line, after["date_effet"])
    return ((structure, after), (structure_etat, history)), event


def target_of(state: Stored, writer: Writer) -> Target:
    """Return what acting on a structure is bounded by: an antenne belongs to its mother's perimeter too."""
    own = {state["id"], state["mere_id"]} & writer.caller.perimetre.structures
    return Target(structure_id=next(iter(own), None), departement=state["departement"])

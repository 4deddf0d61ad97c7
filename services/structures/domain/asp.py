"""What a row of the ASP changes in the registry: pure."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from services.structures.domain.structure import ASP, STAFF_CREATED
from shared.errors import BusinessError

ETATS_ANNEXE = ("VALIDE", "PROVISOIRE", "HISTORISE", "ANNULE", "SAISI", "BROUILLON", "CLOTURE", "REJETE")
"""States of an annexe in the files of the ASP (``domaine/structures.md`` §5.2)."""


class ExtractionDepassee(BusinessError):
    """The row is older than the one already read."""

    code = "extraction_depassee"


class MesureIncoherente(BusinessError):
    """The mesure of an annexe is not that of the type of its structure."""

    code = "mesure_incoherente"


def corrections(
    before: Mapping[Any, Any], told: Mapping[str, Any], place: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the columns that a row of the ASP changes; what it does not tell stays.

    The place is told whole: of a commune whose position is not held, the position is unknown, not the former one.
    A structure that the staff had made while waiting for the file now comes from the ASP (§3.1).
    """
    known = {**{name: value for name, value in told.items() if value is not None}, **place}
    changes = {name: value for name, value in known.items() if value != before[name]}
    if before["source"] == STAFF_CREATED:
        changes["source"] = ASP
    return changes


def ensure_fresh(lue_le: date, precedente: date) -> None:
    """Return if a row is not older than the one already read.

    Raises
    ------
    ExtractionDepassee
    """
    if lue_le < precedente:
        raise ExtractionDepassee(
            f"Une extraction du {precedente:%d/%m/%Y} a déjà été lue.",
            champ="connu_le",
            correction="Importez les fichiers du plus ancien au plus récent.",
        )


def ensure_mesure(mesure: str, type_structure: str) -> None:
    """Return if a mesure is that of a type of structure.

    Raises
    ------
    MesureIncoherente
    """
    if mesure != f"{type_structure}_DC":
        raise MesureIncoherente(
            f"La mesure {mesure} n'est pas celle d'une structure {type_structure}.", champ="mesure"
        )
